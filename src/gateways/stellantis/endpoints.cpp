#include "gateways/stellantis/endpoints.h"

#include <chrono>

#include "crypto/crypto.h"
#include "crypto/encoding.h"
#include "json/json.h"
#include "ports/url_encoding.h"

namespace contactor::gateways::stellantis {
namespace {

ports::HttpRequest call(std::string method, std::string_view base_url, const std::string& path) {
  if (base_url.ends_with('/')) base_url.remove_suffix(1);
  return {.method = std::move(method),
          .url = fmt::format("{}/connected-fleet/api/{}", base_url, path),
          .headers = {{"Accept", "application/json"}},
          .body = {}};
}

ports::HttpRequest call(std::string method, std::string_view base_url, const std::string& path,
                        const json::value& body) {
  auto request = call(std::move(method), base_url, path);
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = json::serialize(body);
  return request;
}

}  // namespace

ports::HttpRequest eligibility_request(std::string_view base_url, const std::vector<Vin>& vins) {
  json::array listed;
  for (const Vin& vin : vins) listed.emplace_back(vin.str());
  return call("POST", base_url, "vehicles/eligibilities",
              json::object{{"vins", std::move(listed)}, {"resultByEmail", false}});
}

ports::HttpRequest contracts_request(std::string_view base_url, std::size_t skip, std::size_t limit,
                                     const Vin* vin) {
  std::string path = fmt::format("contracts?skip={}&limit={}", skip, limit);
  if (vin != nullptr)
    path += "&conditions=" + ports::percent_encode(json::serialize(json::object{{"car.vin", vin->str()}}));
  return call("GET", base_url, path);
}

ports::HttpRequest create_request(std::string_view base_url, std::string_view company, const Vin& vin,
                                  std::string_view key, Instant now) {
  const std::string words = fmt::format("{} {}", vin.str(), key);
  return call("POST", base_url, "contracts",
              json::object{{"reference", uuid_of("reference", words)},
                           {"company", company},
                           {"car", {{"vin", vin.str()}, {"imei", uuid_of("imei", vin.str())}, {"note", ""}}},
                           {"from", to_rfc3339(now)},
                           {"to", to_rfc3339(a_year_after(now))},
                           {"pack", "pack-1"}});
}

ports::HttpRequest join_request(std::string_view base_url, std::string_view fleet_id,
                                std::string_view contract) {
  return call("PUT", base_url, fmt::format("fleets/{}/vehicles", ports::percent_encode(fleet_id)),
              json::array{json::value(contract)});
}

ports::HttpRequest delete_request(std::string_view base_url, std::string_view contract) {
  CTR_ASSERT(!contract.empty());
  return call("DELETE", base_url, "contracts/" + ports::percent_encode(contract));
}

std::string uuid_of(std::string_view purpose, std::string_view words) {
  const auto digest = crypto::sha256(fmt::format("stellantis {} {}", purpose, words));
  std::string hex = crypto::to_hex(crypto::bytes_of(digest)).substr(0, 32);
  hex[12] = '8';
  hex[16] = "89ab"[digest[8] & 3];
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

Instant a_year_after(Instant from) {
  using std::chrono::year_month_day;
  const std::chrono::sys_time<Millis> at{Millis(from.millis())};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const year_month_day today{day};
  year_month_day then = today + std::chrono::years(1);
  if (!then.ok()) then = then.year() / then.month() / std::chrono::last;
  const auto moment = std::chrono::sys_days(then) + (at - day);
  return Instant::from_millis(std::chrono::duration_cast<Millis>(moment.time_since_epoch()).count());
}

}  // namespace contactor::gateways::stellantis
