#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ports/http.h"
#include "vin/vin.h"

namespace contactor::gateways::tesla {

/// What the vehicle is configured with. `GET …/vehicles/{vin}/fleet_telemetry_config`.
[[nodiscard]] ports::HttpRequest look_request(std::string_view base_url, const Vin& vin);
/// `DELETE …/vehicles/{vin}/fleet_telemetry_config`.
[[nodiscard]] ports::HttpRequest delete_request(std::string_view base_url, const Vin& vin);
/// `POST …/vehicles/fleet_telemetry_config_jws`.
[[nodiscard]] ports::HttpRequest create_request(std::string_view base_url, const std::vector<Vin>& vins,
                                                std::string_view token);
/// `POST …/vehicles/fleet_telemetry_config` at the vehicle-command proxy, which signs by itself.
/// @param config  JSON.
[[nodiscard]] ports::HttpRequest create_by_proxy_request(std::string_view proxy_url,
                                                         const std::vector<Vin>& vins,
                                                         std::string_view config);
/// `GET …/dx/vehicles/options`.
[[nodiscard]] ports::HttpRequest options_request(std::string_view base_url, const Vin& vin);
/// `GET …/dx/warranty/details`.
[[nodiscard]] ports::HttpRequest warranty_request(std::string_view base_url, const Vin& vin);

}  // namespace contactor::gateways::tesla
