#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ports/http.h"
#include "vin/vin.h"

namespace contactor::gateways::high_mobility {

using Tags = std::vector<std::pair<std::string, std::string>>;

/// A vehicle that data is asked for.
struct Clearance {
  Vin vin;
  std::string_view brand;
};

/// What the aggregator calls a make of the table of makes; empty: it does not serve it.
/// @source  hm-fleet-clearance-v1.yml, FleetVehicle.
[[nodiscard]] std::string_view brand_of(std::string_view make);
/// Whether it can be asked before clearing if a vehicle of the brand is eligible.
/// @source  hm-eligibility-v1.yml.
[[nodiscard]] bool tells_eligibility(std::string_view brand);

[[nodiscard]] ports::HttpRequest clear_request(std::string_view base_url, std::span<const Clearance> vehicles,
                                               const Tags& tags);
/// Every clearance. @param vins  only of these; all where empty.
[[nodiscard]] ports::HttpRequest list_request(std::string_view base_url, std::span<const Vin> vins);
[[nodiscard]] ports::HttpRequest one_request(std::string_view base_url, const Vin& vin);
[[nodiscard]] ports::HttpRequest withdraw_request(std::string_view base_url, const Vin& vin);
[[nodiscard]] ports::HttpRequest eligibility_request(std::string_view base_url, const Clearance& vehicle);

}  // namespace contactor::gateways::high_mobility
