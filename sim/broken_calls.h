#pragma once

#include <span>

#include "mutants.h"

namespace contactor::sim {

/// Guards around what is sent to the outside and what is answered, broken on purpose.
[[nodiscard]] std::span<const Mutant> call_mutants();

}  // namespace contactor::sim
