#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "charging/charging_stat.h"

namespace contactor::charging {

/// Which of a device's stats must be looked at when some of them are new: between two moments at which
/// nothing was going on for so long that the sessions on one side do not depend on the stats of the other.
struct StreamWindow {
  std::size_t first = 0;  ///< index of the first stat that counts
  std::size_t last = 0;   ///< of the last one
};

/// What was read of a stream around the new stats.
struct StreamPart {
  std::vector<ChargingStat> stats;  ///< in order of time, each moment once, new ones included
  Instant oldest_new;
  Instant newest_new;
  bool has_begin = false;  ///< there is nothing before the first
  bool has_end = false;    ///< there is nothing behind the last
};

/// Where the quiet moments are. Each has a reading of its own, which belongs to both sides:
///
/// * for more than kPauseMax around it nothing is said but "not charging";
/// * where the part has any registers, it has one, and the same value stands before and behind it;
/// * where the part has any odometers, it has one.
struct QuietSides {
  std::optional<std::size_t> before;  ///< nothing: read more of what is older, unless `has_begin`
  std::optional<std::size_t> behind;  ///< nothing: read more of what is newer, unless `has_end`
};
[[nodiscard]] QuietSides quiet_sides(const StreamPart& part);

/// @return nothing where more must be read.
[[nodiscard]] std::optional<StreamWindow> window_of(const StreamPart& part, const QuietSides& sides);

}  // namespace contactor::charging
