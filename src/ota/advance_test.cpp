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

// -- success
// -----------------------------------------------------------------------------------------------------------------------

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

// -- retries
// -----------------------------------------------------------------------------------------------------------------------

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

// -- the end without success
// ---------------------------------------------------------------------------------------------------------

TEST(ActivationAdvance, ExhaustedRetriesEscalateReleaseAndTell) {
  Walk walk;
  walk.exhaust();
  EXPECT_EQ(walk.activation.money_state, MoneyState::held) << "the hold lives while a late yes may come";
  walk.wait();
  walk.happens(Elapsed{});
  EXPECT_EQ(walk.activation.state, State::QueryingVehicleState);
  ASSERT_TRUE(walk.happens(Diagnosed{}));
  EXPECT_EQ(walk.history.back().path, (std::vector{State::EscalatingToSupport, State::ReversingPayment}));
  EXPECT_EQ(walk.effect<MoveMoney>()->purpose, MoneyPurpose::release);
  EXPECT_NE(walk.effect<OpenTicket>(), nullptr);
  EXPECT_EQ(walk.activation.service_status, ServiceStatus::PendingSupport);
  ASSERT_TRUE(walk.happens(MoneyMoved{.to = MoneyState::released, .detail = ""}));
  EXPECT_EQ(walk.activation.state, State::Failed);
  EXPECT_EQ(walk.effect<Notify>()->event, NoticeEvent::ActivationFailed);
  EXPECT_TRUE(is_settled(walk.activation.state, walk.activation.money_state));
}

TEST(ActivationAdvance, SlowBankDelaysTheMailAtMostAMinuteAndOwesASecondWord) {
  Walk walk;
  walk.granted();
  walk.refused(FailureCategory::VehicleIncompatible);
  walk.happens(Diagnosed{});
  EXPECT_FALSE(walk.happens(Elapsed{})) << "not before its time";
  ASSERT_TRUE(walk.happens_after(std::chrono::seconds(60), Elapsed{}));
  EXPECT_EQ(walk.activation.state, State::Failed);
  EXPECT_FALSE(is_settled(walk.activation.state, walk.activation.money_state));
  ASSERT_TRUE(walk.happens(MoneyMoved{.to = MoneyState::released, .detail = ""}));
  EXPECT_EQ(walk.effect<Notify>()->event, NoticeEvent::MoneyReturned);
}

TEST(ActivationAdvance, ShopThatTookTheMoneyGivesItBack) {
  Order order = an_order();
  order.payment.state = PaidAs::captured;
  Walk walk(order);
  EXPECT_EQ(walk.activation.money_state, MoneyState::prepaid);
  walk.granted();
  walk.refused(FailureCategory::InvalidConfiguration);
  walk.happens(Diagnosed{});
  EXPECT_EQ(walk.effect<MoveMoney>()->purpose, MoneyPurpose::refund);
  walk.happens(MoneyMoved{.to = MoneyState::refunded, .detail = ""});
  EXPECT_EQ(walk.activation.state, State::Failed);
}

TEST(ActivationAdvance, NothingPaidMeansNothingToReverse) {
  Order order = an_order();
  order.origin = Origin::pre_delivery;
  order.payment.state = PaidAs::none;
  Walk walk(order);
  walk.granted();
  walk.refused(FailureCategory::VehicleIncompatible);
  walk.happens(Diagnosed{});
  EXPECT_EQ(walk.activation.state, State::Failed);
  EXPECT_EQ(walk.count<MoveMoney>(), 0U);
  EXPECT_EQ(walk.effect<OpenTicket>()->ticket.priority, Priority::MEDIUM);
}

TEST(ActivationAdvance, ZeroGraceEscalatesAtOnce) {
  Walk walk;
  walk.policy.retry.final_grace = Millis(0);
  while (walk.activation.state != State::QueryingVehicleState) {
    walk.wait();
    ASSERT_TRUE(walk.granted());
    walk.refused(FailureCategory::ApiIotError);
  }
  EXPECT_NE(walk.effect<Diagnose>(), nullptr);
}

