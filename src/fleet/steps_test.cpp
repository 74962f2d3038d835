#include "fleet/steps.h"

#include <gtest/gtest.h>

#include "fleet/testing.h"

namespace contactor::fleet {
namespace {

using namespace testing;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const Pace kPace;

Step seen(const Vehicle& before, const Result<CloudState>& state, const Wanted& wanted = kOn) {
  return observe(before, state, wanted, kPace, kStamp);
}
/// The vehicle after the intent was committed and the cloud has answered.
Step called(const Vehicle& before, Intent intent, const Result<CloudState>& answer) {
  const Vehicle open = intend(before, intent, *before.oem, kStamp).after;
  return settle(open, answer, intent == Intent::activate ? kOn : kOff, kPace, kStamp);
}
Vehicle asked(Standing standing, Oem oem = Oem::kia) {
  Vehicle vehicle = a_vehicle(standing, oem);
  vehicle.message = Message::activation_pending;
  vehicle.intents = 1;
  return vehicle;
}
Wish requested(std::optional<bool> flag) {
  Wish wish;
  wish.requested = flag;
  return wish;
}

// ---- wishes
// ---------------------------------------------------------------------------------------------------------

TEST(Wishing, ANewWishIsOneStepWithARowAndMakesTheVehicleDue) {
  Vehicle before;
  before.vin = a_vin();
  const auto step = wish(before, requested(true), kStamp);
  ASSERT_TRUE(step);
  EXPECT_EQ(step->after.version, 1U);
  EXPECT_EQ(step->after.message, Message::activation_requested);
  EXPECT_LE(step->after.next_check_at, kNow);
  EXPECT_EQ(step->after.created_at, kNow);
  ASSERT_TRUE(step->entry);
  EXPECT_EQ(step->entry->number, 1U);
  EXPECT_EQ(step->entry->requested, true);
  EXPECT_FALSE(wish(step->after, requested(true), kStamp)) << "the same wish is no step";
}

TEST(Wishing, WhatWasRemovedOutsideLiftsABlockAndEveryPauseUnderTheSameWish) {
  Vehicle vehicle = asked(Standing::refused, Oem::tesla);
  vehicle.version = 7;
  EXPECT_FALSE(lift(vehicle, kStamp)) << "nothing holds it";
  vehicle.blocked = true;
  vehicle.next_check_at = Instant::never();
  const auto step = lift(vehicle, kStamp);
  ASSERT_TRUE(step && step->entry);
  EXPECT_FALSE(step->after.blocked);
  EXPECT_EQ(step->after.next_check_at, kNow);
  EXPECT_EQ(step->after.wish, vehicle.wish);
}

// RULINGS T40.
TEST(Wishing, ANewWishLiftsABlockAndTheRefusalThatIsStillThereDoesNotRestoreIt) {
  Vehicle vehicle = asked(Standing::refused, Oem::tesla);
  vehicle.cloud.reason = "missing_key";
  vehicle.blocked = true;
  vehicle.failures = 4;
  vehicle.wish = requested(true);
  Wish edited = vehicle.wish;
  edited.comment = "key added";
  const Vehicle lifted = wish(vehicle, edited, kStamp)->after;
  EXPECT_FALSE(lifted.blocked);
  EXPECT_EQ(decide(lifted, kOn, kPace, kNow).action, Action::activate);
  const Vehicle looked = seen(lifted, says(Standing::refused, "missing_key")).after;
  EXPECT_EQ(decide(looked, kOn, kPace, kNow).action, Action::activate) << "one more try";
  const Vehicle again = called(looked, Intent::activate, says(Standing::refused, "missing_key")).after;
  EXPECT_EQ(decide(again, kOn, kPace, kNow).action, Action::blocked);
}

TEST(Wishing, TakingTheWishBackAsksForTheDeactivationOfWhatIsThere) {
  Vehicle vehicle = a_vehicle(Standing::active);
  vehicle.wish = requested(true);
  EXPECT_EQ(wish(vehicle, requested(false), kStamp)->after.message, Message::deactivation_requested);
  vehicle.cloud.standing = Standing::pending;
  vehicle.status = false;
  EXPECT_EQ(wish(vehicle, requested(false), kStamp)->after.message, Message::deactivation_requested);
  vehicle.cloud.standing = Standing::inactive;
  vehicle.message = Message::activation_requested;
  EXPECT_EQ(wish(vehicle, requested(false), kStamp)->after.message, Message::deactivated);
}

// RULINGS T32 and T40: only people change the wish.
TEST(Steps, NoStepOfARunEverTouchesTheWish) {
  Vehicle vehicle = a_vehicle(Standing::active);
  vehicle.wish = requested(true);
  vehicle.wish.end = day_of("2026-01-01");
  EXPECT_EQ(seen(vehicle, says(Standing::active), kOff).after.wish, vehicle.wish);
  EXPECT_EQ(called(vehicle, Intent::deactivate, says(Standing::inactive)).after.wish, vehicle.wish);
  EXPECT_EQ(called(vehicle, Intent::activate, says(Standing::refused, "not_eligible")).after.wish,
            vehicle.wish);
}

// ---- looking
// --------------------------------------------------------------------------------------------------------

struct Seen {
  Standing standing;
  bool on;
  std::optional<bool> status;
  Message message;
};

TEST(Observing, StatusAndMessageFollowTheCloud) {
  const Seen rows[] = {
      {Standing::active, true, true, Message::activated},
      {Standing::inactive, false, false, Message::deactivated},
      {Standing::pending, true, false, Message::activation_pending},
      {Standing::ending, false, true, Message::deactivation_pending},
      {Standing::active, false, true, Message::deactivation_requested},
      {Standing::refused, false, false, Message::deactivated},
  };
  for (const Seen& row : rows) {
    SCOPED_TRACE(::testing::Message() << to_string(row.standing) << " " << row.on);
    Vehicle before = a_vehicle(Standing::unknown);
    before.status.reset();
    const Step step = seen(before, says(row.standing), row.on ? kOn : kOff);
    EXPECT_EQ(step.after.status, row.status);
    EXPECT_EQ(step.after.message, row.message);
    EXPECT_TRUE(step.entry);
  }
}

// Weakness 14 of the original: a row for each vehicle and run.
TEST(Observing, WhatHasNotChangedWritesNoRow) {
  const Vehicle first = seen(a_vehicle(Standing::inactive), says(Standing::active)).after;
  const Step again = seen(first, says(Standing::active));
  EXPECT_FALSE(again.entry);
  EXPECT_EQ(again.after.version, first.version + 1);
}

TEST(Observing, AReasonThatChangedWritesARow) {
  const Vehicle first = seen(asked(Standing::pending), says(Standing::pending, "in_validation")).after;
  EXPECT_FALSE(seen(first, says(Standing::pending, "in_validation")).entry);
  const Step other = seen(first, says(Standing::pending, "enrollment_ongoing"));
  ASSERT_TRUE(other.entry);
  EXPECT_EQ(other.entry->reason, "enrollment_ongoing");
}

// Weakness 4 of the original: a read error looked like "inactive" and led to an activation.
TEST(Observing, AnErrorChangesNothingButTheNextLook) {
  for (const Standing standing :
       {Standing::active, Standing::inactive, Standing::pending, Standing::ending}) {
    const Vehicle before = a_vehicle(standing);
    Error error = an_error(ErrorKind::unavailable);
    error.retry_after = hours(2);
    const Step step = seen(before, fail(error));
    EXPECT_EQ(step.after.status, before.status);
    EXPECT_EQ(step.after.message, before.message);
    EXPECT_EQ(step.after.cloud, before.cloud);
    EXPECT_EQ(step.after.next_check_at, kNow + hours(2));
    EXPECT_FALSE(step.entry);
    const Action action = decide(step.after, kOn, kPace, kNow).action;
    EXPECT_TRUE(action == Action::wait || action == Action::none) << "nothing is begun on what was not read";
  }
}

// RULINGS T44.
TEST(Observing, AVehicleThatTheAnswerLeavesOutIsUnknownAndLookedAtAgain) {
  const Vehicle before = a_vehicle(Standing::active);
  const Step step = seen(before, says(Standing::unknown, "left_out"));
  EXPECT_EQ(step.after.status, true);
  EXPECT_EQ(decide(step.after, kOn, kPace, kNow).action, Action::look);
  EXPECT_EQ(step.after.next_check_at, kNow + kPace.retry_base);
  EXPECT_EQ(seen(step.after, says(Standing::active)).after.failures, 0U);
}

TEST(Observing, DriftIsSeenAndRepaired) {
  Vehicle vehicle = a_vehicle(Standing::active);
  vehicle.message = Message::activated;
  const Step step = seen(vehicle, says(Standing::inactive));
  EXPECT_EQ(step.after.status, false);
  EXPECT_TRUE(step.entry);
  EXPECT_EQ(decide(step.after, kOn, kPace, kNow).action, Action::activate);
}

// Weakness 7 of the original, Tesla's silent rejection: without a growing pause it would be paid for at each
// run.
TEST(Observing, AnActivationThatCameToNothingIsAskedAgainEverMoreSlowly) {
  Vehicle vehicle = asked(Standing::pending);
  Millis last{0};
  for (int round = 0; round < 12; ++round) {
    vehicle.next_check_at = kNow;
    const Step fallen = seen(vehicle, says(Standing::inactive));
    EXPECT_EQ(fallen.after.message, Message::activation_failed);
    const Millis pause = fallen.after.next_check_at - kNow;
    EXPECT_GE(pause, last);
    last = pause;
    vehicle = fallen.after;
    vehicle.next_check_at = kNow;
    vehicle = called(vehicle, Intent::activate, says(Standing::pending)).after;
  }
  EXPECT_EQ(last, kPace.retry_max);
}

TEST(Observing, AFinalRefusalOfWhatWasAskedBlocksAndOthersAreAskedAgain) {
  const Vehicle final = seen(asked(Standing::pending), says(Standing::refused, "not_eligible")).after;
  EXPECT_TRUE(final.blocked);
  EXPECT_EQ(final.message, Message::activation_failed);
  EXPECT_TRUE(final.next_check_at.is_never());
  const Vehicle other = seen(asked(Standing::pending), says(Standing::refused, "no_consent")).after;
  EXPECT_FALSE(other.blocked);
  EXPECT_EQ(decide(other, kOn, kPace, kNow).action, Action::wait);
  EXPECT_EQ(decide(other, kOn, kPace, other.next_check_at).action, Action::activate);
}

TEST(Observing, ABlockEndsWhenTheCloudHasItAllTheSame) {
  Vehicle vehicle = asked(Standing::refused);
  vehicle.blocked = true;
  EXPECT_TRUE(seen(vehicle, says(Standing::inactive)).after.blocked);
  EXPECT_FALSE(seen(vehicle, says(Standing::active)).after.blocked);
  EXPECT_FALSE(seen(vehicle, says(Standing::pending)).after.blocked);
}

TEST(Observing, APauseIsNotShortenedByAListThatNamesTheVehicleAnyway) {
  Vehicle vehicle = a_vehicle(Standing::inactive);
  vehicle.failures = 3;
  vehicle.next_check_at = kNow + hours(1);
  EXPECT_EQ(seen(vehicle, says(Standing::inactive)).after.next_check_at, kNow + hours(1));
}

TEST(Observing, APauseEndsWhenTheCloudHasMovedOn) {
  Vehicle vehicle = asked(Standing::refused);
  vehicle.failures = 9;
  vehicle.next_check_at = kNow + hours(23);
  EXPECT_EQ(seen(vehicle, says(Standing::pending)).after.next_check_at, kNow + kPace.look_again);
}

TEST(Observing, ABlockEndsWhenTheReasonHasBecomeOneThatPasses) {
  Vehicle vehicle = asked(Standing::refused);
  vehicle.message = Message::activation_failed;
  vehicle.blocked = true;
  EXPECT_TRUE(seen(vehicle, says(Standing::refused, "not_eligible")).after.blocked);
  EXPECT_FALSE(seen(vehicle, says(Standing::refused, "no_consent")).after.blocked);
}

TEST(Observing, TheNextLookIsNeverLaterThanTheNextEdgeOfTheWindow) {
  Wanted closes = kOn;
  closes.until = kNow + minutes(10);
  EXPECT_EQ(seen(a_vehicle(Standing::active), says(Standing::active), closes).after.next_check_at,
            closes.until);
  Vehicle failing = a_vehicle(Standing::inactive);
  failing.failures = 9;
  EXPECT_EQ(seen(failing, fail(an_error(ErrorKind::unavailable)), closes).after.next_check_at, closes.until);
}

// ---- attempts
// -------------------------------------------------------------------------------------------------------

TEST(Attempts, AreCommittedBeforeTheCallAndCountedByTheirOrdinal) {
  const Vehicle before = a_vehicle(Standing::inactive);
  const Step step = intend(before, Intent::activate, Oem::kia, kStamp);
  EXPECT_EQ(step.after.intent, Intent::activate);
  EXPECT_EQ(step.after.intents, before.intents + 1);
  EXPECT_EQ(step.after.version, before.version + 1);
  EXPECT_EQ(step.after.status, before.status);
}

struct Ended {
  Intent intent;
  Standing before;
  Standing answer;
  std::optional<bool> status;
  Message message;
};

TEST(Attempts, TheAnswerDecidesStatusAndMessage) {
  const Ended rows[] = {
      {Intent::activate, Standing::inactive, Standing::active, true, Message::activated},
      {Intent::activate, Standing::inactive, Standing::pending, false, Message::activation_pending},
      {Intent::activate, Standing::inactive, Standing::refused, false, Message::activation_failed},
      {Intent::activate, Standing::inactive, Standing::inactive, false, Message::activation_failed},
      {Intent::deactivate, Standing::active, Standing::inactive, false, Message::deactivated},
      {Intent::deactivate, Standing::active, Standing::ending, true, Message::deactivation_pending},
      {Intent::deactivate, Standing::active, Standing::active, true, Message::deactivation_failed},
      {Intent::deactivate, Standing::active, Standing::refused, true, Message::deactivation_failed},
      {Intent::deactivate, Standing::pending, Standing::pending, false, Message::deactivation_pending},
  };
  for (const Ended& row : rows) {
    SCOPED_TRACE(::testing::Message() << to_string(row.intent) << " " << to_string(row.answer));
    const Step step = called(a_vehicle(row.before), row.intent, says(row.answer, "no_consent", "words"));
    EXPECT_EQ(step.after.status, row.status);
    EXPECT_EQ(step.after.message, row.message);
    EXPECT_EQ(step.after.intent, Intent::none);
    ASSERT_TRUE(step.entry);
    EXPECT_EQ(step.entry->reason, "no_consent");
    EXPECT_EQ(step.entry->oem_detail, "words");
  }
}

// Weakness 3 of the original: a failed deactivation was stored as inactive and never retried.
TEST(Attempts, AFailedDeactivationStaysActiveAndIsRetried) {
  for (const Result<CloudState>& answer : {Result<CloudState>(fail(an_error(ErrorKind::unavailable))),
                                           Result<CloudState>(says(Standing::active)),
                                           Result<CloudState>(says(Standing::refused, "not_eligible"))}) {
    const Step step = called(a_vehicle(Standing::active), Intent::deactivate, answer);
    EXPECT_EQ(step.after.status, true);
    EXPECT_EQ(step.after.message, Message::deactivation_failed);
    EXPECT_EQ(decide(step.after, kOff, kPace, kNow).action, Action::wait);
    EXPECT_EQ(decide(step.after, kOff, kPace, step.after.next_check_at).action, Action::deactivate);
    EXPECT_LE(step.after.next_check_at, kNow + kPace.retry_max);
  }
}

TEST(Attempts, AnUnclearOutcomeKeepsTheIntentOpenAndTheNextLookEndsIt) {
  for (const Result<CloudState>& answer :
       {Result<CloudState>(fail(an_error(ErrorKind::timed_out, Applied::maybe))),
        Result<CloudState>(says(Standing::unknown))}) {
    const Step step = called(a_vehicle(Standing::inactive), Intent::activate, answer);
    EXPECT_EQ(step.after.intent, Intent::activate);
    EXPECT_EQ(step.after.message, Message::activation_pending);
    EXPECT_EQ(decide(step.after, kOn, kPace, kNow).action, Action::look);
    ASSERT_TRUE(step.entry);
    const Step looked = seen(step.after, says(Standing::active));
    EXPECT_EQ(looked.after.intent, Intent::none);
    EXPECT_EQ(looked.after.status, true);
    EXPECT_EQ(looked.after.accepted_at, step.after.intent_at);
  }
}

TEST(Attempts, ACallThatCertainlyDidNothingIsTriedAgainWhenTheCloudAllows) {
  Error error = an_error(ErrorKind::rate_limited);
  error.retry_after = hours(6);
  const Step step = called(a_vehicle(Standing::inactive), Intent::activate, fail(error));
  EXPECT_EQ(step.after.intent, Intent::none);
  EXPECT_EQ(step.after.next_check_at, kNow + hours(6));
  EXPECT_EQ(step.after.message, Message::none) << "a busy cloud is no failure of the vehicle";
  ASSERT_TRUE(step.entry);
  EXPECT_EQ(step.entry->reason, "rate_limited");
}

// RULINGS T47.
TEST(Attempts, ARenewalThatIsRefusedLeavesTheRunningContract) {
  Vehicle vehicle = a_vehicle(Standing::active, Oem::stellantis);
  vehicle.message = Message::activated;
  vehicle.cloud.valid_until = kNow + days(10);
  vehicle.cloud.handle = "contract-1";
  const Step step = called(vehicle, Intent::activate, says(Standing::refused, "rejected"));
  EXPECT_EQ(step.after.status, true);
  EXPECT_EQ(step.after.message, Message::activated);
  EXPECT_EQ(step.after.cloud, vehicle.cloud);
  EXPECT_FALSE(step.after.blocked);
  EXPECT_EQ(step.entry->reason, "rejected");
  EXPECT_EQ(decide(step.after, kOn, kPace, step.after.next_check_at).action, Action::renew);
}

// O3, RULINGS T49: one row for each attempt, also for one that a crash cut off.
TEST(Attempts, AreToldExactlyOnce) {
  Vehicle before = a_vehicle(Standing::inactive);
  before.message = Message::deactivated;
  const Vehicle open = intend(before, Intent::activate, Oem::kia, kStamp).after;
  const Stamp later{.run = "next", .now = kNow + hours(1)};
  EXPECT_TRUE(observe(open, says(Standing::inactive), kOn, kPace, later).entry) << "found after a crash";
  const Step unread = observe(open, fail(an_error(ErrorKind::unavailable)), kOn, kPace, later);
  EXPECT_TRUE(unread.entry);
  EXPECT_FALSE(observe(unread.after, fail(an_error(ErrorKind::unavailable)), kOn, kPace, later).entry);
  EXPECT_EQ(observe(unread.after, says(Standing::inactive), kOn, kPace, later).entry, std::nullopt);
}

// ---- details
// --------------------------------------------------------------------------------------------------------

TEST(Details, AreCutBetweenCharacters) {
  EXPECT_EQ(kept_detail(std::string(600, 'x')).size(), 555U);
  std::string words(554, 'x');
  words += "é";
  EXPECT_EQ(kept_detail(words), std::string(554, 'x'));
  EXPECT_EQ(kept_detail("pas éligible"), "pas éligible");
}

TEST(Details, AreOneLineOfWellFormedText) {
  EXPECT_EQ(kept_detail("a\nb\tc"), "a b c");
  EXPECT_EQ(kept_detail(std::string_view("a\0b", 3)), "a b");
  EXPECT_EQ(kept_detail("\xff\xc3(\xed\xa0\x80"),
            "?"
            "?("
            "???");
  EXPECT_EQ(seen(a_vehicle(Standing::inactive), says(Standing::active, "", "a\nb")).after.cloud.detail,
            "a b");
}

}  // namespace
}  // namespace contactor::fleet
