#include "ota/advance.h"

#include <gtest/gtest.h>

#include "ota/builders.h"
#include "ota/failure.h"

namespace contactor::ota {
namespace {

using testing::an_order;
using testing::kStart;
using testing::Walk;

// -- the end without success ------------------------------------------------------------------------------

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

// -- late, duplicate and contradicting answers ------------------------------------------------------------

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

// -- cancellation -----------------------------------------------------------------------------------------

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

// -- deactivations ----------------------------------------------------------------------------------------

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