TEST(ActivationAdvance, HoldHorizonEndsTheWaiting) {
  Walk walk;
  walk.happens(BudgetExhausted{.until = walk.now + std::chrono::hours(30), .why = "incident"});
  ASSERT_TRUE(walk.happens_after(std::chrono::hours(24), HorizonReached{}));
  EXPECT_EQ(walk.activation.state, State::QueryingVehicleState);
  EXPECT_EQ(walk.activation.last_failure->code, "horizon_reached");
}

TEST(ActivationAdvance, RetryPastTheHorizonIsNotPlanned) {
  Walk walk;
  walk.policy.horizon = std::chrono::seconds(100);
  walk.activation.horizon_at = kStart + walk.policy.horizon;
  walk.now = kStart + std::chrono::seconds(80);
  walk.granted();
  walk.refused(FailureCategory::ApiIotError);
  EXPECT_EQ(walk.activation.state, State::MaxRetriesExceeded);
}

// -- late, duplicate and contradicting answers
// --------------------------------------------------------------------------------------------

TEST(ActivationAdvance, LateYesStopsEverythingWhereverItWaits) {
  for (const State state : {State::WaitingBackoff, State::MaxRetriesExceeded, State::QueryingVehicleState}) {
    Walk walk;
    walk.granted();
    walk.refused(FailureCategory::TransientNetwork);
    if (state != State::WaitingBackoff) walk.exhaust();
    if (state == State::QueryingVehicleState) {
      walk.wait();
      walk.happens(Elapsed{});
    }
    ASSERT_EQ(walk.activation.state, state);
    ASSERT_TRUE(walk.confirmed());
    EXPECT_EQ(walk.activation.state, State::Active);
    EXPECT_EQ(walk.effect<MoveMoney>()->purpose, MoneyPurpose::capture);
  }
}

TEST(ActivationAdvance, YesAfterTheReversalIsTakenBackOnceAndNeverCharged) {
  Walk walk;
  walk.granted();
  walk.refused(FailureCategory::VehicleIncompatible);
  walk.happens(Diagnosed{});
  ASSERT_TRUE(walk.confirmed());
  ASSERT_NE(walk.effect<Spawn>(), nullptr);
  EXPECT_EQ(walk.effect<Spawn>()->order.reason, "rollback");
  EXPECT_FALSE(walk.confirmed()) << "a duplicate changes nothing";
  walk.happens(MoneyMoved{.to = MoneyState::released, .detail = ""});
  EXPECT_FALSE(walk.confirmed());
  EXPECT_EQ(walk.activation.money_state, MoneyState::released);
  EXPECT_EQ(walk.count<Spawn>(), 1U);
}

TEST(ActivationAdvance, DuplicatesAfterSuccessChangeNothing) {
  Walk walk;
  walk.granted();
  walk.confirmed();
  const auto version = walk.activation.version;
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(walk.confirmed());
  EXPECT_FALSE(walk.refused(FailureCategory::InvalidConfiguration));
  EXPECT_EQ(walk.activation.version, version);
}

TEST(ActivationAdvance, AnswersToCommandsNeverSentAreIgnored) {
  Walk walk;
  EXPECT_FALSE(walk.happens(
      Observed{.source = "callback", .ordinal = 1, .status = CommandStatus::applied, .failure = {}}));
  walk.granted();
  EXPECT_FALSE(walk.happens(
      Observed{.source = "callback", .ordinal = 2, .status = CommandStatus::applied, .failure = {}}));
}

TEST(ActivationAdvance, RefusalOfAnOlderCommandDoesNotEndTheCurrentOne) {
  Walk walk;
  walk.granted();
  walk.refused(FailureCategory::TransientNetwork);
  walk.wait();
  walk.granted();
  EXPECT_FALSE(walk.happens(
      Observed{.source = "callback", .ordinal = 1, .status = CommandStatus::rejected, .failure = {}}));
  EXPECT_EQ(walk.activation.state, State::WaitingResponse);
}

