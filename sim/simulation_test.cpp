#include "simulation.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/log.h"
#include "batch.h"

namespace contactor::sim {
namespace {

class Simulation : public ::testing::Test {
 protected:
  void SetUp() override {
    log::install([](log::Level, std::string_view, std::string_view) {}, log::Level::error);
  }
  Tally tally_;
  /// Runs one seed and expects that nothing is violated.
  void expect_fine(std::uint64_t seed, std::optional<std::size_t> nodes = {}) {
    const Scenario scenario = draw_scenario(seed, nodes);
    const RunResult result = simulate(scenario);
    add_to(tally_, scenario, result);
    EXPECT_TRUE(result.violations.empty()) << report_of(scenario, result);
  }
};

TEST_F(Simulation, TheFirstSeedsKeepEveryInvariant) {
  for (std::uint64_t seed = 1; seed < 25; ++seed) expect_fine(seed);
  EXPECT_FALSE(is_vacuous(tally_));
  EXPECT_GT(tally_.crashes, 0U);
  EXPECT_GT(tally_.faults.size(), 40U);
}

TEST_F(Simulation, TheFirstSeedsKeepEveryInvariantWithThreeNodes) {
  for (std::uint64_t seed = 1; seed < 7; ++seed) expect_fine(seed, 3);
  EXPECT_FALSE(is_vacuous(tally_));
  EXPECT_GT(tally_.faults["freeze"] + tally_.faults["freeze_after_commit"], 0U);
  EXPECT_GT(tally_.faults["partition"], 0U);
}

TEST_F(Simulation, EverySeedThatOnceFoundADefectStaysFine) {
  std::ifstream file(CTR_SIM_SEEDS);
  int found = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t blank = line.find(' ');
    expect_fine(std::stoull(line), blank == std::string::npos ? 0 : std::stoull(line.substr(blank)));
    ++found;
  }
  EXPECT_GT(found, 0);
}

TEST_F(Simulation, TheSameSeedRunsTheSameWayBitByBit) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const RunResult once = simulate(draw_scenario(seed));
    const RunResult again = simulate(draw_scenario(seed));
    EXPECT_EQ(once.trace, again.trace) << seed;
    EXPECT_EQ(once.events, again.events) << seed;
  }
  EXPECT_NE(simulate(draw_scenario(1)).trace, simulate(draw_scenario(2)).trace);
}

TEST_F(Simulation, QuietSeedsEndWell) {
  int quiet = 0;
  for (std::uint64_t seed = 1; quiet < 4; ++seed) {
    if (!draw_scenario(seed).quiet) continue;
    ++quiet;
    expect_fine(seed);
  }
  // Some cars are too old for what was ordered; nothing else fails where nothing goes wrong.
  EXPECT_GT(tally_.outcomes["activate Active"], 4 * tally_.outcomes["activate Failed"]);
}

TEST(SimTally, SurvivesThePipeBetweenWorkerAndParent) {
  Tally tally;
  tally.runs = 3;
  tally.sums["orders"] = 4;
  tally.faults["net_hang"] = 7;
  tally.outcomes["activate Active"] = 9;
  const Tally back = Tally::from_text(tally.to_text());
  EXPECT_EQ(back.runs, 3U);
  EXPECT_EQ(back.sums, tally.sums);
  EXPECT_EQ(back.faults, tally.faults);
  EXPECT_EQ(back.outcomes, tally.outcomes);
}

}  // namespace
}  // namespace contactor::sim
