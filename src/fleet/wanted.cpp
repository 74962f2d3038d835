#include "fleet/wanted.h"

namespace contactor::fleet {

Wanted wanted(const Wish& wish, const Zone& zone, Instant now) {
  if (!wish.requested) return {.decided = false, .why = Why::nobody_said};
  if (!*wish.requested) return {.why = Why::not_requested};
  if (wish.start && wish.end && *wish.start > *wish.end)
    return {.decided = false, .why = Why::contradictory_window};
  if (wish.start && wish.end && *wish.start == *wish.end) return {.why = Why::empty_window};
  if (wish.start && now < zone.start_of(*wish.start))
    return {.until = zone.start_of(*wish.start), .why = Why::before_first_day};
  if (!wish.end) return {.active = true, .why = Why::requested};
  const Instant end = zone.start_of(*wish.end);
  if (now >= end) return {.why = Why::after_last_day};
  return {.active = true, .until = end, .why = Why::requested};
}

}  // namespace contactor::fleet
