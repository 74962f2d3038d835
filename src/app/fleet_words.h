#pragma once

#include <string>

#include "api/json_forward.h"

namespace contactor::app {

/// What `explain` says of a vehicle's data connection: what is wanted and why, what was observed, what blocks
/// it, what happens next and when. @param vehicle  as the API shows it.
[[nodiscard]] std::string fleet_words(const boost::json::object& vehicle);

}  // namespace contactor::app
