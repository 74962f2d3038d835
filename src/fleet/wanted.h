#pragma once

#include "fleet/calendar.h"
#include "fleet/vehicle.h"
#include "fleet/why.h"

namespace contactor::fleet {

/// Whether a vehicle shall be connected now.
struct Wanted {
  bool active = false;
  bool decided = true;  ///< false: nobody has said, or the dates contradict each other
  Instant until =
      Instant::never();  ///< from then on the answer may be another one: the next edge of the window
  Why why = Why::not_requested;
};

/// effective = requested and inside [start, end), whole days of the fleet's zone. A missing side is open, the
/// stored wish is never rewritten. A window that ends before it begins decides nothing; one that ends on the
/// day it begins holds no day.
/// @source  RULINGS T30 to T32.
[[nodiscard]] Wanted wanted(const Wish& wish, const Zone& zone, Instant now);

}  // namespace contactor::fleet
