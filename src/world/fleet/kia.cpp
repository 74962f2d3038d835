#include "world/fleet/kia.h"

#include "json/json.h"
#include "world/route.h"

namespace contactor::world {
namespace {

constexpr std::array<std::string_view, 2> kWords{"vehicle", "dtcInfo"};
constexpr std::size_t kVehicle = 0;
constexpr std::size_t kVinsMax = 50;

ports::HttpResponse refuse(int status, std::string_view message) {
  return json_response(status, fmt::format(R"({{"message":"{}"}})", message));
}

ports::HttpResponse taken() { return json_response(200, R"({"statusCode":200,"body":"OK"})"); }

std::optional<std::size_t> package_of(std::string_view word) {
  const auto found = std::ranges::find(kWords, word);
  if (found == kWords.end()) return std::nullopt;
  return static_cast<std::size_t>(found - kWords.begin());
}

struct Order {
  std::vector<Vin> vins;
  json::value type;
};

/// Nothing where the body is not the documented one, or names too many.
std::optional<Order> order_in(std::string_view text) {
  const auto document = json::parse(text);
  if (!document || !document->is_object()) return std::nullopt;
  const auto& body = document->get_object();
  const auto* listed = json::array_at(body, "vinList");
  if (listed == nullptr || listed->size() > kVinsMax || !body.contains("consentType")) return std::nullopt;
  Order order{.vins = {}, .type = body.at("consentType")};
  for (const auto& value : *listed) {
    const auto* entry = value.if_object();
    if (entry == nullptr) return std::nullopt;
    if (const auto vin = Vin::parse(json::string_at(*entry, "vin").value_or(""))) order.vins.push_back(*vin);
  }
  return order;
}

}  // namespace

KiaCloud::KiaCloud(Context& context) : context_(context), tokens_(context, "kia"), tempers_(context, "kia") {}

ports::HttpResponse KiaCloud::handle(const ports::HttpRequest& request, std::string_view path,
                                     std::string_view, bool is_sign_in, Instant now) {
  if (is_sign_in) return sign_in(request, now);
  if (header_of(request, "x-api-key") != context_.params.fleet.api_key) return refuse(403, "Forbidden");
  if (!tokens_.accepts(request, now)) return refuse(401, "Unauthorized");
  if (take_segment(path) != "consent") return refuse(404, "Not Found");
  if (request.method == "GET") {
    const auto package = package_of(path);
    return package ? list(*package, now) : refuse(404, "Not Found");
  }
  if (request.method == "POST") return ask(request.body, now);
  return request.method == "DELETE" ? withdraw(request.body, now) : refuse(403, "Forbidden");
}

ports::HttpResponse KiaCloud::sign_in(const ports::HttpRequest& request, Instant now) {
  const FormFields form = parse_form(request.body);
  const FleetParams& params = context_.params.fleet;
  if (request.method != "POST" || field_of(form, "grant_type") != "client_credentials")
    return json_response(400, R"({"error":"unsupported_grant_type"})");
  if (field_of(form, "client_id") != params.client_id ||
      field_of(form, "client_secret") != params.client_secret)
    return json_response(400, R"({"error":"invalid_client"})");
  if (field_of(form, "scope") != "external-server-prod/default")
    return json_response(400, R"({"error":"invalid_scope"})");
  return json_response(
      200, fmt::format(R"({{"access_token":"{}","expires_in":{},"token_type":"Bearer"}})",
                       tokens_.issue(now, params.token_lifetime), params.token_lifetime.count() / 1000));
}

ports::HttpResponse KiaCloud::list(std::size_t package, Instant now) const {
  json::array results;
  for (const auto& [vin, consents] : consents_)
    if (has(vin, consents, package, now)) results.push_back(json::object{{"vin", vin.str()}});
  return json_response(
      200, json::serialize(json::object{{"body", json::object{{"results", std::move(results)}}}}));
}

ports::HttpResponse KiaCloud::ask(std::string_view body, Instant now) {
  const auto order = order_in(body);
  if (!order || !order->type.is_array()) return refuse(400, "Bad Request");
  for (const auto& word : order->type.get_array()) {
    const auto package = word.is_string() ? package_of(word.get_string()) : std::nullopt;
    if (!package) return refuse(400, "Bad Request");
    for (const Vin& vin : order->vins) {
      Consents& consents = consents_[vin];
      if (has(vin, consents, *package, now)) continue;
      consents[*package] = {.asked_at = now};
      if (package == kVehicle) changes_.push_back({.vin = vin, .active = true, .at = now});
    }
  }
  return taken();
}

ports::HttpResponse KiaCloud::withdraw(std::string_view body, Instant now) {
  const auto order = order_in(body);
  // Asking takes a list of types, withdrawing one text.
  const auto package = order && order->type.is_string() ? package_of(order->type.get_string()) : std::nullopt;
  if (!package) return refuse(400, "Bad Request");
  for (const Vin& vin : order->vins) {
    const auto found = consents_.find(vin);
    if (found == consents_.end() || !found->second[*package].withdrawn_at.is_never()) continue;
    found->second[*package].withdrawn_at = now;
    if (package == kVehicle) changes_.push_back({.vin = vin, .active = false, .at = now});
  }
  return taken();
}

bool KiaCloud::has(const Vin& vin, const Consents& consents, std::size_t package, Instant now) const {
  const Consent& consent = consents[package];
  if (consent.asked_at.is_never()) return false;
  const Temper temper = tempers_.of(vin);
  // Who is not eligible is left out without a word; with some, only one package is ever consented.
  const bool never = temper == Temper::refused || temper == Temper::unknown ||
                     (temper == Temper::awkward && package != kVehicle);
  if (never && !consent.meddled) return false;
  const Instant on_at = consent.meddled ? consent.asked_at : tempers_.effect_of(vin, consent.asked_at);
  if (now < on_at || consent.withdrawn_at < on_at) return false;
  return consent.withdrawn_at.is_never() || now < tempers_.effect_of(vin, consent.withdrawn_at);
}

bool KiaCloud::is_active(const Vin& vin, Instant now) const {
  const auto found = consents_.find(vin);
  return found != consents_.end() && has(vin, found->second, 0, now) && has(vin, found->second, 1, now);
}

void KiaCloud::meddle(const Vin& vin, bool active, Instant now) {
  consents_.erase(vin);
  if (active) consents_[vin].fill({.meddled = true, .asked_at = now});
}

}  // namespace contactor::world
