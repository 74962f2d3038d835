#include "ota/sla.h"

#include <algorithm>

namespace contactor::ota {
namespace {

constexpr Millis kDay = std::chrono::hours(24);
constexpr int kWorkdays = 5;

/// 0 is Monday. The first day of 1970 was a Thursday.
int weekday(std::int64_t day) { return static_cast<int>((day + 3) % 7); }

/// Adds working time, of which a day has 24 hours and a week five days.
Instant add_working_time(Instant from, Millis work) {
  Instant at = from;
  while (true) {
    const std::int64_t day = at.millis() / kDay.count();
    const Instant midnight = Instant::from_millis((day + 1) * kDay.count());
    const Millis room = weekday(day) < kWorkdays ? midnight - at : Millis::zero();
    if (work < room) return at + work;
    work -= room;
    at = midnight;
  }
}

}  // namespace

SlaTimes sla_times(const SlaPolicy& policy, Priority priority, Instant opened_at) {
  if (priority == Priority::HIGH)
    return {.respond_by = opened_at + policy.high_respond, .solve_by = opened_at + policy.high_solve};
  const Millis solve = kDay * std::clamp(policy.medium_solve_workdays, 0, 366);
  const Millis respond = std::clamp(policy.medium_respond, Millis::zero(), kDay * 366);
  return {.respond_by = add_working_time(opened_at, respond), .solve_by = add_working_time(opened_at, solve)};
}

}  // namespace contactor::ota
