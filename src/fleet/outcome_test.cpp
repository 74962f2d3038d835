#include "fleet/outcome.h"

#include <gtest/gtest.h>

#include "fleet/testing.h"

namespace contactor::fleet {
namespace {

using namespace testing;

Outcome outcome(const Vehicle& first, const Vehicle& last, const Wanted& wanted = kOn) {
  return outcome_of(first, last, decide(last, wanted, Pace(), kNow));
}

TEST(Outcome, NamesWhereARunHasLeftAVehicle) {
  const Vehicle inactive = a_vehicle(Standing::inactive);
  Vehicle active = a_vehicle(Standing::active);
  EXPECT_EQ(outcome(active, active), Outcome::as_wanted);
  EXPECT_EQ(outcome(inactive, active), Outcome::as_wanted) << "somebody else did it";
  active.intents = 1;
  EXPECT_EQ(outcome(inactive, active), Outcome::activated);
  Vehicle off = a_vehicle(Standing::inactive);
  off.intents = 1;
  EXPECT_EQ(outcome(a_vehicle(Standing::active), off, kOff), Outcome::deactivated);
  EXPECT_EQ(outcome(a_vehicle(Standing::pending), a_vehicle(Standing::active)), Outcome::activated);
  EXPECT_EQ(outcome(inactive, a_vehicle(Standing::pending)), Outcome::pending);
  EXPECT_EQ(outcome(inactive, a_vehicle(Standing::inactive), kNobodySaid), Outcome::as_wanted);
}

TEST(Outcome, WhatFailedIsNotCalledPending) {
  Vehicle blocked = a_vehicle(Standing::refused);
  blocked.blocked = true;
  EXPECT_EQ(outcome(blocked, blocked), Outcome::failed);
  Vehicle unread = a_vehicle(Standing::inactive);
  unread.failures = 1;
  unread.next_check_at = kNow + std::chrono::minutes(5);
  EXPECT_EQ(outcome(unread, unread), Outcome::failed);
  Vehicle unmapped = a_vehicle(Standing::inactive);
  unmapped.oem.reset();
  EXPECT_EQ(outcome(unmapped, unmapped), Outcome::unmapped);
}

RunSummary a_summary(Outcome outcome, std::uint64_t count) {
  RunSummary summary;
  summary.vehicles = count;
  summary.by_oem[0].vehicles[static_cast<std::size_t>(outcome)] = count;
  return summary;
}

// RULINGS T50.
TEST(RunSummary, TheExitStatusIsHonest) {
  for (const Outcome outcome : {Outcome::as_wanted, Outcome::activated, Outcome::deactivated,
                                Outcome::pending, Outcome::unmapped, Outcome::not_configured})
    EXPECT_EQ(a_summary(outcome, 3).exit_status(), 0) << to_string(outcome);
  for (const Outcome outcome : {Outcome::failed, Outcome::held})
    EXPECT_EQ(a_summary(outcome, 1).exit_status(), 3);
  RunSummary troubled = a_summary(Outcome::as_wanted, 1);
  troubled.by_oem[2].trouble = "its credential is refused";
  EXPECT_EQ(troubled.exit_status(), 3);
  troubled.interrupted = true;
  EXPECT_EQ(troubled.exit_status(), 130);
}

// O4.
TEST(RunSummary, CountsEachVehicleOnce) {
  RunSummary summary = a_summary(Outcome::failed, 2);
  summary.by_oem[5].vehicles[static_cast<std::size_t>(Outcome::failed)] = 1;
  summary.unmapped = 4;
  EXPECT_EQ(summary.total(Outcome::failed), 3U);
  EXPECT_EQ(summary.total(Outcome::unmapped), 4U);
}

}  // namespace
}  // namespace contactor::fleet
