#include "ota/advance.h"

#include <gtest/gtest.h>

#include "ota/builders.h"
#include "ota/failure.h"

namespace contactor::ota {
namespace {

using testing::an_order;
using testing::kStart;
using testing::Walk;
using Kind = CommandAnswer::Kind;

Event answer(Kind kind, std::optional<Millis> retry_after = {}) {
  return Answered{.answer = {.kind = kind, .failure = {.message = "x"}, .retry_after = retry_after}};
}

// -- success ----------------------------------------------------------------------------------------------

TEST(ActivationAdvance, WalksTheDiagramFromOrderToActive) {
  Walk walk;
  EXPECT_EQ(walk.activation.state, State::QueuedForActivation);
  ASSERT_TRUE(walk.granted());
  EXPECT_EQ(walk.history.back().path, (std::vector{State::SendingCommand, State::WaitingResponse}));
  ASSERT_TRUE(walk.happens(answer(Kind::confirmed)));
  EXPECT_EQ(walk.history.back().path,
            (std::vector{State::CheckingResponse, State::Success, State::NotifyingCustomer, State::Active}));
  EXPECT_EQ(walk.activation.service_status, ServiceStatus::Active);
  EXPECT_EQ(walk.activation.attempts, 1U);
  EXPECT_EQ(walk.activation.retries, 0U);
}

TEST(ActivationAdvance, AcceptanceAloneConfirmsNothing) {
  Walk walk;
  walk.granted();
  EXPECT_FALSE(walk.happens(answer(Kind::accepted)));
  EXPECT_TRUE(walk.activation.accepted);
  EXPECT_EQ(walk.activation.state, State::WaitingResponse);
  EXPECT_EQ(walk.activation.money_state, MoneyState::held);
  EXPECT_TRUE(walk.confirmed());
  EXPECT_EQ(walk.activation.state, State::Active);
}

TEST(ActivationAdvance, CapturesOnlyInTheStepThatCommitsTheConfirmation) {
  Walk walk;
  walk.granted();
  EXPECT_EQ(walk.count<MoveMoney>(), 0U);
  walk.confirmed();
  ASSERT_NE(walk.effect<MoveMoney>(), nullptr);
  EXPECT_EQ(walk.effect<MoveMoney>()->purpose, MoneyPurpose::capture);
  EXPECT_EQ(walk.activation.money_state, MoneyState::capturing);
  EXPECT_EQ(walk.activation.confirmed_at, walk.now);
}

TEST(ActivationAdvance, PaidPeriodBeginsAtTheConfirmationAndEndsWithASwitchOff) {
  Walk walk;
  walk.granted();
  walk.now = walk.now + std::chrono::minutes(4);
  walk.confirmed();
  EXPECT_EQ(walk.activation.ends_at, walk.now + std::chrono::hours(24 * 30));
  const Spawn* spawn = walk.effect<Spawn>();
  ASSERT_NE(spawn, nullptr);
  EXPECT_EQ(spawn->order.action, Action::deactivate);
  EXPECT_EQ(spawn->order.reason, "expiry");
  EXPECT_EQ(spawn->start_at, *walk.activation.ends_at);
  EXPECT_EQ(spawn->order.payment.amount.minor_units, 0);
}

TEST(ActivationAdvance, PermanentServiceNeverEnds) {
  Order order = an_order();
  order.duration.reset();
  Walk walk(order);
  walk.granted();
  walk.confirmed();
  EXPECT_EQ(walk.effect<Spawn>(), nullptr);
  EXPECT_FALSE(walk.activation.ends_at);
}

TEST(ActivationAdvance, ExtensionMovesTheEndWithoutACommand) {
  Order order = an_order();
  order.extends = ActivationId(5);
  order.extends_from = kStart + std::chrono::hours(100);
  Walk walk(order);
  ASSERT_TRUE(walk.happens(FoundActive{}));
  EXPECT_EQ(walk.activation.state, State::Active);
  EXPECT_EQ(walk.activation.ends_at, kStart + std::chrono::hours(100) + std::chrono::hours(24 * 30));
  EXPECT_EQ(walk.count<SendCommand>(), 0U);
}

// -- retries ----------------------------------------------------------------------------------------------

TEST(ActivationAdvance, FastFailuresFollowTheFormulaToTheSecond) {
  Walk walk;
  std::vector<std::int64_t> sent;
  while (walk.activation.state != State::MaxRetriesExceeded) {
    walk.wait();
    sent.push_back((walk.now - kStart).count() / 1000);
    walk.granted();
    walk.refused(FailureCategory::ApiIotError);
  }
  EXPECT_EQ(sent, (std::vector<std::int64_t>{0, 30, 90, 210, 450, 930}));
  walk.wait();
  EXPECT_EQ((walk.now - kStart).count() / 1000, 1830);
  EXPECT_EQ(walk.activation.attempts, 6U);
  EXPECT_EQ(walk.activation.retries, 5U);
}

TEST(ActivationAdvance, SilentCarsAreGivenTheirFiveMinutesEachTime) {
  Walk walk;
  std::vector<std::int64_t> sent;
  while (walk.activation.state != State::MaxRetriesExceeded) {
    walk.wait();
    sent.push_back((walk.now - kStart).count() / 1000);
    walk.granted();
    walk.now = walk.activation.answer_by;
    walk.happens(Overdue{});
  }
  EXPECT_EQ(sent, (std::vector<std::int64_t>{0, 330, 690, 1110, 1650, 2430}));
  walk.wait();
  EXPECT_EQ((walk.now - kStart).count() / 1000, 3630);
}

TEST(ActivationAdvance, OverdueBeforeItsTimeIsIgnored) {
  Walk walk;
  walk.granted();
  EXPECT_FALSE(walk.happens(Overdue{}));
}

TEST(ActivationAdvance, EveryRowOfTheFailureTableIsObeyed) {
  for (const auto& rule : kFailureRules) {
    Walk walk;
    walk.granted();
    ASSERT_TRUE(walk.refused(rule.category));
    EXPECT_EQ(walk.activation.state, rule.retry ? State::WaitingBackoff : State::QueryingVehicleState)
        << to_string(rule.category);
    EXPECT_EQ(walk.effect<Diagnose>() != nullptr, !rule.retry);
  }
}

TEST(ActivationAdvance, RetriesAreSilent) {
  Walk walk;
  walk.granted();
  walk.refused(FailureCategory::VehicleOffline);
  EXPECT_EQ(walk.effect<Notify>(), nullptr);
  walk.wait();
  walk.granted();
  EXPECT_EQ(walk.effect<Notify>(), nullptr);
}

TEST(ActivationAdvance, LongerRetryAfterIsRespected) {
  Walk walk;
  walk.granted();
  walk.happens(answer(Kind::refused, std::chrono::minutes(7)));
  EXPECT_EQ(walk.activation.next_action_at, walk.now + std::chrono::minutes(7));
}

TEST(ActivationAdvance, WaitingForBudgetIsNotAnAttempt) {
  Walk walk;
  ASSERT_TRUE(
      walk.happens(BudgetExhausted{.until = walk.now + std::chrono::minutes(20), .why = "ten an hour"}));
  EXPECT_EQ(walk.activation.state, State::WaitingBudget);
  EXPECT_EQ(walk.activation.attempts, 0U);
  ASSERT_TRUE(walk.granted());
  EXPECT_EQ(walk.activation.attempts, 1U);
}

TEST(ActivationAdvance, RateLimitIsNotAnAttemptButKeepsItsCommandNumber) {
  Walk walk;
  walk.granted();
  ASSERT_TRUE(walk.happens(answer(Kind::rate_limited, std::chrono::minutes(2))));
  EXPECT_EQ(walk.activation.state, State::WaitingBudget);
  EXPECT_EQ(walk.activation.attempts, 0U);
  EXPECT_EQ(walk.activation.retries, 0U);
  walk.granted();
  EXPECT_EQ(walk.effect<SendCommand>()->command_id, command_id(walk.activation.id, 2));
}

TEST(ActivationAdvance, LostAnswerWaitsForTheCar) {
  Walk walk;
  walk.granted();
  ASSERT_TRUE(walk.happens(answer(Kind::unknown)));
  EXPECT_EQ(walk.activation.state, State::WaitingResponse);
  EXPECT_EQ(walk.effect<SendCommand>(), nullptr);
}

TEST(ActivationAdvance, PrecheckStandsForAnAttemptWithoutACommand) {
  Walk walk;
  ASSERT_TRUE(walk.happens(PrecheckFailed{.failure = {.category = FailureCategory::VehicleOffline}}));
  EXPECT_EQ(walk.activation.state, State::WaitingBackoff);
  EXPECT_EQ(walk.activation.attempts, 1U);
  EXPECT_EQ(walk.activation.command_ordinal, 0U);
  EXPECT_EQ(walk.activation.next_action_at, walk.now + std::chrono::seconds(30));
}

}  // namespace
}  // namespace contactor::ota
