#include "checkers/liveness.h"

#include <algorithm>

#include <fmt/format.h>

namespace contactor::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

}  // namespace

/// A car that never comes back cannot be switched off: its deactivation goes on trying, and says when it
/// tries next.
bool LivenessChecker::may_wait_for_ever(const ota::Activation& row) const {
  if (row.order->action != ota::Action::deactivate || row.next_action_at.is_never()) return false;
  const auto mood = evidence_.universe.world.mood_of(row.order->vin);
  const bool helpless =
      mood && (*mood == world::Mood::gone || *mood == world::Mood::failing || *mood == world::Mood::unknown);
  const bool waits = row.state == ota::State::WaitingBackoff || row.state == ota::State::WaitingBudget ||
                     row.state == ota::State::WaitingResponse || row.state == ota::State::QueuedForActivation;
  return helpless && waits;
}

bool LivenessChecker::is_done(const ota::Activation& row) const {
  if (ota::is_settled(row.state, row.money_state)) return true;
  if (ota::is_final(row.state) && evidence_.refund_is_pending(row)) return true;
  if (row.state == ota::State::Scheduled)
    return row.next_action_at > evidence_.universe.clock.now() - minutes(1);
  return may_wait_for_ever(row);
}

/// A refund that its provider is still working on; a bank may take days.
bool LivenessChecker::may_be_owed(const ports::OutboxEntry& entry) const {
  const auto* row = evidence_.row(entry.activation_id);
  return row != nullptr && entry.kind == ports::OutboxEntry::Kind::money && evidence_.refund_is_pending(*row);
}

bool LivenessChecker::all_done() const {
  for (const auto& [id, entry] : evidence_.universe.disk.outbox)
    if (!may_be_owed(entry)) return false;
  return std::ranges::all_of(evidence_.seen, [this](const auto& item) {
    const auto* row = evidence_.row(item.first);
    return row == nullptr || is_done(*row);
  });
}

std::size_t LivenessChecker::commands_on_busiest_car() const {
  std::unordered_map<Vin, std::size_t> commands;
  std::size_t most = 0;
  const std::size_t each = evidence_.universe.scenario.policy.retry.retries_max + 1;
  for (const auto& [id, seen] : evidence_.seen) {
    const auto* row = evidence_.row(id);
    if (row != nullptr && !is_done(*row)) most = std::max(most, commands[row->order->vin] += each);
  }
  return most;
}

Millis LivenessChecker::bound() const {
  const ota::Policy& policy = evidence_.universe.scenario.policy;
  const auto retries = static_cast<int>(policy.retry.retries_max);
  const Millis attempts = (retries + 1) * (policy.command_timeout + policy.request_timeout * 2);
  const Millis longest = std::max(policy.retry.max_delay, policy.deactivation_delay_max);
  const Millis grace = policy.retry.final_grace.value_or(policy.retry.max_delay);
  const auto budget_hours = static_cast<int>(commands_on_busiest_car() / policy.commands_per_hour + 2);
  // The horizon ends every wait for a budget; the provider's slowest pause ends the money's.
  const Millis waits = std::min<Millis>(hours(budget_hours), policy.horizon + hours(2));
  // A time that the API named is obeyed, however late it is.
  Millis named(0);
  for (const auto& [id, seen] : evidence_.seen)
    if (const auto* row = evidence_.row(id);
        row != nullptr && row->state == ota::State::WaitingBudget && !row->next_action_at.is_never())
      named =
          std::max(named, std::min<Millis>(row->next_action_at - evidence_.universe.clock.now(), hours(25)));
  // What was planned by a clock that ran ahead; nodes read a date in `Retry-After` by their own clock.
  if (evidence_.clock_settings > 0 || evidence_.universe.scenario.nodes > 0) named += hours(6);
  return named + attempts + (retries + 2) * longest + grace + waits + minutes(30);
}

void LivenessChecker::at_end() {
  for (const auto& [id, seen] : evidence_.seen) {
    const auto* row = evidence_.row(id);
    if (row == nullptr || is_done(*row)) continue;
    evidence_.violated("S9", id,
                       fmt::format("still {} with its money {} long after everything works again{}",
                                   ota::to_string(row->state), ota::to_string(row->money_state),
                                   row->waits_for.empty() ? "" : ", waiting for " + row->waits_for));
  }
  for (const auto& [id, entry] : evidence_.universe.disk.outbox)
    if (!may_be_owed(entry))
      evidence_.violated("S9", entry.activation_id, fmt::format("{} is still owed", entry.key));
}

}  // namespace contactor::sim
