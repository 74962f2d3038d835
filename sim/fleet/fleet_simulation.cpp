#include "fleet/fleet_simulation.h"

#include <fmt/format.h>

#include "fleet/fleet_havoc.h"
#include "fleet/fleet_people.h"
#include "fleet/runner.h"

namespace contactor::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// A canceled clearance takes a day at the aggregator; everything else is looked at within its pauses.
constexpr Millis kLongest = hours(30);

/// Everything of one run, in the order in which it must be taken down.
struct FleetUnderTest {
  FleetUnderTest(const FleetScenario& scenario, const FleetMutant* mutant)
      : universe(scenario), witness(universe), people(universe, runners), havoc(universe, runners) {
    for (std::size_t i = 0; i < scenario.runners; ++i)
      runners.push_back(std::make_unique<Runner>(universe, mutant, i));
    universe.crash = [this](const LifeRef& life) {
      for (auto& runner : runners)
        if (runner->owns(life)) return runner->crash(universe.between(Millis(100), minutes(60)));
    };
    for (auto& runner : runners) runner->start();
    people.begin();
    havoc.begin();
  }

  void run_until(Instant until) {
    while (witness.violations().empty() && universe.clock.next() <= until) universe.clock.step();
    universe.clock.advance_to(until);
  }

  FleetUniverse universe;
  FleetWitness witness;
  std::vector<std::unique_ptr<Runner>> runners;
  FleetPeople people;
  FleetHavoc havoc;
};

void recover(FleetUnderTest& test) {
  auto& universe = test.universe;
  test.havoc.heal();
  test.people.go_home();
  test.witness.healed_now();
  const auto& pace = universe.settings.pace;
  const Instant due = universe.clock.now() + pace.look_settled + pace.retry_max + kLongest;
  const auto& zone = universe.settings.zones.standard;
  if (universe.scenario.canary) universe.disk.fleet.vehicles.begin()->second.status = true;
  for (int settled = 0; test.witness.violations().empty();) {
    const auto every = kRunEvery.count();
    const Instant next = Instant::from_millis((universe.clock.now().millis() / every + 1) * every);
    test.run_until(next + universe.scenario.offsets[0] + minutes(15));
    test.witness.check_nothing_is_overdue();
    settled = test.witness.all_settled() ? settled + 1 : 0;
    const bool is_one_day =
        zone.day_of(universe.clock.now()) == zone.day_of(universe.clock.now() - minutes(40));
    if ((settled > 2 || universe.clock.now() > due) && is_one_day) break;
  }
  if (test.witness.violations().empty()) test.witness.at_end();
}

/// The others do as well as if nothing had failed (O2).
void compare_with_calm(const FleetScenario& scenario, FleetUnderTest& test, Instant until) {
  FleetScenario calm = scenario;
  calm.alone_fails.clear();
  FleetUnderTest beside(calm, nullptr);
  beside.run_until(until);
  for (const CarPlan& car : scenario.cars) {
    const fleet::Vehicle* ours = test.universe.disk.fleet.find(car.vin);
    const fleet::Vehicle* calms = beside.universe.disk.fleet.find(car.vin);
    if (ours == nullptr || calms == nullptr || !ours->oem || car.temper != world::Temper::prompt) continue;
    if (prefix_of(*ours->oem) == scenario.alone_fails) continue;
    if (ours->status != calms->status || ours->message != calms->message ||
        ours->failures != calms->failures || ours->cloud.standing != calms->cloud.standing)
      test.witness.violated("O2", car.vin,
                            fmt::format("does otherwise while {} fails", scenario.alone_fails));
  }
}

void count(const FleetUnderTest& test, FleetRunResult& result) {
  const auto& universe = test.universe;
  for (std::size_t i = 0; i < kFleetFaultCount; ++i) {
    const auto fault = static_cast<FleetFault>(i);
    if (universe.faults.fired(fault) > 0)
      result.faults[std::string(to_string(fault))] = universe.faults.fired(fault);
  }
  for (std::size_t i = 0; i < world::fault_kinds; ++i) {
    const auto kind = static_cast<world::FaultKind>(i);
    if (universe.world.faults().fired(kind) > 0)
      result.faults[std::string(world::to_string(kind))] = universe.world.faults().fired(kind);
  }
  for (const CarPlan& car : universe.scenario.cars) {
    const fleet::Vehicle* row = universe.disk.fleet.find(car.vin);
    if (row == nullptr || !row->oem || car.temper >= world::Temper::refused) continue;
    if (test.witness.wanted(row->wish, universe.clock.now()) != true) continue;
    result.wanted_on += 1;
    result.on += row->status == true ? 1U : 0U;
  }
  for (const auto& runner : test.runners) {
    result.crashes += runner->crashes();
    result.runs += runner->runs();
  }
  result.outcomes = test.witness.outcomes;
  result.calls = test.witness.calls;
}

}  // namespace

FleetRunResult simulate_fleet(const FleetScenario& drawn, const FleetMutant* mutant) {
  FleetScenario scenario = drawn;
  if (mutant != nullptr && mutant->make_likely) mutant->make_likely(scenario);
  FleetUnderTest test(scenario, mutant);
  auto& universe = test.universe;
  if (!scenario.alone_fails.empty()) {
    const Instant until = scenario.era->start + minutes(75);
    test.run_until(until);
    if (test.witness.violations().empty()) compare_with_calm(scenario, test, until);
  }
  test.run_until(scenario.era->start + scenario.hurts_for);
  if (test.witness.violations().empty()) recover(test);
  FleetRunResult result{.seed = scenario.seed, .violations = test.witness.violations()};
  if (!result.violations.empty() && result.violations.front().about)
    result.story = test.witness.story_of(*result.violations.front().about);
  result.trace = universe.trace;
  result.virtual_time = universe.clock.now() - scenario.era->start;
  result.events = universe.clock.steps();
  result.vehicles = scenario.cars.size();
  for (const auto& cloud : universe.world.fleet().all()) result.changes += cloud->changes().size();
  count(test, result);
  return result;
}

}  // namespace contactor::sim
