#pragma once

#include <string_view>
#include <vector>

#include "ota/classify.h"
#include "ports/http.h"
#include "vin/vin.h"

namespace contactor::gateways::iot_api {

/// What the answer to a configure command says. Never fails: what cannot be read is a fact too.
/// @param command_id  the command that was sent; an answer about another one is not understood.
[[nodiscard]] ota::AnswerFacts read_configure(const ports::HttpResponse& response,
                                              std::string_view command_id, Instant now);

/// @errors  for the three readers: protocol (not 200, not the documented shape, a wrong type, another
/// vehicle), and for
///          error answers not_found, unauthorized, rate_limited, timed_out, unavailable, invalid; `applied` =
///          no.
[[nodiscard]] Result<ota::VehicleStatus> read_status(const ports::HttpResponse& response, const Vin& vin,
                                                     std::string_view command_id, Instant now);
[[nodiscard]] Result<ota::VehicleHealth> read_health(const ports::HttpResponse& response, Instant now);
/// At most 10 000 items; of a longer list the newest by time.
[[nodiscard]] Result<std::vector<ota::IotHistoryItem>> read_history(const ports::HttpResponse& response,
                                                                    Instant now);

}  // namespace contactor::gateways::iot_api
