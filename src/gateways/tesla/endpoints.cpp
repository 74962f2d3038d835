#include "gateways/tesla/endpoints.h"

#include "json/json.h"

namespace contactor::gateways::tesla {
namespace {

std::string url_of(std::string_view base_url, std::string_view path) {
  if (base_url.ends_with('/')) base_url.remove_suffix(1);
  return fmt::format("{}/api/1/{}", base_url, path);
}

ports::HttpRequest request(std::string method, std::string url, std::string body = {}) {
  ports::HttpRequest out{.method = std::move(method),
                         .url = std::move(url),
                         .headers = {{"Accept", "application/json"}},
                         .body = std::move(body)};
  if (!out.body.empty()) out.headers.push_back({"Content-Type", "application/json"});
  return out;
}

std::string config_path(const Vin& vin) {
  return fmt::format("vehicles/{}/fleet_telemetry_config", vin.str());
}

/// A VIN needs no escaping: it consists of letters and digits.
std::string vins_array(const std::vector<Vin>& vins) {
  std::string out;
  for (const Vin& vin : vins) out += fmt::format(R"({}"{}")", out.empty() ? "" : ",", vin.str());
  return "[" + out + "]";
}

}  // namespace

ports::HttpRequest look_request(std::string_view base_url, const Vin& vin) {
  return request("GET", url_of(base_url, config_path(vin)));
}

ports::HttpRequest delete_request(std::string_view base_url, const Vin& vin) {
  return request("DELETE", url_of(base_url, config_path(vin)));
}

ports::HttpRequest create_request(std::string_view base_url, const std::vector<Vin>& vins,
                                  std::string_view token) {
  return request("POST", url_of(base_url, "vehicles/fleet_telemetry_config_jws"),
                 fmt::format(R"({{"vins":{},"token":"{}"}})", vins_array(vins), token));
}

ports::HttpRequest create_by_proxy_request(std::string_view proxy_url, const std::vector<Vin>& vins,
                                           std::string_view config) {
  return request("POST", url_of(proxy_url, "vehicles/fleet_telemetry_config"),
                 fmt::format(R"({{"vins":{},"config":{}}})", vins_array(vins), config));
}

ports::HttpRequest options_request(std::string_view base_url, const Vin& vin) {
  return request("GET", url_of(base_url, fmt::format("dx/vehicles/options?vin={}", vin.str())));
}

ports::HttpRequest warranty_request(std::string_view base_url, const Vin& vin) {
  return request("GET", url_of(base_url, fmt::format("dx/warranty/details?vin={}", vin.str())));
}

}  // namespace contactor::gateways::tesla
