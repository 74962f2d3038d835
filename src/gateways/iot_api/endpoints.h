#pragma once

#include <string>
#include <string_view>

#include "ports/iot_api.h"

namespace contactor::gateways::iot_api {

/// `POST /vehicle/{vin}/configure`.
/// @param callback_url  left out where empty. @errors invalid: the configuration is not a JSON object.
[[nodiscard]] Result<ports::HttpRequest> configure_request(std::string_view base_url,
                                                           const ports::ConfigureCommand& command,
                                                           std::string_view callback_url);
/// `GET /vehicle/{vin}/status`, of one command where its id is not empty.
[[nodiscard]] ports::HttpRequest status_request(std::string_view base_url, const Vin& vin,
                                                std::string_view command_id);
[[nodiscard]] ports::HttpRequest health_request(std::string_view base_url, const Vin& vin);
[[nodiscard]] ports::HttpRequest history_request(std::string_view base_url, const Vin& vin);

}  // namespace contactor::gateways::iot_api
