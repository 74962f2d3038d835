#pragma once

#include "ota/ticket.h"

namespace contactor::ota {

struct SlaTimes {
  Instant respond_by;
  Instant solve_by;
};
/// When a ticket must be answered and solved. HIGH runs round the clock; the clock of MEDIUM stands still on
/// Saturdays and Sundays, UTC.
/// @source  RULINGS T56.
[[nodiscard]] SlaTimes sla_times(const SlaPolicy& policy, Priority priority, Instant opened_at);

}  // namespace contactor::ota
