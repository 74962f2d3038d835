#include "simulation.h"

#include <fmt/format.h>

#include "checkers/witness.h"
#include "cluster.h"
#include "havoc.h"
#include "outside.h"
#include "people.h"
#include "story.h"

namespace contactor::sim {
namespace {

using std::chrono::seconds;

constexpr std::size_t kInMinuteMax = 50'000;  ///< events; a busy minute has a thousand
constexpr Millis kLook = seconds(30);         ///< how often the end is looked for once nothing hurts

/// Everything of one run, in the order in which it must be taken down.
struct Run {
  Run(const Scenario& scenario, const Mutant* mutant)
      : universe(scenario),
        witness(universe),
        cluster(universe, mutant),
        outside(universe, cluster),
        people(universe, cluster),
        havoc(universe, cluster) {}

  /// Moves to the next thing that happens anywhere, at most to `until`.
  bool step(Instant until) {
    const Instant next = std::min(universe.clock.next(), universe.world.next_event());
    if (next > until) return false;
    if (universe.world.next_event() <= universe.clock.next()) {
      universe.clock.advance_to(next);
      for (auto& outgoing : universe.world.advance_to(universe.clock.now()))
        outside.carry(std::move(outgoing));
    } else {
      universe.clock.step();
    }
    witness.look();
    if (universe.clock.now() - minute > std::chrono::minutes(1)) {
      minute = universe.clock.now();
      in_minute = 0;
    }
    if (++in_minute > kInMinuteMax)
      witness.evidence().violated("S10", {}, "the process spins: 50 000 events within a minute");
    return true;
  }
  void run_until(Instant until) {
    while (witness.evidence().violations.empty() && step(until)) {
    }
    universe.clock.advance_to(until);
  }

  Universe universe;
  Witness witness;
  Cluster cluster;
  Outside outside;
  People people;
  Havoc havoc;
  Instant minute;
  std::size_t in_minute = 0;
};

void hurt(Run& run) {
  run.cluster.start();
  run.people.begin();
  run.havoc.begin();
  run.run_until(kRunStart + run.universe.scenario.hurts_for);
}

void recover(Run& run) {
  run.havoc.heal();
  run.people.go_home();
  const Instant due = run.universe.clock.now() + run.witness.liveness().bound();
  while (run.witness.evidence().violations.empty()) {
    run.run_until(run.universe.clock.now() + kLook);
    if (run.people.waiting() == 0 && run.witness.liveness().all_done()) break;
    if (run.universe.clock.now() > due) break;
  }
  if (!run.witness.evidence().violations.empty()) return;
  run.witness.at_end();
}

void check_promises(Run& run) {
  Evidence& evidence = run.witness.evidence();
  const PeopleRecord& record = run.people.record();
  for (const auto& complaint : record.complaints)
    evidence.violated(complaint.substr(0, 2), {}, complaint.substr(3));
  for (const auto& [order, id] : record.accepted)
    if (evidence.row(id) == nullptr)
      evidence.violated("L10", id, fmt::format("order {} was acknowledged and is not on the disk", order));
}

/// What the processes themselves say of their work.
std::string state_of(const Cluster& cluster) {
  std::string text;
  for (const auto& process : cluster.processes()) {
    auto* engine = process->engine();
    if (engine == nullptr) {
      text += fmt::format("  process {} takes no requests\n", process->number());
      continue;
    }
    const auto counters = engine->counters();
    text += fmt::format(
        "  process {}: {} shards, {} live, {} ready to send, {} calls in flight, {} owed, breaker {}\n",
        process->number(), counters.shards, counters.live, counters.ready, counters.in_flight,
        counters.outbox, counters.breaker_open ? "open" : "closed");
  }
  return text;
}

void count(const Run& run, RunResult& result) {
  const auto& universe = run.universe;
  for (const auto* rows : {&universe.disk.live, &universe.disk.archive})
    for (const auto& [id, row] : *rows) {
      ++result.activations;
      ++result.outcomes[fmt::format("{} {}", ota::to_string(row.order->action), ota::to_string(row.state))];
      ++result.outcomes[fmt::format("money {}", ota::to_string(row.money_state))];
      if (row.order->action != ota::Action::activate || row.state == ota::State::Canceled) continue;
      ++result.wanted_on;
      if (row.state == ota::State::Active || row.state == ota::State::Failed) ++result.good_ends;
    }
  for (std::size_t i = 0; i < kFaultCount; ++i)
    if (universe.faults.fired()[i] > 0)
      result.faults[std::string(to_string(static_cast<Fault>(i)))] = universe.faults.fired()[i];
  for (std::size_t i = 0; i < world::fault_kinds; ++i) {
    const auto kind = static_cast<world::FaultKind>(i);
    if (universe.world.faults().fired(kind) > 0)
      result.faults[std::string(world::to_string(kind))] = universe.world.faults().fired(kind);
  }
}

}  // namespace

RunResult simulate(const Scenario& drawn, const Mutant* mutant) {
  Scenario scenario = drawn;
  if (mutant != nullptr && mutant->make_likely) mutant->make_likely(scenario);
  Run run(scenario, mutant);
  hurt(run);
  if (run.witness.evidence().violations.empty()) recover(run);
  check_promises(run);
  RunResult result{.seed = scenario.seed, .violations = run.witness.evidence().violations};
  if (!result.violations.empty()) result.story = story_of(run.witness.evidence(), result.violations.front());
  if (!result.violations.empty()) result.story += state_of(run.cluster);
  result.trace = run.universe.trace;
  result.virtual_time = run.universe.clock.now() - kRunStart;
  result.events = run.universe.clock.steps();
  result.orders = run.people.record().orders;
  result.refused_orders = run.people.record().refused;
  result.repeated_orders = run.people.record().repeated;
  result.crashes = run.cluster.crashes();
  count(run, result);
  return result;
}

}  // namespace contactor::sim
