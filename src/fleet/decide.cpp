#include "fleet/decide.h"

#include <algorithm>

#include "fleet/names.h"
#include "fleet/reasons.h"

namespace contactor::fleet {
namespace {

constexpr auto kActions =
    names_of<Action>({"none", "activate", "deactivate", "renew", "wait", "blocked", "unmapped", "look"});

/// Tries have failed, and the next one has its time: neither a cloud that refuses nor one that is down is
/// asked at every run.
bool is_pausing(const Vehicle& vehicle, Instant now) {
  return vehicle.failures > 0 && vehicle.next_check_at > now;
}

bool has_leftover(const Vehicle& vehicle) { return find_reason(*vehicle.oem, vehicle.cloud.reason).leftover; }

Decision act(Action action, Why why, const Vehicle& vehicle, Instant now) {
  if (is_pausing(vehicle, now)) return {Action::wait, Why::pausing, vehicle.next_check_at};
  return {action, why, now};
}

/// What is under way is looked at again at its time, or after a while where it has none.
Decision wait(Why why, const Vehicle& vehicle, const Pace& pace, Instant now) {
  return {Action::wait, why, vehicle.next_check_at > now ? vehicle.next_check_at : now + pace.look_again};
}

Decision settled(Why why, const Wanted& wanted, const Pace& pace, Instant now) {
  return {Action::none, why, std::min(now + pace.look_settled, wanted.until)};
}

Decision keep_active(const Vehicle& vehicle, const Wanted& wanted, const Pace& pace, Instant now) {
  const Instant renew_at = vehicle.cloud.valid_until - pace.renew_before;
  // What people end before the contract does needs no new one.
  const bool outlives_contract = wanted.until > vehicle.cloud.valid_until;
  if (outlives_contract && now >= renew_at) return act(Action::renew, Why::contract_ends_soon, vehicle, now);
  Decision decision = settled(Why::as_wanted, wanted, pace, now);
  if (outlives_contract) decision.again_at = std::min(decision.again_at, renew_at);
  return decision;
}

Decision toward_active(const Vehicle& vehicle, const Wanted& wanted, const Pace& pace, Instant now) {
  switch (vehicle.cloud.standing) {
    case Standing::active:
      return keep_active(vehicle, wanted, pace, now);
    case Standing::pending:
      return wait(is_silent(vehicle, pace.silent_after, now) ? Why::silent : Why::in_progress, vehicle, pace,
                  now);
    case Standing::ending:
      return wait(Why::being_ended, vehicle, pace, now);
    case Standing::inactive:
    case Standing::refused:
    case Standing::unknown:
      break;
  }
  if (vehicle.blocked) return {Action::blocked, Why::refused, Instant::never()};
  return act(Action::activate, wanted.why, vehicle, now);
}

Decision toward_inactive(const Vehicle& vehicle, const Wanted& wanted, const Pace& pace, Instant now) {
  switch (vehicle.cloud.standing) {
    case Standing::active:
    case Standing::pending:
      return act(Action::deactivate, wanted.why, vehicle, now);
    case Standing::ending:
      return wait(Why::in_progress, vehicle, pace, now);
    case Standing::refused:
      if (has_leftover(vehicle)) return act(Action::deactivate, wanted.why, vehicle, now);
      break;
    case Standing::inactive:
    case Standing::unknown:
      break;
  }
  return settled(Why::as_wanted, wanted, pace, now);
}

}  // namespace

std::string_view to_string(Action action) { return kActions.text(action); }
std::optional<Action> parse_action(std::string_view name) { return kActions.parse(name); }

Decision decide(const Vehicle& vehicle, const Wanted& wanted, const Pace& pace, Instant now) {
  if (!vehicle.oem) return {Action::unmapped, Why::no_cloud, Instant::never()};
  // An open call is cleared up even where nobody wants anything any more.
  if (vehicle.intent != Intent::none) return {Action::look, Why::open_call, vehicle.next_check_at};
  if (!wanted.decided) return settled(wanted.why, wanted, pace, now);
  if (vehicle.cloud.standing == Standing::unknown) {
    const bool was_read = vehicle.observed_at != Instant() || vehicle.failures > 0;
    return {Action::look, was_read ? Why::not_readable : Why::never_read, vehicle.next_check_at};
  }
  return wanted.active ? toward_active(vehicle, wanted, pace, now)
                       : toward_inactive(vehicle, wanted, pace, now);
}

Millis pause_after(std::uint32_t failures, const Pace& pace) {
  const std::uint32_t doublings = failures == 0 ? 0 : failures - 1;
  if (doublings >= 62 || pace.retry_base.count() > (pace.retry_max.count() >> doublings))
    return pace.retry_max;
  return Millis(pace.retry_base.count() << doublings);
}

bool is_silent(const Vehicle& vehicle, Millis silent_after, Instant now) {
  const bool is_under_way =
      vehicle.cloud.standing == Standing::pending || vehicle.cloud.standing == Standing::ending;
  return is_under_way && vehicle.accepted_at != Instant() && now - vehicle.accepted_at > silent_after;
}

bool holds_something(const Vehicle& vehicle) {
  if (!vehicle.oem) return false;
  if (vehicle.intent != Intent::none) return true;
  switch (vehicle.cloud.standing) {
    case Standing::active:
    case Standing::pending:
    case Standing::ending:
      return true;
    case Standing::unknown:
      return vehicle.status.value_or(false);
    case Standing::refused:
      return has_leftover(vehicle);
    case Standing::inactive:
      break;
  }
  return false;
}

}  // namespace contactor::fleet
