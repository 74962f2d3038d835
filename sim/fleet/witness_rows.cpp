// What is committed: wishes stay, history is whole, the status is the truth, each edge counts once.

#include <fmt/format.h>

#include "fleet/fleet_witness.h"

namespace contactor::sim {
namespace {

using std::chrono::minutes;

constexpr Millis kAnswerAge = minutes(3);  ///< a call and its parts may take so long

std::string line_of(const fleet::Vehicle& row, bool by_people) {
  return fmt::format("v{} {} status {} '{}' {} {} intent {} failures {} blocked {} wish {} next {}",
                     row.version, row.oem ? fleet::to_string(*row.oem) : "unmapped",
                     row.status ? (*row.status ? "on" : "off") : "none", fleet::to_string(row.message),
                     fleet::to_string(row.cloud.standing), row.cloud.reason, fleet::to_string(row.intent),
                     row.failures, row.blocked,
                     row.wish.requested ? (*row.wish.requested ? "on" : "off") : "none",
                     row.next_check_at.is_never() ? "never" : to_rfc3339(row.next_check_at)) +
         (by_people ? " by people" : "");
}

}  // namespace

const ZoneRule& FleetWitness::zone_of(std::string_view fleet) const {
  for (std::size_t i = 0; i < kFleetNames.size(); ++i)
    if (kFleetNames[i] == fleet) return universe_.scenario.era->zones[i];
  return universe_.scenario.era->zones[0];
}

std::optional<bool> FleetWitness::wanted(const fleet::Wish& wish, Instant at) const {
  if (!wish.requested) return std::nullopt;
  if (!*wish.requested) return false;
  if (wish.start && wish.end && *wish.start > *wish.end) return std::nullopt;
  const ZoneRule& zone = zone_of(wish.fleet);
  const bool has_begun = !wish.start || at >= zone.start_of(*wish.start);
  const bool has_ended = wish.end && at >= zone.start_of(*wish.end);
  return has_begun && !has_ended;
}

/// What was wanted of it at any time since the last look at it.
void FleetWitness::judge(Seen& seen, const fleet::Wish& wish) {
  const auto take = [&](Instant at) {
    if (at < seen.judged_at || at > now()) return;
    const auto answer = wanted(wish, at);
    if (!answer) return;
    (*answer ? seen.was_wanted : seen.was_unwanted) = true;
  };
  take(seen.judged_at);
  if (wish.start) take(zone_of(wish.fleet).start_of(*wish.start));
  if (wish.end) take(zone_of(wish.fleet).start_of(*wish.end));
  take(now());
  seen.judged_at = now();
}

void FleetWitness::committed(const Life& life, const ports::FleetWrite& write) {
  const bool by_people = life.process == 0;
  Seen& seen = seen_[write.after.vin];
  const fleet::Vehicle& after = write.after;
  universe_.note(after.vin.str());
  notes_[after.vin].push_back(fmt::format("{} {}", to_rfc3339(now()), line_of(after, by_people)));
  if (by_people) {
    if (seen.row.version > 0) judge(seen, seen.row.wish);
    seen.judged_at = seen.wished_at = now();
    seen.ever_said = seen.ever_said || after.wish.requested.has_value();
    judge(seen, after.wish);
  } else {
    check_wish(seen.row, write);
    judge(seen, after.wish);
    if (after.oem) read_changes(*after.oem);
    check_truth(seen, after);
    check_edge(seen, after);
  }
  check_history(seen, write, by_people);
  seen.row = after;
}

void FleetWitness::check_wish(const fleet::Vehicle& before, const ports::FleetWrite& write) {
  if (before.wish != write.after.wish) violated("W1", write.after.vin, "the engine rewrote a wish");
}

void FleetWitness::check_history(Seen& seen, const ports::FleetWrite& write, bool by_people) {
  const fleet::Vehicle& after = write.after;
  if (write.entry && write.entry->number != after.version)
    violated("O3", after.vin, "a row of history has another number than its step");
  const bool was_open = seen.row.intent != fleet::Intent::none;
  if (was_open && write.entry && !by_people) seen.told = true;
  if (was_open && after.intent == fleet::Intent::none && !seen.told)
    violated("O3", after.vin, "an attempt ended without a row of history");
  if (!was_open && after.intent != fleet::Intent::none) seen.told = false;
}

/// @pre  the changes of its cloud have been read.
void FleetWitness::check_truth(const Seen& seen, const fleet::Vehicle& after) {
  if (after.status == seen.row.status || !after.status || !after.oem) return;
  if (!seen.row.status && !*after.status) return;  // It was never thought to be anything else.
  const world::Cloud& cloud = universe_.cloud(*after.oem);
  const Instant asked = after.observed_at - kAnswerAge;
  const auto touch = touches_.find({*after.oem, after.vin});
  const bool was_touched = (touch != touches_.end() && touch->second.at >= asked) || seen.meddled_at >= asked;
  if (was_touched && *after.status) return;
  if (cloud.is_active(after.vin, now()) == *after.status ||
      cloud.is_active(after.vin, asked) == *after.status)
    return;
  if (seen.meddled_at >= asked) return;
  violated("S1", after.vin,
           fmt::format("recorded as {}, and at {} it is not", *after.status ? "active" : "inactive",
                       fleet::to_string(*after.oem)));
}

/// One edge, one change: the status may change to what was wanted some time since its last change.
void FleetWitness::check_edge(Seen& seen, const fleet::Vehicle& after) {
  const bool was = seen.row.status.value_or(false);
  const bool is = after.status.value_or(false);
  if (was == is) return;
  const bool leaves = universe_.settings.routes.of(after.vin, after.wish.make).oem != after.oem;
  // A cloud may take a day over an end that it was asked for before the wish turned round.
  const auto touch = after.oem ? touches_.find({*after.oem, after.vin}) : touches_.end();
  const bool was_ended = !is && touch != touches_.end() && !touch->second.active;
  if (!leaves && !was_ended && !(is ? seen.was_wanted : seen.was_unwanted))
    violated("O5", after.vin,
             fmt::format("became {} and nothing asked for that", is ? "active" : "inactive"));
  const auto want = wanted(after.wish, now());
  seen.was_wanted = want == true;
  seen.was_unwanted = want == false;
}

}  // namespace contactor::sim
