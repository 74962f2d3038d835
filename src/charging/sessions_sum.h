#pragma once

#include <span>

#include "charging/sessions_cut.h"

namespace contactor::charging {

/// Fills in what flowed in each stretch: differences of registers where these are sane, power over time where
/// they are not. The energy between two registers goes whole to the only session between them.
void sum_stretches(std::span<const Reading> readings, std::span<const RegisterPair> pairs,
                   std::span<Stretch> stretches);

}  // namespace contactor::charging
