#include "world/fleet/bmw.h"

#include "json/json.h"
#include "world/route.h"

namespace contactor::world {
namespace {

ports::HttpResponse said(int status, std::string_view message) {
  return json_response(status, fmt::format(R"({{"message":{}}})", quoted(message)));
}

ports::HttpResponse cognito_error(std::string_view type) {
  return json_response(400, fmt::format(R"({{"__type":"{}","message":"refused"}})", type));
}

json::object object_in(const std::string& text) {
  auto document = json::parse(text);
  return document && document->is_object() ? std::move(document->get_object()) : json::object();
}

}  // namespace

ports::HttpResponse BmwCloud::handle(const ports::HttpRequest& request, std::string_view path,
                                     std::string_view /*query*/, bool is_sign_in, Instant now) {
  if (is_sign_in) return sign_in(request, now);
  if (!tokens_.accepts(request, now)) return said(401, "Unauthorized");
  const std::string_view first = take_segment(path);
  if (first == "fleet") return fleets(request, path, now);
  if (first == "vehicle" && request.method == "POST" && path.empty()) return create(request, now);
  const bool is_data = first == "data" && take_segment(path) == "vehicle";
  const auto vin = Vin::parse(take_segment(path));
  if (!vin || !path.empty()) return said(404, "Not Found");
  if (first == "vehicle") return vehicle(request, *vin, now);
  if (request.method != "GET") return said(405, "Method Not Allowed");
  if (first == "vin-checker") return check(*vin);
  return is_data ? data(*vin) : said(404, "Not Found");
}

ports::HttpResponse BmwCloud::sign_in(const ports::HttpRequest& request, Instant now) {
  if (request.method != "POST" ||
      header_of(request, "X-Amz-Target") != "AWSCognitoIdentityProviderService.InitiateAuth" ||
      header_of(request, "Content-Type") != "application/x-amz-json-1.1")
    return cognito_error("UnknownOperationException");
  const auto body = object_in(request.body);
  const auto& fleet = context_.params.fleet;
  if (json::string_at(body, "AuthFlow") != "USER_PASSWORD_AUTH")
    return cognito_error("InvalidParameterException");
  if (json::string_at(body, "ClientId") != fleet.client_id) return cognito_error("ResourceNotFoundException");
  const auto* parameters = json::object_at(body, "AuthParameters");
  if (parameters == nullptr || json::string_at(*parameters, "USERNAME").value_or("").empty())
    return cognito_error("UserNotFoundException");
  if (json::string_at(*parameters, "PASSWORD") != fleet.client_secret)
    return cognito_error("NotAuthorizedException");
  auto response = json_response(
      200,
      fmt::format(R"({{"AuthenticationResult":{{"IdToken":"{}","AccessToken":"not-for-the-api",)"
                  R"("RefreshToken":"r","ExpiresIn":{},"TokenType":"Bearer"}},"ChallengeParameters":{{}}}})",
                  tokens_.issue(now, fleet.token_lifetime), fleet.token_lifetime.count() / 1000));
  response.headers = {{"Content-Type", "application/x-amz-json-1.1"}};
  return response;
}

const BmwCloud::Entry* BmwCloud::find(const Vin& vin, Instant now) const {
  const auto found = entries_.find(vin);
  if (found == entries_.end()) return nullptr;
  const Instant deleted = found->second.deleted_at;
  const bool is_gone =
      !deleted.is_never() && (tempers_.of(vin) != Temper::slow || now >= tempers_.effect_of(vin, deleted));
  return is_gone ? nullptr : &found->second;
}

ports::HttpResponse BmwCloud::vehicle(const ports::HttpRequest& request, const Vin& vin, Instant now) {
  const Entry* entry = tempers_.of(vin) == Temper::unknown ? nullptr : find(vin, now);
  if (entry == nullptr) return error(vin, 404, "BMWFD_VEHICLE_NOT_FOUND", "no such vehicle");
  if (request.method == "GET") {
    const bool shows_fleet = is_active(vin, now);
    return json_response(200, fmt::format(R"({{"vin":"{}","licence_plate":"","fleet":{}}})", vin.str(),
                                          shows_fleet ? quoted(context_.params.fleet.organisation) : "null"));
  }
  if (request.method != "DELETE") return said(405, "Method Not Allowed");
  if (entry->deleted_at.is_never()) {
    entries_.at(vin).deleted_at = now;
    changes_.push_back({.vin = vin, .active = false, .at = now});
  }
  return json_response(204, "");
}

ports::HttpResponse BmwCloud::check(const Vin& vin) const {
  if (tempers_.of(vin) == Temper::unknown) return error(vin, 404, "BMWFD_VEHICLE_NOT_FOUND", "unknown VIN");
  return json_response(200, fmt::format(R"({{"vin":"{}","extended_capability":true}})", vin.str()));
}

ports::HttpResponse BmwCloud::create(const ports::HttpRequest& request, Instant now) {
  const auto body = object_in(request.body);
  const auto vin = Vin::parse(json::string_at(body, "vin").value_or(""));
  if (!vin) return said(400, "BMWFD_REQUEST_DATA_INVALID");
  const Temper temper = tempers_.of(*vin);
  if (temper == Temper::unknown) return error(*vin, 404, "BMWFD_VEHICLE_NOT_FOUND", "unknown VIN");
  if (temper == Temper::refused) return error(*vin, 412, "BMWFD_VEHICLE_NOT_ALLOWED", "vehicle not allowed");
  if (temper == Temper::awkward)
    return error(*vin, 412, "BMWFD_VEHICLE_NOT_ALLOWED", "BMW HU version too old");
  if (const auto* entry = find(*vin, now); entry != nullptr && entry->deleted_at.is_never())
    return error(*vin, 403, "BMWFD_VEHICLE_ALREADY_EXISTS", "vehicle already exists");
  entries_.insert_or_assign(*vin, Entry{});
  changes_.push_back({.vin = *vin, .active = true, .at = now});
  return json_response(201, fmt::format(R"({{"vin":"{}"}})", vin->str()));
}

ports::HttpResponse BmwCloud::fleets(const ports::HttpRequest& request, std::string_view path, Instant now) {
  const std::string& fleet = context_.params.fleet.organisation;
  if (path.empty() && request.method == "GET")
    return json_response(200, fmt::format(R"({{"fleets":[{{"fleet_id":"other","name":"Other"}},)"
                                          R"({{"fleet_id":{},"name":"BIB"}}]}})",
                                          quoted(fleet)));
  const bool is_ours = url_decoded(take_segment(path)) == fleet;
  const bool is_vehicle = take_segment(path) == "vehicle";
  const auto vin = Vin::parse(take_segment(path));
  if (!is_ours || !is_vehicle || !vin) return said(404, "Not Found");
  return request.method == "POST" ? join(*vin, now) : said(405, "Method Not Allowed");
}

ports::HttpResponse BmwCloud::join(const Vin& vin, Instant now) {
  const Entry* entry = find(vin, now);
  if (entry == nullptr) return error(vin, 404, "BMWFD_VEHICLE_NOT_FOUND", "no such vehicle");
  if (!entry->joined_at.is_never()) return error(vin, 422, "BMWFD_VEHICLE_IN_FLEET", "already in a fleet");
  entries_.at(vin).joined_at = now;
  return json_response(204, "");
}

ports::HttpResponse BmwCloud::data(const Vin& vin) const {
  if (tempers_.of(vin) == Temper::unknown) return error(vin, 404, "BMWFD_VEHICLE_NOT_FOUND", "unknown VIN");
  constexpr std::array<std::string_view, 3> kModels{"i3 94 Ah", "iX3", "i4 eDrive40 Gran Coupe"};
  const auto model = kModels[draw_of(context_, "bmw model", vin) % kModels.size()];
  return json_response(
      200, fmt::format(R"({{"data":[{{"key":"mileage","value":"12000"}},{{"key":"model","value":"{}"}}]}})",
                       model));
}

ports::HttpResponse BmwCloud::error(const Vin& vin, int status, std::string_view id,
                                    std::string_view text) const {
  const bool has_message = draw_of(context_, "bmw shape", vin) % 2 == 0;
  return json_response(status, fmt::format(R"({{"statusCode":{},"logErrorId":"{}","{}":{}}})", status, id,
                                           has_message ? "message" : "logMessage", quoted(text)));
}

bool BmwCloud::is_active(const Vin& vin, Instant now) const {
  const Entry* entry = find(vin, now);
  return entry != nullptr && !entry->joined_at.is_never() &&
         (entry->is_meddled || now >= tempers_.effect_of(vin, entry->joined_at));
}

void BmwCloud::meddle(const Vin& vin, bool active, Instant now) {
  if (active)
    entries_.insert_or_assign(vin, Entry{.joined_at = now, .is_meddled = true});
  else
    entries_.erase(vin);
}

}  // namespace contactor::world
