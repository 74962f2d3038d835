#include "checkers/state.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/history_chain.h"
#include "ota/money_axis.h"
#include "ota/transitions.h"

namespace contactor::sim {
namespace {

bool passes(const ota::HistoryEntry& entry, ota::State state) {
  return std::ranges::find(entry.path, state) != entry.path.end();
}

}  // namespace

void StateChecker::step(ActivationId id) {
  const auto* row = evidence_.row(id);
  if (row == nullptr) return evidence_.violated("S3", id, "a committed step left no row on the disk");
  const auto& history = evidence_.history(id);
  Seen& seen = evidence_.seen[id];
  const bool is_new = seen.version == 0;
  if (row->version == seen.version && history.size() == seen.entries) return;
  if (row->version <= seen.version) evidence_.violated("S3", id, "a row's version did not rise");
  if (is_new) {
    const auto [known, first] = orders_.emplace(row->order->order_id.str(), id);
    if (!first)
      evidence_.violated("S7", id,
                         fmt::format("order {} has two activations, the other is {}", known->first,
                                     to_string(known->second)));
    if (row->money_state != ota::MoneyState::none)
      evidence_.payments.emplace(row->order->payment.transaction_id, id);
  }
  const bool was_final = !is_new && ota::is_final(seen.state);
  const ota::State before = seen.state;
  if (history.size() != row->history_count || history.empty())
    evidence_.violated(
        "S4", id, fmt::format("{} history rows where {} are counted", history.size(), row->history_count));
  for (std::size_t i = seen.entries; i < history.size(); ++i) {
    if (history[i].seq != i + 1)
      evidence_.violated("S4", id, fmt::format("entry {} has the number {}", i + 1, history[i].seq));
    entry(*row, seen, history[i]);
  }
  if (!history.empty()) fold(*row, seen, history.back());
  if (was_final && row->state != before)
    evidence_.violated(
        "S1", id, fmt::format("left its end {} for {}", ota::to_string(before), ota::to_string(row->state)));
  seen.version = row->version;
  seen.entries = static_cast<std::uint32_t>(history.size());
}

void StateChecker::entry(const ota::Activation& row, Seen& seen, const ota::HistoryEntry& entry) {
  path(row, seen, entry);
  if (entry.hash != engine::chain(seen.head, row.id, entry))
    evidence_.violated("S4", row.id,
                       fmt::format("history entry {} does not follow from the one before", entry.seq));
  seen.head = entry.hash;
  if (entry.money_state != seen.money && !(entry.seq == 1) &&
      !ota::is_money_transition(seen.money, entry.money_state))
    evidence_.violated("M3", row.id,
                       fmt::format("money went from {} to {}", ota::to_string(seen.money),
                                   ota::to_string(entry.money_state)));
  tally(row, seen, entry);
  if (passes(entry, ota::State::Success)) truth(row, entry);
  if (!entry.path.empty()) seen.state = entry.path.back();
  seen.money = entry.money_state;
}

void StateChecker::path(const ota::Activation& row, const Seen& seen, const ota::HistoryEntry& entry) {
  if (entry.path.empty()) return evidence_.violated("S2", row.id, "a history entry without a state");
  const bool stayed = entry.path.size() == 1 && entry.path.front() == seen.state;
  if (stayed) return;
  ota::State from = seen.state;
  for (const ota::State to : entry.path) {
    if (!ota::is_transition(from, to))
      evidence_.violated(
          "S2", row.id,
          fmt::format("{} -> {} is not in the diagram", ota::to_string(from), ota::to_string(to)));
    from = to;
  }
}

void StateChecker::tally(const ota::Activation& row, Seen& seen, const ota::HistoryEntry& entry) {
  const bool deactivates = row.order->action == ota::Action::deactivate;
  if (passes(entry, ota::State::SendingCommand)) ++seen.sends;
  if (entry.event == "precheck_failed") ++seen.prechecks;
  if (entry.event == "answered" && passes(entry, ota::State::WaitingBudget)) ++seen.rate_limited;
  if (passes(entry, ota::State::CalculateBackoff)) ++seen.backoffs;
  if (passes(entry, ota::State::Success)) seen.confirmed = true;
  if (entry.event == "found_active") seen.found_active = true;
  const std::uint32_t attempts = seen.sends + seen.prechecks - seen.rate_limited;
  if (entry.attempts != attempts)
    evidence_.violated(
        "S8", row.id,
        fmt::format("entry {}: {} attempts are counted, {} were made", entry.seq, entry.attempts, attempts));
  if (entry.retries != seen.backoffs)
    evidence_.violated("S8", row.id,
                       fmt::format("entry {}: {} retries are counted, {} were begun", entry.seq,
                                   entry.retries, seen.backoffs));
  const std::uint32_t allowed = evidence_.universe.scenario.policy.retry.retries_max;
  if (!deactivates && entry.retries > allowed)
    evidence_.violated("S8", row.id, fmt::format("{} retries, {} are allowed", entry.retries, allowed));
}

void StateChecker::fold(const ota::Activation& row, const Seen& seen, const ota::HistoryEntry& last) {
  const bool same = seen.state == row.state && last.service_status == row.service_status &&
                    last.money_state == row.money_state && last.attempts == row.attempts &&
                    last.retries == row.retries && last.hash == row.history_head;
  if (!same)
    evidence_.violated("S3", row.id,
                       fmt::format("the row says {} {} {}, its history {} {} {}", ota::to_string(row.state),
                                   ota::to_string(row.service_status), ota::to_string(row.money_state),
                                   ota::to_string(seen.state), ota::to_string(last.service_status),
                                   ota::to_string(last.money_state)));
}

/// A success is recorded only where the car really obeyed a command of this activation, or has the feature
/// anyway.
void StateChecker::truth(const ota::Activation& row, const ota::HistoryEntry& entry) {
  if (entry.event == "found_active") {
    if (!evidence_.universe.world.feature_active(row.order->vin, row.order->service_id.str()))
      evidence_.violated("S13", row.id, "the feature was found active and is not");
    return;
  }
  const bool wanted = row.order->action == ota::Action::activate;
  // A car that lies, behind a cache that shows how it was before.
  const auto mood = evidence_.universe.world.mood_of(row.order->vin);
  const auto& faults = evidence_.universe.scenario.world.faults;
  Seen& seen = evidence_.seen[row.id];
  seen.nobody_could_tell = mood == world::Mood::lying && faults.rate(world::FaultKind::iot_stale_cache) > 0;
  if (seen.nobody_could_tell) return;
  // What is as wanted already, a car may well claim to have done.
  seen.was_as_wanted =
      evidence_.universe.world.feature_active(row.order->vin, row.order->service_id.str()) == wanted;
  if (!evidence_.car_obeyed(row) && !seen.was_as_wanted)
    evidence_.violated(
        "S13", row.id,
        fmt::format("recorded as confirmed ({}), the car has obeyed none of its commands", entry.detail));
}

void StateChecker::at_end() {
  for (const auto& [id, seen] : evidence_.seen) {
    const auto* row = evidence_.row(id);
    if (row == nullptr) {
      evidence_.violated("S3", id, "a row that was committed is gone");
      continue;
    }
    if (row->version != seen.version) evidence_.violated("S3", id, "a row changed without a step");
    if (const auto bad = engine::first_bad_entry(id, row->history_head, evidence_.history(id)); bad != 0)
      evidence_.violated("S4", id, fmt::format("the history's chain breaks at entry {}", bad));
  }
}

}  // namespace contactor::sim
