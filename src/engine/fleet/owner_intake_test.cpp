#include "engine/fleet/owner_intake.h"

#include "engine/fleet/owner_fixture.h"

namespace contactor::engine::testing {
namespace {

using Kind = WishOutcome::Kind;
using fleet::Outcome;
using fleet::Standing;

class OwnerIntakeTest : public OwnerTest {
 protected:
  /// A run over single Teslas, whose owners have one cloud together.
  fleet::RunSummary run_single() {
    auto single = parts();
    single.clouds = {{fleet::Oem::tesla, &owners_}};
    controls_.push_back(std::make_unique<FleetControl>(FleetControl::Params{
        .parts = fleets(), .holder = "test:1", .every = {}, .single_teslas = {.parts = single}}));
    const auto id = controls_.back()->begin(FleetRunView::Kind::single_teslas, {});
    EXPECT_TRUE(id.has_value());
    return run_to_end(*controls_.back(), *id).summary.value_or(fleet::RunSummary{});
  }
  fleet::RunSummary run_fleets() {
    controls_.push_back(std::make_unique<FleetControl>(
        FleetControl::Params{.parts = fleets(), .holder = "test:1", .every = {}}));
    const auto id = controls_.back()->begin(FleetRunView::Kind::run, {});
    EXPECT_TRUE(id.has_value());
    return run_to_end(*controls_.back(), *id).summary.value_or(fleet::RunSummary{});
  }
  FleetParts fleets() {
    auto all = parts();
    all.clouds[fleet::Oem::tesla] = &tesla_;
    return all;
  }
  void refuse(bool refused) {
    owners_.refuses.clear();
    if (refused) owners_.refuses[vin_] = {.standing = Standing::refused, .reason = "consent_over"};
  }

