#include "fleet/fleet_simulation.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "fleet/fleet_batch.h"

namespace contactor::sim {
namespace {

void be_quiet() {
  log::install([](log::Level, std::string_view, std::string_view) {}, log::Level::error);
}

/// The first eight, and those that found a defect once (seeds.txt tells which).
class FleetSeed : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(FleetSeed, KeepsEveryInvariant) {
  be_quiet();
  const FleetScenario scenario = draw_fleet_scenario(GetParam());
  const FleetRunResult result = simulate_fleet(scenario);
  EXPECT_TRUE(result.violations.empty()) << report_of(scenario, result);
}
INSTANTIATE_TEST_SUITE_P(Sim, FleetSeed, ::testing::Values(1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 20));

class BrokenFleetGuard : public ::testing::TestWithParam<const FleetMutant*> {};

TEST_P(BrokenFleetGuard, IsCaughtByItsInvariant) {
  be_quiet();
  for (std::uint64_t seed = 1; seed < 20; ++seed)
    for (const auto& violation : simulate_fleet(draw_fleet_scenario(seed), GetParam()).violations)
      if (GetParam()->caught_by.find(violation.invariant) != std::string_view::npos) return;
  FAIL() << GetParam()->name << " went unnoticed";
}

std::vector<const FleetMutant*> all_mutants() {
  std::vector<const FleetMutant*> all;
  for (const auto& mutant : fleet_mutants()) all.push_back(&mutant);
  return all;
}
INSTANTIATE_TEST_SUITE_P(Sim, BrokenFleetGuard, ::testing::ValuesIn(all_mutants()),
                         [](const auto& test) { return std::string(test.param->name); });

TEST(FleetSimulation, TheSameSeedRunsTheSameWay) {
  be_quiet();
  EXPECT_EQ(simulate_fleet(draw_fleet_scenario(4)).trace, simulate_fleet(draw_fleet_scenario(4)).trace);
}

}  // namespace
}  // namespace contactor::sim