// -- cancellation
// --------------------------------------------------------------------------------------------------------------------------

TEST(ActivationAdvance, CancelBeforeAnyCommandReleasesTheMoneyAndNothingElse) {
  Walk walk;
  ASSERT_TRUE(
      walk.happens(CancelRequested{.actor = "ada", .reason = "changed my mind", .superseded = false}));
  EXPECT_EQ(walk.activation.state, State::Canceled);
  EXPECT_EQ(walk.effect<MoveMoney>()->purpose, MoneyPurpose::release);
  EXPECT_EQ(walk.effect<Spawn>(), nullptr);
  EXPECT_EQ(walk.history.back().actor, "ada");
}

TEST(ActivationAdvance, CancelDuringACommandWaitsForItsOutcomeAndSwitchesOff) {
  Walk walk;
  walk.granted();
  ASSERT_TRUE(walk.happens(CancelRequested{.actor = "ada", .reason = "", .superseded = false}));
  EXPECT_EQ(walk.activation.state, State::WaitingResponse);
  EXPECT_EQ(walk.effect<MoveMoney>()->purpose, MoneyPurpose::release);
  ASSERT_TRUE(walk.confirmed());
  EXPECT_EQ(walk.activation.state, State::Canceled);
  EXPECT_EQ(walk.effect<Spawn>()->order.reason, "cancel");
  EXPECT_NE(walk.activation.money_state, MoneyState::capturing);
}

TEST(ActivationAdvance, CancelAfterTheEndIsRefused) {
  Walk walk;
  walk.granted();
  walk.confirmed();
  const auto refused = advance(
      walk.activation, CancelRequested{.actor = "ada", .reason = "", .superseded = false}, walk.context());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
}

// -- deactivations
// ------------------------------------------------------------------------------------------------------------------------------

Order a_switch_off() {
  Order order = an_order();
  order.action = Action::deactivate;
  order.payment.state = PaidAs::none;
  return order;
}

TEST(ActivationAdvance, SwitchOffWaitsForItsDay) {
  Walk walk(a_switch_off(), kStart + std::chrono::hours(1));
  EXPECT_EQ(walk.activation.state, State::Scheduled);
  EXPECT_FALSE(walk.happens(Elapsed{}));
  ASSERT_TRUE(walk.happens_after(std::chrono::hours(1), Elapsed{}));
  EXPECT_EQ(walk.activation.state, State::QueuedForActivation);
  walk.granted();
  EXPECT_FALSE(walk.effect<SendCommand>()->enable);
  walk.confirmed();
  EXPECT_EQ(walk.activation.state, State::Deactivated);
  EXPECT_EQ(walk.activation.service_status, ServiceStatus::Inactive);
}

TEST(ActivationAdvance, SwitchOffIsNeverGivenUpAndAsksForHelpAfterAWeek) {
  Walk walk(a_switch_off());
  while (walk.now - kStart < std::chrono::hours(24 * 10)) {
    walk.wait();
    ASSERT_TRUE(walk.granted());
    ASSERT_TRUE(walk.refused(FailureCategory::VehicleOffline));
    EXPECT_LE(walk.activation.next_action_at - walk.now, Millis(std::chrono::hours(24)));
  }
  EXPECT_EQ(walk.activation.state, State::WaitingBackoff);
  EXPECT_EQ(walk.count<OpenTicket>(), 1U);
  EXPECT_EQ(walk.count<Notify>(), 0U);
  EXPECT_EQ(walk.count<MoveMoney>(), 0U);
}

TEST(ActivationAdvance, SwitchOffThatCannotWorkGoesToTheDesk) {
  Walk walk(a_switch_off());
  walk.granted();
  walk.refused(FailureCategory::InvalidConfiguration);
  walk.happens(Diagnosed{});
  EXPECT_EQ(walk.activation.state, State::Failed);
  EXPECT_EQ(walk.effect<OpenTicket>()->ticket.priority, Priority::MEDIUM);
  EXPECT_EQ(walk.count<Notify>(), 0U);
}

}  // namespace
}  // namespace contactor::ota
