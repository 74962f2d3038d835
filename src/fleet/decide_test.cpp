#include "fleet/decide.h"

#include <gtest/gtest.h>

#include "fleet/testing.h"

namespace contactor::fleet {
namespace {

using namespace testing;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const Pace kPace;

Action decided(const Vehicle& vehicle, const Wanted& wanted) {
  return decide(vehicle, wanted, kPace, kNow).action;
}

struct Row {
  Standing standing;
  Action when_on;
  Action when_off;
};

TEST(Decide, TheTableHoldsForEveryCloud) {
  const Row rows[] = {
      {Standing::unknown, Action::look, Action::look},
      {Standing::inactive, Action::activate, Action::none},
      {Standing::pending, Action::wait, Action::deactivate},
      {Standing::active, Action::none, Action::deactivate},
      {Standing::ending, Action::wait, Action::wait},
      {Standing::refused, Action::activate, Action::none},
  };
  for (const Oem oem : all_oems)
    for (const Row& row : rows) {
      SCOPED_TRACE(::testing::Message() << to_string(oem) << " " << to_string(row.standing));
      EXPECT_EQ(decided(a_vehicle(row.standing, oem), kOn), row.when_on);
      EXPECT_EQ(decided(a_vehicle(row.standing, oem), kOff), row.when_off);
      EXPECT_EQ(decided(a_vehicle(row.standing, oem), kNobodySaid), Action::none);
    }
}

TEST(Decide, AVehicleWithoutACloudIsUnmappedWhateverIsWanted) {
  Vehicle vehicle = a_vehicle(Standing::active);
  vehicle.oem.reset();
  EXPECT_EQ(decided(vehicle, kOn), Action::unmapped);
  EXPECT_EQ(decided(vehicle, kOff), Action::unmapped);
}

// RULINGS T49.
TEST(Decide, AnOpenCallIsLookedAtAndNeverRepeatedBlindly) {
  Vehicle vehicle = a_vehicle(Standing::inactive);
  vehicle.intent = Intent::activate;
  EXPECT_EQ(decided(vehicle, kOn), Action::look);
  EXPECT_EQ(decided(vehicle, kOff), Action::look);
  EXPECT_EQ(decided(vehicle, kNobodySaid), Action::look);
}

// RULINGS T40.
TEST(Decide, ABlockedVehicleIsNotAskedForAgain) {
  Vehicle vehicle = a_vehicle(Standing::refused);
  vehicle.blocked = true;
  const Decision decision = decide(vehicle, kOn, kPace, kNow);
  EXPECT_EQ(decision.action, Action::blocked);
  EXPECT_TRUE(decision.again_at.is_never());
  vehicle.cloud.standing = Standing::active;
  EXPECT_EQ(decided(vehicle, kOn), Action::none);
  EXPECT_EQ(decided(vehicle, kOff), Action::deactivate);
}

// RULINGS T43.
TEST(Decide, AHalfConsentThatNobodyWantsIsTakenBack) {
  Vehicle vehicle = a_vehicle(Standing::refused, Oem::kia);
  vehicle.cloud.reason = "half_consent_vehicle";
  EXPECT_EQ(decided(vehicle, kOff), Action::deactivate);
  EXPECT_EQ(decided(vehicle, kOn), Action::activate);
}

TEST(Decide, FailedTriesPauseInBothDirections) {
  Vehicle vehicle = a_vehicle(Standing::inactive);
  vehicle.failures = 1;
  vehicle.next_check_at = kNow + minutes(5);
  EXPECT_EQ(decide(vehicle, kOn, kPace, kNow).again_at, kNow + minutes(5));
  EXPECT_EQ(decided(vehicle, kOn), Action::wait);
  EXPECT_EQ(decide(vehicle, kOn, kPace, kNow + minutes(5)).action, Action::activate);
  vehicle.cloud.standing = Standing::active;
  EXPECT_EQ(decided(vehicle, kOff), Action::wait);
  EXPECT_EQ(decide(vehicle, kOff, kPace, kNow + minutes(5)).action, Action::deactivate);
}

TEST(Decide, AnActivationUnderWayBecomesSilentButIsNotRepeated) {
  Vehicle vehicle = a_vehicle(Standing::pending);
  vehicle.accepted_at = kNow - days(3);
  EXPECT_EQ(decide(vehicle, kOn, kPace, kNow).why, Why::in_progress);
  const Decision later = decide(vehicle, kOn, kPace, kNow + minutes(1));
  EXPECT_EQ(later.action, Action::wait);
  EXPECT_EQ(later.why, Why::silent);
  EXPECT_EQ(later.again_at, kNow + minutes(1) + kPace.look_again);
}

// RULINGS T47.
TEST(Decide, AContractThatEndsSoonIsRenewedUnlessTheWishEndsFirst) {
  Vehicle vehicle = a_vehicle(Standing::active, Oem::stellantis);
  vehicle.cloud.valid_until = kNow + days(31);
  EXPECT_EQ(decided(vehicle, kOn), Action::none);
  EXPECT_EQ(decide(vehicle, kOn, kPace, kNow + days(1)).action, Action::renew);
  Wanted ends_first = kOn;
  ends_first.until = kNow + days(20);
  EXPECT_EQ(decide(vehicle, ends_first, kPace, kNow + days(1)).action, Action::none);
}

TEST(Decide, WhatIsAsWantedIsLookedAtADayLaterOrWhenTheWindowCloses) {
  EXPECT_EQ(decide(a_vehicle(Standing::active), kOn, kPace, kNow).again_at, kNow + days(1));
  Wanted closes = kOn;
  closes.until = kNow + hours(2);
  EXPECT_EQ(decide(a_vehicle(Standing::active), closes, kPace, kNow).again_at, kNow + hours(2));
}

TEST(Decide, PausesDoubleUpToTheirLimit) {
  const Pace pace{.retry_base = minutes(5), .retry_max = hours(24)};
  EXPECT_EQ(pause_after(0, pace), minutes(5));
  EXPECT_EQ(pause_after(1, pace), minutes(5));
  EXPECT_EQ(pause_after(2, pace), minutes(10));
  EXPECT_EQ(pause_after(9, pace), minutes(1280));
  EXPECT_EQ(pause_after(10, pace), hours(24));
  EXPECT_EQ(pause_after(UINT32_MAX, pace), hours(24));
}

TEST(Decide, EveryActionAndReasonHasItsWord) {
  for (int i = 0; i <= static_cast<int>(Action::look); ++i)
    EXPECT_EQ(parse_action(to_string(static_cast<Action>(i))), static_cast<Action>(i));
  for (int i = 0; i <= static_cast<int>(Why::moves); ++i) {
    EXPECT_EQ(parse_why(name_of(static_cast<Why>(i))), static_cast<Why>(i));
    EXPECT_FALSE(to_string(static_cast<Why>(i)).empty());
  }
}

}  // namespace
}  // namespace contactor::fleet
