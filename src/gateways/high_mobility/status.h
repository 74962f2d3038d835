#pragma once

#include <string_view>

#include "fleet/vehicle.h"

namespace contactor::gateways::high_mobility {

/// What a status word means. The raw words are kept as the detail.
/// @param words  the reason of a changelog or the description of an error; empty where there is none.
[[nodiscard]] fleet::CloudState state_of_status(std::string_view status, std::string_view words);

}  // namespace contactor::gateways::high_mobility
