#pragma once

#include <string_view>

#include "ports/http.h"
#include "vin/vin.h"

namespace contactor::gateways::bmw {

/// `GET /vehicle/{vin}`: does BMW have it, and is it in a fleet?
[[nodiscard]] ports::HttpRequest vehicle_request(std::string_view base_url, const Vin& vin);
/// `GET /vin-checker/{vin}`: is its head unit new enough?
[[nodiscard]] ports::HttpRequest check_request(std::string_view base_url, const Vin& vin);
/// `POST /vehicle`.
[[nodiscard]] ports::HttpRequest create_request(std::string_view base_url, const Vin& vin);
/// `GET /fleet`: all fleets.
[[nodiscard]] ports::HttpRequest fleets_request(std::string_view base_url);
/// `POST /fleet/{id}/vehicle/{vin}`, without a body.
[[nodiscard]] ports::HttpRequest join_request(std::string_view base_url, std::string_view fleet_id,
                                              const Vin& vin);
/// `DELETE /vehicle/{vin}`.
[[nodiscard]] ports::HttpRequest delete_request(std::string_view base_url, const Vin& vin);
/// `GET /data/vehicle/{vin}`: among others the model.
[[nodiscard]] ports::HttpRequest data_request(std::string_view base_url, const Vin& vin);

}  // namespace contactor::gateways::bmw
