#pragma once

#include <array>
#include <span>
#include <string_view>

#include "fleet/calendar.h"

namespace contactor::sim {

/// A zone as the checkers know it, written down by hand and independent of the product's zone database: its
/// distance from UTC before and after one change, which is never at midnight.
struct ZoneRule {
  std::string_view name;
  Millis before;
  Millis after;
  Instant changes_at;  ///< never: it has one distance
  [[nodiscard]] Instant start_of(fleet::Day day) const;
};

/// Days on which calendars are interesting.
struct Era {
  std::string_view name;
  Instant start;
  fleet::Day first;  ///< the UTC day of the start
  std::array<ZoneRule, 3> zones;
};
[[nodiscard]] std::span<const Era> all_eras();

}  // namespace contactor::sim
