#include "engine/fleet/fleet_fixture.h"

namespace contactor::engine::testing {
namespace {

using fleet::Outcome;
using Kind = FleetRunView::Kind;

TEST_F(FleetRuns, LooksAndChangesUseEveryPlaceThatTheCloudAllows) {
  kia_.limit = {.observed_at_once = 1, .changed_at_once = 1, .calls_at_once = 4};
  wish(kKia, 40);
  const Instant begun = time_.now();
  std::vector<Instant> asked_at;
  kia_.on_change = [&](const auto&) { asked_at.push_back(time_.now()); };
  run();
  ASSERT_EQ(asked_at.size(), 40U);
  // Forty looks, then forty changes, four at a time: each kind takes ten times the latency and little more.
  EXPECT_LT(asked_at.front() - begun, 12 * kia_.latency);
  EXPECT_LT(asked_at.back() - asked_at.front(), 12 * kia_.latency);
}

TEST_F(FleetRuns, NoMoreCallsAreInFlightThanTheCloudAllows) {
  wish(kKia, 500);
  run();
  EXPECT_EQ(kia_.in_flight_most, kia_.limit.calls_at_once);
}

TEST_F(FleetRuns, VehiclesComeInWaves) {
  settings_.wave = 10;
  settings_.page = 7;
  wish(kKia, 48);
  const auto summary = run();
  EXPECT_EQ(of(summary, fleet::Oem::kia, Outcome::activated), 48U);
}

TEST_F(FleetRuns, WhileAWaveWaitsForItsNextLookTheNextOneIsAtWork) {
  settings_.wave = 10;
  kia_.delay = std::chrono::seconds(9);
  std::vector<Instant> asked_at;
  kia_.on_change = [&](const auto&) { asked_at.push_back(time_.now()); };
  wish(kKia, 20);
  EXPECT_EQ(of(run(), fleet::Oem::kia, Outcome::activated), 20U);
  ASSERT_EQ(asked_at.size(), 20U);
  EXPECT_LT(asked_at.back() - asked_at.front(), settings_.looks[0]);
}

TEST_F(FleetRuns, NoMoreWavesAreInMemoryThanIsAllowed) {
  settings_.wave = 5;
  settings_.waves_at_once = 2;
  kia_.delay = std::chrono::seconds(60);
  wish(kKia, 40);
  auto run = control();
  const auto id = run->begin(Kind::run, {});
  time_.run_for(settings_.looks[0]);
  EXPECT_EQ(kia_.changes.size(), 10U);
  EXPECT_EQ(of(*run_to_end(*run, *id).summary, fleet::Oem::kia, Outcome::pending), 40U);
  EXPECT_EQ(kia_.changes.size(), 40U);
}

TEST_F(FleetRuns, SeveralWavesTogetherHaveNoMoreCallsInFlightThanTheCloudAllows) {
  settings_.wave = 7;
  settings_.waves_at_once = 3;
  kia_.limit = {.observed_at_once = 2, .changed_at_once = 2, .calls_at_once = 3};
  kia_.delay = std::chrono::seconds(5);
  wish(kKia, 60);
  EXPECT_EQ(of(run(), fleet::Oem::kia, Outcome::activated), 60U);
  EXPECT_EQ(kia_.in_flight_most, 3U);
}

TEST_F(FleetRuns, WavesOfACloudThatAnswersAtOnceAreAllCounted) {
  kia_.tells_no_models = true;
  settings_.wave = 3;
  wish(kKia, 20);
  const auto summary = run();
  EXPECT_EQ(summary.vehicles, 20U);
  EXPECT_EQ(of(summary, fleet::Oem::kia, Outcome::activated), 20U);
}

TEST_F(FleetRuns, AnInterruptTellsOfTheWavesThatHadEndedBeforeTheCloudHung) {
  settings_.wave = 10;
  settings_.waves_at_once = 1;
  wish(kKia, 30);
  kia_.on_change = [&](const auto&) { kia_.hangs = kia_.changes.size() > 12; };
  auto run = control();
  const auto id = run->begin(Kind::run, {});
  time_.run_for(std::chrono::minutes(2));
  run->interrupt(*id);
  const auto& view = run_to_end(*run, *id, std::chrono::seconds(15));
  EXPECT_EQ(of(*view.summary, fleet::Oem::kia, Outcome::activated), 10U);
  EXPECT_EQ(of(*view.summary, fleet::Oem::kia, Outcome::pending), 20U);
}

}  // namespace
}  // namespace contactor::engine::testing
