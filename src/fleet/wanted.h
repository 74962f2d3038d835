#pragma once

#include <string_view>

#include "fleet/calendar.h"
#include "fleet/vehicle.h"

namespace contactor::fleet {

/// Whether a vehicle shall be connected now.
struct Wanted {
  bool active = false;
  bool decided = true;  ///< false: nobody has said, or the dates contradict each other
  Instant until =
      Instant::never();  ///< from then on the answer may be another one: the next edge of the window
  std::string_view why;  ///< "requested", "not requested", "before its first day", …
};

/// effective = requested and inside [start, end), whole days of the fleet's zone. A missing side is open; the
/// stored wish is never rewritten.
/// @source  RULINGS T30 to T32.
[[nodiscard]] Wanted wanted(const Wish& wish, const Zone& zone, Instant now);

}  // namespace contactor::fleet
