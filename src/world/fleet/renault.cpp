#include "world/fleet/renault.h"

#include "crypto/encoding.h"
#include "crypto/jws.h"
#include "json/json.h"
#include "world/route.h"

namespace contactor::world {
namespace {

constexpr Millis kPromptPending = std::chrono::seconds(30);
constexpr Millis kRevoking = std::chrono::seconds(30);
constexpr Millis kAssertionMax = std::chrono::hours(1);
constexpr Millis kClockSkew = std::chrono::minutes(2);

ports::HttpResponse said(int status, std::string_view code, std::string_view message) {
  return json_response(status, fmt::format(R"({{"code":"{}","message":{}}})", code, quoted(message)));
}

json::object object_in(std::string_view text) {
  auto document = json::parse(text);
  return document && document->is_object() ? std::move(document->get_object()) : json::object();
}

ports::HttpResponse invalid_client() {
  return json_response(401, R"({"error":"invalid_client","error_description":"the assertion is not valid"})");
}

}  // namespace

ports::HttpResponse RenaultCloud::handle(const ports::HttpRequest& request, std::string_view path,
                                         std::string_view /*query*/, bool is_sign_in, Instant now) {
  if (is_sign_in) return sign_in(request, now);
  if (header_of(request, "apiKey") != context_.params.fleet.api_key)
    return said(403, "forbidden", "apiKey is missing or wrong");
  if (!tokens_.accepts(request, now)) return said(401, "unauthorized", "the token is not valid");
  const std::string_view service = take_segment(path);
  if (!take_prefix(path, "v1/vehicles/")) return said(404, "no_such_route", "no such route");
  const auto vin = Vin::parse(path);
  if (!vin) return said(400, "bad_request", "the VIN is not valid");
  if (service == "vehicle-information" && request.method == "GET") return model(*vin);
  if (service == "vehicle-data-sharing") return sharing(request, *vin, now);
  return said(404, "no_such_route", "no such route");
}

ports::HttpResponse RenaultCloud::sign_in(const ports::HttpRequest& request, Instant now) {
  const auto form = parse_form(request.body);
  if (request.method != "POST" || field_of(form, "grant_type") != "client_credentials" ||
      field_of(form, "client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
    return json_response(400, R"({"error":"invalid_request"})");
  if (field_of(form, "client_id") != context_.params.fleet.client_id ||
      !believes(field_of(form, "client_assertion"), now))
    return invalid_client();
  const Millis lifetime = context_.params.fleet.token_lifetime;
  return json_response(200, fmt::format(R"({{"access_token":"{}","token_type":"Bearer","expires_in":{}}})",
                                        tokens_.issue(now, lifetime), lifetime.count() / 1000));
}

bool RenaultCloud::believes(std::string_view assertion, Instant now) {
  std::erase_if(used_, [now](const auto& entry) { return entry.second <= now; });
  const auto first = assertion.find('.');
  const auto last = assertion.rfind('.');
  if (first == std::string_view::npos || first == last) return false;
  const auto header = crypto::from_base64url(assertion.substr(0, first));
  const auto claims = crypto::from_base64url(assertion.substr(first + 1, last - first - 1));
  if (!header || !claims) return false;
  const std::string& key = context_.params.fleet.renault_public_key;
  if (!key.empty() && !crypto::verify_rs256(assertion, key)) return false;
  const auto head = object_in(*header);
  const auto said = object_in(*claims);
  const auto& client = context_.params.fleet.client_id;
  if (json::string_at(head, "alg") != "RS256" || json::string_at(head, "kid").value_or("").empty() ||
      json::string_at(said, "iss") != client || json::string_at(said, "sub") != client ||
      json::string_at(said, "aud").value_or("").empty())
    return false;
  const auto expires_at = Instant::from_millis(json::integer_at(said, "exp").value_or(0) * 1000);
  const auto issued_at = Instant::from_millis(json::integer_at(said, "iat").value_or(0) * 1000);
  if (expires_at <= now || expires_at > now + kAssertionMax || issued_at > now + kClockSkew) return false;
  const auto jti = json::short_text_at(said, "jti", 128);
  return !jti.empty() && used_.emplace(jti, expires_at).second;
}

ports::HttpResponse RenaultCloud::model(const Vin& vin) const {
  if (tempers_.of(vin) == Temper::unknown) return said(404, "unknown_vin", "the VIN is not known");
  constexpr std::array<std::string_view, 3> kModels{
      R"("model":"ZOE","version":"B10MR ZOE INTENS R110 Z.E. 50","firstRegistrationDate":"2021-03-05")",
      R"("model":"MEGANE E-TECH","version":"XCBEV EV60 TECHNO","firstRegistrationDate":"2023-06-30")",
      R"("model":"TWINGO","version":"A07")"};
  return json_response(200, fmt::format(R"({{"vin":"{}",{}}})", vin.str(),
                                        kModels[draw_of(context_, "renault model", vin) % kModels.size()]));
}

ports::HttpResponse RenaultCloud::sharing(const ports::HttpRequest& request, const Vin& vin, Instant now) {
  if (tempers_.of(vin) == Temper::unknown) return said(404, "unknown_vin", "the VIN is not known");
  if (request.method == "PUT") return grant(request, vin, now);
  if (!sharings_.contains(vin)) return said(404, "not_shared", "the vehicle shares nothing");
  if (request.method == "GET") return shown(200, vin, now);
  return request.method == "DELETE" ? revoke(vin, now) : said(405, "bad_request", "no such method");
}

ports::HttpResponse RenaultCloud::grant(const ports::HttpRequest& request, const Vin& vin, Instant now) {
  const auto body = object_in(request.body);
  const auto brand = json::short_text_at(body, "brand", 64);
  if (brand.empty() || json::string_at(body, "consent") != "granted")
    return said(400, "bad_request", "brand and consent are needed");
  const Temper temper = tempers_.of(vin);
  if ((brand != "renault" && brand != "dacia") || temper == Temper::awkward)
    return said(422, "brand_not_served", "no service for this brand");
  if (temper == Temper::refused && draw_of(context_, "renault refusal", vin) % 2 == 0)
    return said(422, "not_eligible", "the vehicle cannot share its data");
  const auto known = sharings_.find(vin);
  const auto status =
      known == sharings_.end() ? std::string_view("revoked") : status_of(vin, known->second, now);
  if (status == "revoking") return said(409, "revoking", "an earlier sharing is being ended");
  if (status == "pending" || status == "active") return shown(200, vin, now);
  sharings_.insert_or_assign(vin, Sharing{.brand = brand, .granted_at = now});
  changes_.push_back({.vin = vin, .active = true, .at = now});
  return shown(202, vin, now);
}

ports::HttpResponse RenaultCloud::revoke(const Vin& vin, Instant now) {
  Sharing& sharing = sharings_.at(vin);
  const auto status = status_of(vin, sharing, now);
  if (status == "revoked" || status == "rejected") return said(404, "not_shared", "nothing is shared");
  if (status == "revoking") return shown(202, vin, now);
  sharing.revoked_at = now;
  changes_.push_back({.vin = vin, .active = false, .at = now});
  return shown(202, vin, now);
}

std::string_view RenaultCloud::status_of(const Vin& vin, const Sharing& sharing, Instant now) const {
  if (!sharing.revoked_at.is_never()) return now < sharing.revoked_at + kRevoking ? "revoking" : "revoked";
  if (sharing.is_meddled) return "active";
  const Instant taken = sharing.granted_at + kPromptPending;
  if (tempers_.of(vin) == Temper::refused) return now < taken ? "pending" : "rejected";
  return now < tempers_.effect_of(vin, taken) ? "pending" : "active";
}

ports::HttpResponse RenaultCloud::shown(int status, const Vin& vin, Instant now) const {
  const Sharing& sharing = sharings_.at(vin);
  const auto word = status_of(vin, sharing, now);
  return json_response(
      status, fmt::format(R"({{"vin":"{}","brand":{},"status":"{}"{}}})", vin.str(), quoted(sharing.brand),
                          word, word == "rejected" ? R"(,"reason":"consent_missing")" : ""));
}

bool RenaultCloud::is_active(const Vin& vin, Instant now) const {
  const auto found = sharings_.find(vin);
  return found != sharings_.end() && status_of(vin, found->second, now) == "active";
}

void RenaultCloud::meddle(const Vin& vin, bool active, Instant now) {
  if (active)
    sharings_.insert_or_assign(vin, Sharing{.brand = "renault", .granted_at = now, .is_meddled = true});
  else
    sharings_.erase(vin);
}

}  // namespace contactor::world
