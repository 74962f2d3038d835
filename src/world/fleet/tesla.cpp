#include "world/fleet/tesla.h"

#include <array>

#include "world/fleet/tesla_config.h"
#include "world/route.h"

namespace contactor::world {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::array<std::string_view, 4> kSkipReasons{"missing_key", "unsupported_hardware",
                                                       "unsupported_firmware", "max_configs"};
constexpr std::string_view kConfigPath = "fleet_telemetry_config";

ports::HttpResponse tesla_error(int status, std::string_view code, std::string_view why = "") {
  return json_response(status,
                       fmt::format(R"({{"response":null,"error":{},"error_description":{},"txid":"{:08x}"}})",
                                   quoted(code), quoted(why), status));
}

ports::HttpResponse tesla_answer(std::string_view response) {
  return json_response(200, fmt::format(R"({{"response":{}}})", response));
}

std::string_view host_of(std::string_view url) {
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

/// What the proxy wants of a token before it looks any further.
bool has_three_parts(std::string_view token) { return std::ranges::count(token, '.') == 2; }

}  // namespace

ports::HttpResponse TeslaCloud::handle(const ports::HttpRequest& request, std::string_view path,
                                       std::string_view query, bool is_sign_in, Instant now) {
  if (is_sign_in)
    return path == "oauth2/v3/token" ? accounts_.token(request, now) : tesla_error(404, "not_found");
  if (path == "proxy/health")
    return request.method == "GET" ? ports::HttpResponse{.status = 200, .body = "OK"}
                                   : tesla_error(405, "method_not_allowed");
  const bool by_proxy = take_prefix(path, "proxy/");
  if (by_proxy && !has_three_parts(bearer_of(request))) return tesla_error(403, "forbidden");
  const TeslaAccount* account = accounts_.find(request, now);
  if (account == nullptr) return tesla_error(401, "invalid bearer token", "the token has expired");
  if (billing_limit_) return tesla_error(402, "payment_required", "the account's billing limit is reached");
  if (by_proxy && path == "api/1/vehicles/fleet_telemetry_config") return create_by_proxy(request, now);
  return route(request, path, query, now);
}

ports::HttpResponse TeslaCloud::route(const ports::HttpRequest& request, std::string_view path,
                                      std::string_view query, Instant now) {
  if (!take_prefix(path, "api/1/")) return tesla_error(404, "not_found");
  if (path == "users/region")
    return tesla_answer(
        fmt::format(R"({{"region":"eu","fleet_api_base_url":"https://{}"}})", host_of(request.url)));
  if (path == "partner_accounts" || path.starts_with("partner_accounts/"))
    return accounts_.find(request, now)->kind == TeslaAccount::Kind::partner
               ? tesla_answer(R"({"account_id":"sim"})")
               : tesla_error(403, "forbidden", "a partner token is needed");
  if (accounts_.find(request, now)->kind == TeslaAccount::Kind::partner)
    return tesla_error(403, "Unauthorized missing scopes", "a partner token has no vehicles");
  if (take_prefix(path, "dx/")) return describe(request, path, query, now);
  if (!take_prefix(path, "vehicles/")) return tesla_error(404, "not_found");
  return vehicles(request, path, now);
}

ports::HttpResponse TeslaCloud::vehicles(const ports::HttpRequest& request, std::string_view path,
                                         Instant now) {
  if (request.method == "POST" && path == "fleet_telemetry_config_jws") return create_signed(request, now);
  if (request.method == "POST" && path == kConfigPath)
    return tesla_error(400, "invalid_request", "the configuration must be signed");
  if (request.method == "POST" && path == "fleet_status") return fleet_status(request, now);
  const auto vin = Vin::parse(take_segment(path));
  if (!vin) return tesla_error(404, "not_found", "no such vehicle");
  if (auto no = refusal(request, *vin, now)) return std::move(*no);
  if (path == kConfigPath && request.method == "GET") return show(*vin, now);
  if (path == kConfigPath && request.method == "DELETE") return remove(*vin, now);
  if (path == "fleet_telemetry_errors" && request.method == "GET")
    return tesla_answer(R"({"fleet_telemetry_errors":[]})");
  return tesla_error(path == kConfigPath ? 405 : 404, "not_found");
}

std::optional<ports::HttpResponse> TeslaCloud::refusal(const ports::HttpRequest& request, const Vin& vin,
                                                       Instant now) {
  const Car& car = car_of(vin);
  const TeslaAccount& account = *accounts_.find(request, now);
  const bool shared = (car.shared_with.empty() || car.shared_with == account.name) &&
                      (account.kind != TeslaAccount::Kind::owner || account.name == vin.str());
  if (car.temper == Temper::unknown || !shared)
    return tesla_error(404, "not_found", "unknown vehicle, or not shared with this account");
  if (!car.host.empty() && car.host != host_of(request.url)) {
    auto elsewhere = tesla_error(421, "user out of region", "use base URL: https://" + car.host);
    elsewhere.headers.push_back({"Alt-Svc", fmt::format(R"(h2=https://{}; ma=86400)", car.host)});
    return elsewhere;
  }
  return std::nullopt;
}

ports::HttpResponse TeslaCloud::show(const Vin& vin, Instant now) {
  const Car& car = car_of(vin);
  const Stage stage = stage_of(vin, car, now);
  const bool has_config = stage == Stage::stored || stage == Stage::applied;
  // What was configured once and is no more has been synced away.
  const bool synced =
      stage == Stage::applied || stage == Stage::dropped || (stage == Stage::none && car.was_configured);
  const bool paired = car.temper != Temper::refused || skip_reason(vin) != kSkipReasons[0];
  return tesla_answer(fmt::format(
      R"({{"synced":{},"config":{},"alert_types":["service"],"limit_reached":{},"key_paired":{}}})", synced,
      has_config ? car.config : "null", stage == Stage::dropped, paired));
}

ports::HttpResponse TeslaCloud::remove(const Vin& vin, Instant now) {
  Car& car = car_of(vin);
  const Stage stage = stage_of(vin, car, now);
  const bool had_one = stage == Stage::stored || stage == Stage::applied;
  car.configured_at.reset();
  if (had_one) changes_.push_back({.vin = vin, .active = false, .at = now});
  return tesla_answer(fmt::format(R"({{"updated_vehicles":{}}})", had_one ? 1 : 0));
}

ports::HttpResponse TeslaCloud::create_signed(const ports::HttpRequest& request, Instant now) {
  auto order = read_signed_order(request.body, context_.params.fleet.tesla_public_key);
  if (!order) return tesla_error(400, order.error().detail);
  return create(request, *order, now);
}

ports::HttpResponse TeslaCloud::create_by_proxy(const ports::HttpRequest& request, Instant now) {
  if (request.method != "POST") return tesla_error(405, "method_not_allowed");
  auto order = read_plain_order(request.body);
  if (!order) return tesla_error(400, order.error().detail);
  return create(request, *order, now);
}

ports::HttpResponse TeslaCloud::create(const ports::HttpRequest& request, const TeslaOrder& order,
                                       Instant now) {
  for (const Vin& vin : order.vins)
    if (auto no = refusal(request, vin, now)) return std::move(*no);
  std::map<std::string_view, std::vector<std::string>> skipped;
  std::size_t updated = 0;
  for (const Vin& vin : order.vins) {
    Car& car = car_of(vin);
    if (car.temper == Temper::refused) {
      skipped[skip_reason(vin)].push_back(quoted(vin.str()));
      continue;
    }
    updated += 1;
    const Stage stage = stage_of(vin, car, now);
    car.config = order.config;
    car.was_configured = true;
    if (stage == Stage::stored || stage == Stage::applied) continue;
    car.configured_at = now;
    changes_.push_back({.vin = vin, .active = true, .at = now});
  }
  std::string lists;
  for (const std::string_view reason : kSkipReasons)
    lists += fmt::format(R"({}"{}":[{}])", lists.empty() ? "" : ",", reason, fmt::join(skipped[reason], ","));
  return tesla_answer(
      updated == order.vins.size()
          ? fmt::format(R"({{"updated_vehicles":{}}})", updated)
          : fmt::format(R"({{"updated_vehicles":{},"skipped_vehicles":{{{}}}}})", updated, lists));
}

ports::HttpResponse TeslaCloud::fleet_status(const ports::HttpRequest& request, Instant now) {
  const auto vins = read_vins(request.body);
  if (!vins) return tesla_error(400, vins.error().detail);
  std::array<std::string, 2> lists;
  std::string info;
  for (const Vin& vin : *vins) {
    if (auto no = refusal(request, vin, now)) return std::move(*no);
    const Car& car = car_of(vin);
    const bool paired = car.temper != Temper::refused || skip_reason(vin) != kSkipReasons[0];
    auto& list = lists[paired ? 0 : 1];
    list += (list.empty() ? "" : ",") + quoted(vin.str());
    info += fmt::format(R"({}{}:{{"firmware_version":"2025.20.3","total_number_of_keys":{}}})",
                        info.empty() ? "" : ",", quoted(vin.str()), paired ? 2 : 1);
  }
  return tesla_answer(fmt::format(R"({{"key_paired_vins":[{}],"unpaired_vins":[{}],"vehicle_info":{{{}}}}})",
                                  lists[0], lists[1], info));
}

ports::HttpResponse TeslaCloud::describe(const ports::HttpRequest& request, std::string_view path,
                                         std::string_view query, Instant now) {
  const auto vin = Vin::parse(field_of(parse_form(query), "vin"));
  if (!vin) return tesla_error(400, "invalid_field", "vin");
  if (auto no = refusal(request, *vin, now)) return std::move(*no);
  if (path == "vehicles/options")
    return json_response(
        200, R"({"codes":[{"code":"$MDL3","displayName":"Model 3"},)"
             R"({"code":"$MT322","displayName":"Model 3 Long Range Dual Motor All Wheel Drive"}]})");
  if (path != "warranty/details") return tesla_error(404, "not_found");
  const std::string battery =
      R"(,{"expirationDate":"2031-06-30T00:00:00Z","coverageAgeInYears":8,"expirationOdometer":192000})";
  return json_response(
      200,
      fmt::format(R"({{"activeWarranty":[{{"expirationDate":"2027-06-30T00:00:00Z","coverageAgeInYears":4,)"
                  R"("expirationOdometer":80000}}{}]}})",
                  draw_of(context_, "tesla warranty", *vin) % 4 == 0 ? "" : battery));
}

bool TeslaCloud::is_active(const Vin& vin, Instant now) const {
  const Car* car = find(vin);
  return car != nullptr && stage_of(vin, *car, now) == Stage::applied;
}

void TeslaCloud::meddle(const Vin& vin, bool active, Instant now) {
  Car& car = car_of(vin);
  car.configured_at.reset();
  if (!active) return;
  car.configured_at = now - hours(48);
  car.was_configured = true;
  if (car.config.empty()) car.config = R"({"hostname":"elsewhere.test"})";
}

void TeslaCloud::withdraw_consent(const Vin& vin, Instant now) {
  accounts_.withdraw(vin);
  meddle(vin, false, now);
}

std::string_view TeslaCloud::skip_reason(const Vin& vin) const {
  return kSkipReasons[draw_of(context_, "tesla skip", vin) % kSkipReasons.size()];
}

TeslaCloud::Car& TeslaCloud::car_of(const Vin& vin) {
  const auto [at, is_new] = cars_.try_emplace(vin);
  if (is_new) at->second.temper = temper_of(context_, prefix(), vin);
  return at->second;
}

const TeslaCloud::Car* TeslaCloud::find(const Vin& vin) const {
  const auto found = cars_.find(vin);
  return found == cars_.end() ? nullptr : &found->second;
}

Millis TeslaCloud::delay_of(const Vin& vin, const Car& car) const {
  const std::uint64_t drawn = draw_of(context_, "tesla delay", vin);
  if (!healed_ && car.temper == Temper::stubborn) return Millis(INT64_MAX / 4);
  if (!healed_ && car.temper == Temper::slow)
    return minutes(10) + Millis(static_cast<std::int64_t>(drawn % Millis(hours(23)).count()));
  return seconds(5) + Millis(static_cast<std::int64_t>(drawn % 45'000));
}

TeslaCloud::Stage TeslaCloud::stage_of(const Vin& vin, const Car& car, Instant now) const {
  if (!car.configured_at) return Stage::none;
  if (now - *car.configured_at < delay_of(vin, car)) return Stage::stored;
  return car.temper == Temper::awkward ? Stage::dropped : Stage::applied;
}

}  // namespace contactor::world