  FakeCloud owners_{time_, fleet::Oem::tesla};
  FakeCloud tesla_{time_, fleet::Oem::tesla};
};

TEST_F(OwnerIntakeTest, AnOwnerBringsAVehicleThatIsWanted) {
  EXPECT_EQ(enter(entry("code-1")).kind, Kind::created);
  EXPECT_EQ(vehicle(vin_).wish.requested, true);
  EXPECT_EQ(vehicle(vin_).wish.fleet, "individual");
  EXPECT_EQ(enter(entry("code-1")).kind, Kind::unchanged);
  EXPECT_EQ(enter(entry("code-2")).kind, Kind::changed);
  EXPECT_EQ(enter(entry("")).kind, Kind::unchanged) << "no code: the one on record stays";
  EXPECT_EQ(read(*book_).value()->code.reveal(), "code-2");
}

TEST_F(OwnerIntakeTest, WhatPeopleHaveSaidOfTheVehicleStays) {
  enter(entry("code-1"));
  put_wishes({.store = fleet_store_, .time = time_, .who = "test"},
             {{.vin = vin_, .wish = {.fleet = "individual", .requested = false, .comment = "sold"}}}, true,
             [](const auto&) {});
  time_.run_for(std::chrono::seconds(1));
  enter(entry("code-2"));
  EXPECT_EQ(vehicle(vin_).wish.requested, false);
  EXPECT_EQ(vehicle(vin_).wish.comment, "sold");
}

// RULINGS T34: exactly one active route for each vehicle.
TEST_F(OwnerIntakeTest, AVehicleOfAFleetStaysThatFleets) {
  wish(kTesla, 2);
  const auto outcome = enter(entry("code-1"));
  EXPECT_EQ(outcome.kind, Kind::claimed);
  EXPECT_EQ(outcome.fleet, "depot");
  EXPECT_FALSE(read(*book_).value());
}

TEST_F(OwnerIntakeTest, EachRunTouchesItsOwnVehiclesOnly) {
  enter(entry("code-1", 5));
  wish(kTesla, 2);
  const auto single = run_single();
  EXPECT_EQ(single.vehicles, 1U);
  EXPECT_EQ(of(single, fleet::Oem::tesla, Outcome::activated), 1U);
  EXPECT_TRUE(tesla_.changes.empty());
  EXPECT_EQ(run_fleets().vehicles, 2U);
  ASSERT_EQ(owners_.changes.size(), 1U);
  EXPECT_EQ(owners_.changes[0].vin, vin_of(kTesla, 5));
  EXPECT_EQ(tesla_.changes.size(), 2U);
  EXPECT_EQ(vehicle(vin_of(kTesla, 5)).status, true);
}

TEST_F(OwnerIntakeTest, AVehicleIsNotAskedForAgainBeforeItsTime) {
  enter(entry("code-1"));
  run_single();
  const int looks = owners_.observe_calls;
  EXPECT_EQ(of(run_single(), fleet::Oem::tesla, Outcome::as_wanted), 1U);
  EXPECT_EQ(owners_.observe_calls, looks);
}

TEST_F(OwnerIntakeTest, AConsentThatIsOverIsToldWithWhoMustActAndNotAskedAgain) {
  enter(entry("code-1"));
  refuse(true);
  const auto summary = run_single();
  EXPECT_EQ(of(summary, fleet::Oem::tesla, Outcome::failed), 1U);
  EXPECT_EQ(summary.exit_status(), 3);
  EXPECT_TRUE(vehicle(vin_).blocked);
  const auto& reason = fleet::find_reason(fleet::Oem::tesla, vehicle(vin_).cloud.reason);
  EXPECT_EQ(reason.key, "consent_over");
  EXPECT_EQ(reason.who, fleet::Actor::owner);
  EXPECT_FALSE(reason.todo.empty());
  const auto calls = owners_.observe_calls;
  run_single();
  EXPECT_EQ(owners_.observe_calls, calls);
}

TEST_F(OwnerIntakeTest, ARunThatFindsAConsentWithdrawnHasFailedAndSwitchedNothingOff) {
  enter(entry("code-1"));
  run_single();
  ASSERT_EQ(vehicle(vin_).status, true);
  refuse(true);
  time_.run_for(std::chrono::hours(25));
  const auto summary = run_single();
  EXPECT_EQ(of(summary, fleet::Oem::tesla, Outcome::failed), 1U);
  EXPECT_EQ(of(summary, fleet::Oem::tesla, Outcome::deactivated), 0U);
  EXPECT_EQ(summary.exit_status(), 3);
}

TEST_F(OwnerIntakeTest, OnlyANewConsentLiftsTheBlock) {
  enter(entry("code-1"));
  ASSERT_TRUE(borrow(*book_));
  ASSERT_TRUE(keep(*book_, "r1"));
  book_->give_back(vin_);
  refuse(true);
  run_single();
  ASSERT_TRUE(vehicle(vin_).blocked);
  EXPECT_EQ(enter(entry("code-1")).kind, Kind::unchanged) << "it was used before";
  EXPECT_TRUE(vehicle(vin_).blocked);
  EXPECT_EQ(enter(entry("code-2")).kind, Kind::changed);
  EXPECT_FALSE(vehicle(vin_).blocked);
  refuse(false);
  run_single();
  EXPECT_EQ(vehicle(vin_).status, true);
}

// oem.md 3.6: the original told the same error every day at four. Here it is told once, and reminded of
// daily.
TEST_F(OwnerIntakeTest, ANewConsentIsAskedForAtMostOnceADay) {
  enter(entry("code-1"));
  refuse(true);
  run_single();
  const int told = chat_.posts;
  EXPECT_GE(told, 1);
  for (int hour = 0; hour < 12; ++hour) {
    run_single();
    time_.run_for(std::chrono::hours(1));
  }
  EXPECT_LE(chat_.posts, told + 1);
}

TEST_F(OwnerIntakeTest, TwoRunsOverSingleTeslasKeepEachOtherOut) {
  enter(entry("code-1"));
  auto held = await<Result<ports::FleetLease>>([&](auto done) {
    fleet_store_.claim("fleet:tesla-individual", "other:7", std::chrono::minutes(5), std::move(done));
  });
  ASSERT_TRUE(held && held->granted);
  EXPECT_EQ(of(run_single(), fleet::Oem::tesla, Outcome::held), 1U);
  EXPECT_TRUE(owners_.changes.empty());
}

TEST_F(OwnerIntakeTest, WithoutWhatItNeedsARunSaysWhy) {
  FleetControl control({.parts = fleets(),
                        .holder = "test:1",
                        .every = {},
                        .single_teslas = {.parts = {}, .why_not = "CONTACTOR_KEY_FILE is not set"}});
  const auto id = control.begin(FleetRunView::Kind::single_teslas, {});
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().kind, ErrorKind::invalid);
  EXPECT_EQ(id.error().detail, "CONTACTOR_KEY_FILE is not set");
}

}  // namespace
}  // namespace contactor::engine::testing
