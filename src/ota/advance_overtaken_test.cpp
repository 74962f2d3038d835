// An older command's answer that overtakes the newest one's.

#include <gtest/gtest.h>

#include "ota/advance.h"
#include "ota/builders.h"

namespace contactor::ota {
namespace {

using testing::Walk;
using Kind = CommandAnswer::Kind;

/// Two attempts, the first timed out; the second's command is on its way.
Walk a_second_attempt() {
  Walk walk;
  walk.granted();
  walk.happens_after(walk.policy.command_timeout, Overdue{});
  walk.wait();
  walk.granted();
  return walk;
}

bool first_is_confirmed(Walk& walk) {
  return walk.happens(
      Observed{.source = "callback", .ordinal = 1, .status = CommandStatus::applied, .failure = {}});
}

TEST(ActivationAdvance, ConfirmationOfAnOlderCommandKeepsTheVehicleForTheNewest) {
  Walk walk = a_second_attempt();
  const Instant until = walk.activation.answer_by;
  ASSERT_TRUE(first_is_confirmed(walk));
  EXPECT_EQ(walk.activation.state, State::Active);
  ASSERT_NE(walk.effect<KeepVehicleBusy>(), nullptr);
  EXPECT_EQ(walk.effect<KeepVehicleBusy>()->until, until);
}

TEST(ActivationAdvance, SwitchOffOfWhatWasCanceledWaitsForTheNewestCommandToo) {
  Walk walk = a_second_attempt();
  walk.happens(CancelRequested{.actor = "customer", .reason = "no longer wanted"});
  ASSERT_EQ(walk.activation.state, State::WaitingResponse);
  ASSERT_TRUE(first_is_confirmed(walk));
  EXPECT_EQ(walk.activation.state, State::Canceled);
  EXPECT_NE(walk.effect<KeepVehicleBusy>(), nullptr);
  EXPECT_NE(walk.effect<Spawn>(), nullptr);
}

TEST(ActivationAdvance, CommandWhoseOwnEndIsKnownKeepsNoVehicle) {
  const auto expect_free_after = [](auto end) {
    Walk walk = a_second_attempt();
    ASSERT_EQ(walk.activation.command_ordinal, 2U);
    end(walk);
    EXPECT_NE(walk.activation.state, State::WaitingResponse);
    EXPECT_EQ(walk.count<KeepVehicleBusy>(), 0U);
  };
  const auto answer = [](Kind kind) {
    return Answered{.answer = {.kind = kind, .failure = {}, .retry_after = {}}};
  };
  expect_free_after([](Walk& walk) { walk.confirmed(); });
  expect_free_after([](Walk& walk) { walk.refused(FailureCategory::VehicleOffline); });
  expect_free_after([&](Walk& walk) { walk.happens(answer(Kind::confirmed)); });
  expect_free_after([&](Walk& walk) { walk.happens(answer(Kind::rate_limited)); });
  expect_free_after([](Walk& walk) { walk.happens_after(walk.policy.command_timeout, Overdue{}); });
  expect_free_after([](Walk& walk) {
    walk.now = walk.activation.answer_by;
    first_is_confirmed(walk);
  });
}

TEST(ActivationAdvance, ConfirmationBetweenTwoAttemptsLeavesNothingOnItsWay) {
  Walk walk;
  walk.granted();
  walk.refused(FailureCategory::VehicleOffline);
  ASSERT_EQ(walk.activation.state, State::WaitingBackoff);
  ASSERT_TRUE(first_is_confirmed(walk));
  EXPECT_EQ(walk.activation.state, State::Active);
  EXPECT_EQ(walk.count<KeepVehicleBusy>(), 0U);
}

}  // namespace
}  // namespace contactor::ota
