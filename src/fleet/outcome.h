#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "fleet/decide.h"

namespace contactor::fleet {

/// Where a run has left one vehicle: every VIN is counted in exactly one.
enum class Outcome : std::uint8_t {
  as_wanted,  ///< it was so before
  activated,
  deactivated,
  pending,  ///< asked, and the cloud takes its time
  failed,   ///< refused, or tried without success; tried again where that can help
  unmapped,
  not_configured,  ///< its cloud's variables are missing
  held,            ///< another run works on its cloud
};
inline constexpr std::size_t outcome_count = 8;
[[nodiscard]] std::string_view to_string(Outcome outcome);

/// @param first  the vehicle as the run found it, @param last as it leaves it.
/// @param left   what would have to be done now.
[[nodiscard]] Outcome outcome_of(const Vehicle& first, const Vehicle& last, const Decision& left);

struct OemSummary {
  std::array<std::uint64_t, outcome_count> vehicles{};
  std::uint64_t calls = 0;
  std::vector<std::pair<std::string, std::uint64_t>> reasons;  ///< why pending or failed, most frequent first
  std::string trouble;  ///< what keeps the whole cloud from being used; empty: nothing
  std::string missing;  ///< variables for want of which it is not configured
};

struct RunSummary {
  std::array<OemSummary, oem_count> by_oem;
  std::uint64_t unmapped = 0;
  std::uint64_t vehicles = 0;
  bool interrupted = false;
  [[nodiscard]] std::uint64_t total(Outcome outcome) const;
  /// The contract's: 0 all done, 3 partly, 130 interrupted. What its cloud takes time for is done for now;
  /// what no cloud serves, or one that is not configured, was never to be done: both are reported, neither
  /// fails.
  [[nodiscard]] int exit_status() const;
};

}  // namespace contactor::fleet
