#pragma once

#include <string_view>

#include "ports/http.h"

namespace contactor::world {

class World;

/// Scenario control over HTTP, for `contactor sim`.
/// @param path  behind `/_sim/`: `faults`, `vehicles/{vin}`, `heal`, `log`, `iot/revoke-secret`,
/// `iot/revoke-tokens`,
///              `payment_intents`, and `clouds…` of `control_clouds`.
[[nodiscard]] ports::HttpResponse control(World& world, const ports::HttpRequest& request,
                                          std::string_view path, Instant now);

}  // namespace contactor::world
