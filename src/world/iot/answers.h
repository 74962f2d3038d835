#pragma once

#include <string>

#include "world/iot/command_queue.h"
#include "world/reply.h"

namespace contactor::world {

/// `{"error":{"code","message"}}`, with the status that goes with the code.
[[nodiscard]] ports::HttpResponse iot_error(std::string_view code, std::string_view message);
[[nodiscard]] ports::HttpResponse iot_error(int status, std::string_view code, std::string_view message);
[[nodiscard]] ports::HttpResponse configure_answer(const Command& command);

/// What the state cache says of a vehicle.
/// @param command  the one that was asked for, or null.
/// @param stale    tells what was true before the latest report, where that report is younger than ten
/// seconds.
[[nodiscard]] std::string status_body(const Car& car, const Command* command, bool stale, Instant now);
[[nodiscard]] std::string health_body(const Car& car, Instant now);
/// The latest hundred commands, oldest first.
[[nodiscard]] std::string history_body(const Car& car, CommandQueue& commands);

}  // namespace contactor::world
