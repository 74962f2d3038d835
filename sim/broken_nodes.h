#pragma once

#include <span>

#include "mutants.h"

namespace contactor::sim {

/// Guards between nodes, broken on purpose: mutants that need several.
[[nodiscard]] std::span<const Mutant> node_mutants();

}  // namespace contactor::sim
