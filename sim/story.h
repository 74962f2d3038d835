#pragma once

#include <string>

#include "checkers/evidence.h"

namespace contactor::sim {

/// Everything that is known of the activation a violation is about: its row, its history, its commands, its
/// money.
[[nodiscard]] std::string story_of(const Evidence& evidence, const Violation& violation);

}  // namespace contactor::sim
