#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/instant.h"

namespace contactor::store {

/// The sends of a command ledger as one blob: 64-bit milliseconds, little endian.
[[nodiscard]] std::vector<std::uint8_t> sends_blob(const std::vector<Instant>& sends);
[[nodiscard]] std::vector<Instant> read_sends(std::span<const std::uint8_t> blob);

}  // namespace contactor::store
