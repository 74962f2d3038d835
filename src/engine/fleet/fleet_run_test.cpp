#include "engine/fleet/fleet_fixture.h"

namespace contactor::engine::testing {
namespace {

using fleet::Outcome;
using fleet::Standing;
using Kind = FleetRunView::Kind;

TEST_F(FleetRuns, WhatIsWantedIsActivatedAndEveryVehicleIsCounted) {
  wish(kKia, 23);
  wish(kBmw, 7);
  wish("KMH", 2);
  const auto summary = run();
  EXPECT_EQ(summary.vehicles, 32U);
  EXPECT_EQ(of(summary, fleet::Oem::kia, Outcome::activated), 23U);
  EXPECT_EQ(of(summary, fleet::Oem::bmw, Outcome::activated), 7U);
  EXPECT_EQ(summary.unmapped, 2U);
  EXPECT_EQ(summary.exit_status(), 0);
  EXPECT_EQ(vehicle(vin_of(kKia, 3)).status, true);
  EXPECT_EQ(vehicle(vin_of(kKia, 3)).message, fleet::Message::activated);
}

TEST_F(FleetRuns, AnIntentIsOnRecordBeforeTheCloudIsCalled) {
  wish(kKia, 12);
  int seen = 0;
  kia_.on_change = [&](const FakeCloud::Change& change) {
    const auto* const stored = disk_.fleet.find(change.vin);
    ASSERT_NE(stored, nullptr);
    EXPECT_EQ(stored->intent, fleet::Intent::activate);
    EXPECT_EQ(fleet::intent_key(*stored), change.key);
    seen += 1;
  };
  run();
  EXPECT_EQ(seen, 12);
}

TEST_F(FleetRuns, ASecondRunDoesNothingWhereEverythingIsAsWanted) {
  wish(kKia, 5);
  run();
  const auto changes = kia_.changes.size();
  const int looks = kia_.observe_calls;
  const auto summary = run();
  EXPECT_EQ(of(summary, fleet::Oem::kia, Outcome::as_wanted), 5U);
  EXPECT_EQ(kia_.changes.size(), changes);
  EXPECT_EQ(kia_.observe_calls, looks);
  EXPECT_EQ(history(vin_of(kKia, 0)).size(), 3U)
      << "the wish, what was found, its activation: no row for each run";
}

TEST_F(FleetRuns, ABatchThatTakesMoreThanAreLetAheadIsSentAllTheSame) {
  kia_.limit.changed_at_once = 50;
  settings_.ahead = 4;
  wish(kKia, 9);
  EXPECT_EQ(of(run(), fleet::Oem::kia, Outcome::activated), 9U);
}

TEST_F(FleetRuns, RunsThatEndTogetherTellPeopleOnce) {
  wish("ZAR", 2);
  auto first = control("alpha:1");
  auto second = control("beta:2");
  const auto first_id = first->begin(Kind::run, {});
  const auto second_id = second->begin(Kind::run, {});
  run_to_end(*first, *first_id);
  run_to_end(*second, *second_id);
  EXPECT_EQ(chat_.posts, 1);
}

TEST_F(FleetRuns, OneCloudThatIsDownChangesNothingForTheOthers) {
  kia_.fails = Error{.kind = ErrorKind::unavailable,
                     .applied = Applied::no,
                     .retry_after = {},
                     .origin = "kia",
                     .detail = "503"};
  wish(kKia, 400);
  wish(kBmw, 40);
  const auto summary = run();
  EXPECT_EQ(of(summary, fleet::Oem::bmw, Outcome::activated), 40U);
  const auto failed = of(summary, fleet::Oem::kia, Outcome::failed);
  EXPECT_GT(failed, 0U) << "those that were tried";
  EXPECT_EQ(of(summary, fleet::Oem::kia, Outcome::pending), 400U - failed);
  EXPECT_EQ(summary.exit_status(), 3);
  EXPECT_FALSE(summary.by_oem[static_cast<std::size_t>(fleet::Oem::kia)].trouble.empty());
  EXPECT_LE(kia_.observe_calls, 40) << "a cloud that fails everybody is left alone";
  EXPECT_TRUE(kia_.changes.empty()) << "nothing is done on a guess";
}

TEST_F(FleetRuns, AFewVehiclesThatCouldNotBeAskedMakeTheRunPartial) {
  kia_.fails = Error{.kind = ErrorKind::unavailable,
                     .applied = Applied::no,
                     .retry_after = {},
                     .origin = "kia",
                     .detail = "503"};
  wish(kKia, 2);
  wish(kBmw, 2);
  const auto summary = run();
  EXPECT_EQ(of(summary, fleet::Oem::kia, Outcome::failed), 2U);
  EXPECT_EQ(summary.exit_status(), 3);
}

TEST_F(FleetRuns, ALostAnswerIsLookedUpAndNotRepeated) {
  kia_.loses_answers = true;
  wish(kKia, 6);
  const auto summary = run();
  EXPECT_EQ(of(summary, fleet::Oem::kia, Outcome::activated), 6U);
  EXPECT_EQ(kia_.changes.size(), 6U);
}

TEST_F(FleetRuns, ACrashBetweenCallAndCommitIsRepairedByLooking) {
  wish(kKia, 5);
  kia_.latency = std::chrono::seconds(5);
  {
    auto crashing = control();
    ASSERT_TRUE(crashing->begin(Kind::run, {}).has_value());
    // Looked after five seconds; then the intents are committed and the calls are on their way.
    while (kia_.changes.empty()) time_.run_for(Millis(100));
  }
  time_.run_for(std::chrono::minutes(6));  // Its lease runs out, and its answers find nobody.
  EXPECT_EQ(vehicle(vin_of(kKia, 0)).intent, fleet::Intent::activate);
  const auto summary = run();
  EXPECT_EQ(of(summary, fleet::Oem::kia, Outcome::activated), 5U);
  EXPECT_EQ(kia_.changes.size(), 5U) << "what was called before the crash is read, not repeated";
}

TEST_F(FleetRuns, ASecondRunIsKeptOutAndToldByWhom) {
  wish(kKia, 50);
  kia_.latency = std::chrono::seconds(2);
  auto first = control("alpha:1");
  auto second = control("beta:2");
  const auto first_id = first->begin(Kind::run, {});
  time_.run_for(std::chrono::seconds(1));
  const auto second_id = second->begin(Kind::run, {});
  const auto& kept_out = run_to_end(*second, *second_id);
  const auto& of_kia = kept_out.summary->by_oem[static_cast<std::size_t>(fleet::Oem::kia)];
  EXPECT_EQ(of_kia.vehicles[static_cast<std::size_t>(Outcome::held)], 50U);
  EXPECT_THAT(of_kia.trouble, ::testing::HasSubstr("alpha:1"));
  EXPECT_EQ(kept_out.summary->exit_status(), 3);
  const auto& ended = run_to_end(*first, *first_id);
  EXPECT_EQ(of(*ended.summary, fleet::Oem::kia, Outcome::activated), 50U);
  EXPECT_EQ(kia_.changes.size(), 50U);
}

TEST_F(FleetRuns, TwoRunsOfOneProcessDoNotWorkOnOneCloudEither) {
  wish(kKia, 50);
  kia_.latency = std::chrono::seconds(2);
  auto both = control();
  const auto first = both->begin(Kind::run, {});
  time_.run_for(std::chrono::seconds(1));
  const auto second = both->begin(Kind::run, {});
  EXPECT_EQ(of(*run_to_end(*both, *second).summary, fleet::Oem::kia, Outcome::held), 50U);
  EXPECT_EQ(of(*run_to_end(*both, *first).summary, fleet::Oem::kia, Outcome::activated), 50U);
  EXPECT_EQ(kia_.changes.size(), 50U);
}

TEST_F(FleetRuns, WhatIsLetAheadMayBeOfBothKindsAndNeitherWaitsForTheOther) {
  wish(kKia, 4);
  run();
  wish(kKia, 2, false);
  std::vector<WishedVehicle> more;
  for (int i = 4; i < 6; ++i)
    more.push_back({.vin = vin_of(kKia, i), .wish = {.fleet = "depot", .requested = true}});
  put_wishes({.store = fleet_store_, .time = time_, .who = "test"}, more, true, [](const auto&) {});
  time_.run_for(std::chrono::seconds(1));
  settings_.ahead = 2;  // One of each, and both batches hold five.
  const auto summary = run();
  EXPECT_EQ(of(summary, fleet::Oem::kia, Outcome::deactivated), 2U);
  EXPECT_EQ(of(summary, fleet::Oem::kia, Outcome::activated), 2U);
}

TEST_F(FleetRuns, AnInterruptStartsNothingNewAndKeepsWhatCameBack) {
  wish(kKia, 200);
  auto run = control();
  const auto id = run->begin(Kind::run, {});
  while (kia_.changes.size() < 20) time_.run_for(Millis(10));
  run->interrupt(*id);
  const auto begun = kia_.changes.size();
  const auto& view = run_to_end(*run, *id, std::chrono::seconds(15));
  EXPECT_EQ(kia_.changes.size(), begun);
  EXPECT_TRUE(view.summary->interrupted);
  EXPECT_EQ(view.summary->exit_status(), 130);
  EXPECT_EQ(vehicle(kia_.changes.front().vin).status, true);
}

TEST_F(FleetRuns, AnInterruptDoesNotWaitForACloudThatHangsAndStillCountsEveryVehicle) {
  wish(kKia, 30);
  wish(kBmw, 4);
  kia_.hangs = true;
  auto run = control();
  const auto id = run->begin(Kind::run, {});
  time_.run_for(std::chrono::minutes(2));
  run->interrupt(*id);
  const auto& view = run_to_end(*run, *id, std::chrono::seconds(15));
  EXPECT_EQ(of(*view.summary, fleet::Oem::kia, Outcome::pending), 30U);
  EXPECT_EQ(of(*view.summary, fleet::Oem::bmw, Outcome::activated), 4U);
}

TEST_F(FleetRuns, AStopWaitsForWhatIsUnderWayAndNoLongerThanTenSeconds) {
  wish(kKia, 30);
  auto run = control();
  ASSERT_TRUE(run->begin(Kind::run, {}).has_value());
  time_.run_for(Millis(200));
  std::optional<Instant> stopped_at;
  const Instant asked_at = time_.now();
  run->stop([&] { stopped_at = time_.now(); });
  time_.run_for(std::chrono::seconds(20));
  ASSERT_TRUE(stopped_at.has_value());
  EXPECT_LT(*stopped_at - asked_at, std::chrono::seconds(2));
  kia_.hangs = true;
  wish(kBmw, 1);
  auto hanging = control();
  wish(kKia, 31, false);
  ASSERT_TRUE(hanging->begin(Kind::run, {}).has_value());
  time_.run_for(std::chrono::seconds(1));
  stopped_at.reset();
  hanging->stop([&] { stopped_at = time_.now(); });
  time_.run_for(std::chrono::seconds(11));
  EXPECT_TRUE(stopped_at.has_value());
}

TEST_F(FleetRuns, WhatCannotBeReadIsNotActedUponByWhatWasReadHoursAgo) {
  // The pause after a failed look is over before its step is stored, as on a slow store.
  settings_.pace.retry_base = settings_.pace.retry_max = Millis(1);
  wish(kKia, 1);
  kia_.on_change = [&](const auto&) {
    kia_.fails = Error{.kind = ErrorKind::unavailable,
                       .applied = Applied::no,
                       .retry_after = {},
                       .origin = "kia",
                       .detail = "503"};
  };
  run();
  time_.run_for(std::chrono::hours(3));
  run();
  EXPECT_EQ(kia_.changes.size(), 1U)
      << "the cloud was inactive when it was read last, and nobody has read it since";
}

TEST_F(FleetRuns, WhatNobodyHasSaidAnythingAboutStaysAtItsOldCloud) {
  kia_.is_on[vin_of(kKia, 0)] = true;  // Somebody else's doing.
  put_wishes({.store = fleet_store_, .time = time_, .who = "test"}, {{.vin = vin_of(kKia, 0), .wish = {}}},
             true, [](const auto&) {});
  time_.run_for(std::chrono::seconds(1));
  run();
  settings_.routes = *fleet::Routes::with("kia=bmw");
  time_.run_for(std::chrono::days(2));
  run();
  EXPECT_TRUE(kia_.changes.empty());
  EXPECT_TRUE(bmw_.changes.empty());
}

TEST_F(FleetRuns, ACloudThatLimitsUsIsLeftAloneForAsLongAsItSays) {
  wish(kKia, 10);
  kia_.fails = Error{.kind = ErrorKind::rate_limited,
                     .applied = Applied::no,
                     .retry_after = std::chrono::seconds(20),
                     .origin = "kia",
                     .detail = "429"};
  auto run = control();
  const auto id = run->begin(Kind::run, {});
  time_.run_for(std::chrono::seconds(5));
  kia_.fails.reset();
  const int looks = kia_.observe_calls;
  time_.run_for(std::chrono::seconds(14));
  EXPECT_EQ(kia_.observe_calls, looks);
  const auto& view = run_to_end(*run, *id);
  EXPECT_EQ(of(*view.summary, fleet::Oem::kia, Outcome::activated), 10U);
}

TEST_F(FleetRuns, ARefusalIsToldWithItsReasonAndNotAskedAgain) {
  const std::string key = "not_eligible";
  kia_.refuses[vin_of(kKia, 1)] = {
      .standing = Standing::refused, .reason = key, .detail = "no consent package"};
  wish(kKia, 3);
  run();
  const auto calls = kia_.changes.size();
  time_.run_for(std::chrono::hours(1));
  const auto summary = run();
  EXPECT_EQ(vehicle(vin_of(kKia, 1)).cloud.reason, key);
  EXPECT_EQ(of(summary, fleet::Oem::kia, Outcome::as_wanted), 2U);
  ASSERT_TRUE(fleet::find_reason(fleet::Oem::kia, key).final);
  EXPECT_EQ(kia_.changes.size(), calls);
}

TEST_F(FleetRuns, WhatTakesItsTimeIsPendingAndFollowedUp) {
  kia_.delay = std::chrono::hours(2);
  wish(kKia, 4);
  const auto first = run();
  EXPECT_EQ(of(first, fleet::Oem::kia, Outcome::pending), 4U);
  EXPECT_EQ(first.exit_status(), 0) << "waiting for a car is no failure";
  EXPECT_EQ(vehicle(vin_of(kKia, 0)).message, fleet::Message::activation_pending);
  time_.run_for(std::chrono::hours(3));
  const auto second = run();
  EXPECT_EQ(of(second, fleet::Oem::kia, Outcome::activated), 4U);
  EXPECT_EQ(kia_.changes.size(), 4U);
}

TEST_F(FleetRuns, WhatIsNoLongerWantedIsDeactivated) {
  wish(kKia, 4);
  run();
  wish(kKia, 4, false);
  const auto summary = run();
  EXPECT_EQ(of(summary, fleet::Oem::kia, Outcome::deactivated), 4U);
  EXPECT_EQ(vehicle(vin_of(kKia, 0)).message, fleet::Message::deactivated);
}

TEST_F(FleetRuns, DriftIsFoundAndRepaired) {
  wish(kKia, 3);
  run();
  kia_.is_on[vin_of(kKia, 1)] = false;  // Somebody switched it off behind our back.
  time_.run_for(std::chrono::days(2));
  run();
  EXPECT_TRUE(kia_.is_on[vin_of(kKia, 1)]);
  EXPECT_EQ(vehicle(vin_of(kKia, 1)).status, true);
}

TEST_F(FleetRuns, ADryRunChangesNothing) {
  wish(kKia, 5);
  const auto before = vehicle(vin_of(kKia, 0)).version;
  const auto summary = run(Kind::dry_run);
  EXPECT_TRUE(kia_.changes.empty());
  EXPECT_EQ(vehicle(vin_of(kKia, 0)).version, before);
  EXPECT_EQ(of(summary, fleet::Oem::kia, Outcome::pending), 5U);
}

TEST_F(FleetRuns, AModelThatTheMakerTellsIsLinked) {
  kia_.facts = fleet::ModelFacts{.name = "model 3", .version = "MTY13B"};
  wish(kKia, 2);
  run();
  EXPECT_TRUE(vehicle(vin_of(kKia, 0)).processed);
  EXPECT_EQ(vehicle(vin_of(kKia, 0)).model_id, vehicle(vin_of(kKia, 1)).model_id);
}

TEST_F(FleetRuns, ACloudThatIsNotConfiguredIsSaidSo) {
  auto run = control();
  const auto id = run->begin(Kind::run, {fleet::Oem::tesla});
  ASSERT_FALSE(id.has_value());
  EXPECT_EQ(id.error().kind, ErrorKind::invalid);
  EXPECT_THAT(id.error().detail, ::testing::HasSubstr("Tesla"));
  wish("5YJ", 3);
  const auto summary = FleetRuns::run();
  EXPECT_EQ(of(summary, fleet::Oem::tesla, Outcome::not_configured), 3U);
}

// -- wishes -----------------------------------------------------------------------------------------------

TEST_F(FleetRuns, ASecondFleetThatClaimsAVehicleIsTold) {
  wish(kKia, 1);
  std::vector<WishOutcome> outcomes;
  put_wishes({.store = fleet_store_, .time = time_, .who = "import"},
             {{.vin = vin_of(kKia, 0), .wish = {.fleet = "other", .requested = true}}}, false,
             [&](Result<std::vector<WishOutcome>> found) { outcomes = *found; });
  time_.run_for(std::chrono::seconds(1));
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(outcomes[0].kind, WishOutcome::Kind::claimed);
  EXPECT_EQ(outcomes[0].fleet, "depot");
  EXPECT_EQ(vehicle(vin_of(kKia, 0)).wish.fleet, "depot");
}

}  // namespace
}  // namespace contactor::engine::testing
