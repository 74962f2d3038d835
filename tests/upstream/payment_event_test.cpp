#include <gtest/gtest.h>

#include "rig.h"

// Payment events that lie, repeat, come late or never; refunds that people make, and that fail.

namespace contactor::upstream {
namespace {

using namespace std::chrono_literals;
using world::MoneyEffectKind;

constexpr std::string_view kEventSecret = "whsec_stripe_test";

ActivationId in_flight(Rig& rig) {
  rig.spoil_configure(breaks(ErrorKind::timed_out, Applied::maybe, false, 10s), 1'000'000);
  const ActivationId id = rig.order();
  rig.pass(1min);
  return id;
}

TEST(UpstreamPaymentEvent, RepeatedReorderedOrDelayedNeverDecidesTheTruth) {
  Rig rig;
  const ActivationId id = in_flight(rig);
  for (const char* type : {"charge.refunded", "payment_intent.succeeded", "payment_intent.canceled"})
    for (int i = 0; i < 10; ++i)
      static_cast<void>(rig.payment_event(fmt::format("evt_{}", type), "pi_1", type, kEventSecret));
  rig.pass(1min);
  EXPECT_EQ(rig.at(id).money_state, ota::MoneyState::held) << "the provider was asked and still holds";
  rig.calm_down();
  rig.pass(2h);
  expect_ending(rig, id, kDelivered);
}

TEST(UpstreamPaymentEvent, ThreeDaysLateIsTakenByTheTimeOfItsSignatureAndChangesNothing) {
  Rig rig;
  const ActivationId id = rig.order();
  rig.pass(10min);
  expect_ending(rig, id, kDelivered);
  const std::uint32_t version = rig.at(id).version;
  rig.pass(72h);
  // The provider signs each try anew; a signature of three days ago would be a replay.
  EXPECT_EQ(rig.payment_event("evt_late", "pi_1", "payment_intent.succeeded", kEventSecret), 204);
  EXPECT_EQ(rig.payment_event("evt_late", "pi_1", "payment_intent.succeeded", kEventSecret, 72h), 401);
  rig.pass(1h);
  EXPECT_EQ(rig.at(id).version, version);
  expect_ending(rig, id, kDelivered);
}

TEST(UpstreamPaymentEvent, ThreeDaysLateWhileTheAnswerIsStillUnknownIsAReasonToLookAndCapturesOnce) {
  Rig rig;
  rig.spoil_all("/stripe/", breaks(ErrorKind::timed_out, Applied::maybe));
  const ActivationId id = rig.order();
  rig.pass(72h);
  EXPECT_EQ(rig.at(id).state, ota::State::Active);
  EXPECT_EQ(rig.at(id).money_state, ota::MoneyState::capturing);
  rig.calm_down();
  const std::size_t looks = rig.requests("/stripe/");
  EXPECT_EQ(rig.payment_event("evt_late", "pi_1", "payment_intent.amount_capturable_updated", kEventSecret),
            204);
  rig.pass(10s);
  EXPECT_GT(rig.requests("/stripe/"), looks) << "looked at once";
  rig.pass(49h);
  expect_ending(rig, id, kDelivered);
}

TEST(UpstreamPaymentEvent, MissingForEverIsFoundByLooking) {
  Rig rig;
  rig.world.set_fault(world::FaultKind::stripe_event_lost, 1);
  rig.world.set_fault(world::FaultKind::stripe_lost_after, 1);
  const ActivationId id = rig.order();
  rig.pass(5min);
  rig.world.set_fault(world::FaultKind::stripe_lost_after, 0);
  rig.pass(49h);
  expect_ending(rig, id, kDelivered);
}

TEST(UpstreamPaymentEvent, ForgedReplayedOrSignedWithTheOldSecretIsRefused) {
  Rig rig;
  const ActivationId id = in_flight(rig);
  const std::size_t looks = rig.requests("/stripe/");
  EXPECT_EQ(rig.payment_event("evt_1", "pi_1", "payment_intent.canceled", "whsec_forged"), 401);
  EXPECT_EQ(rig.payment_event("evt_2", "pi_1", "payment_intent.canceled", kEventSecret, 6min), 401);
  rig.event_secrets = {Secret("whsec_new")};
  EXPECT_EQ(rig.payment_event("evt_3", "pi_1", "payment_intent.canceled", kEventSecret), 401);
  rig.pass(10s);
  EXPECT_EQ(rig.requests("/stripe/"), looks) << "not even looked up";
  EXPECT_EQ(rig.at(id).money_state, ota::MoneyState::held);
}

TEST(UpstreamPaymentEvent, OfAnotherAccountsPaymentTouchesNothing) {
  Rig rig;
  const ActivationId id = in_flight(rig);
  const std::uint32_t version = rig.at(id).version;
  static_cast<void>(
      rig.payment_event("evt_1", "pi_of_somebody_else", "payment_intent.canceled", kEventSecret));
  rig.pass(1s);
  EXPECT_EQ(rig.at(id).version, version);
  EXPECT_EQ(rig.at(id).money_state, ota::MoneyState::held);
}

// -- refunds and people
// ---------------------------------------------------------------------------------------

ports::HttpRequest refund_by_hand(int amount) {
  return {.method = "POST",
          .url = "http://world.test/stripe/v1/refunds",
          .headers = {{"Authorization", "Bearer sk_test_contactor"}, {"Idempotency-Key", "by-hand"}},
          .body = fmt::format("payment_intent=pi_1&amount={}", amount)};
}

TEST(UpstreamRefund, PartialByAHumanLeavesTheFeatureOnAndTakesNothingMore) {
  Rig rig;
  const ActivationId id = rig.order();
  rig.pass(10min);
  ASSERT_EQ(rig.world.handle(refund_by_hand(500), rig.time.now()).response.status, 200);
  static_cast<void>(rig.payment_event("evt_r", "pi_1", "charge.refunded", kEventSecret));
  rig.pass(2h);
  expect_ending(rig, id, kDelivered);
  EXPECT_EQ(rig.money(MoneyEffectKind::refund_succeeded), 1U) << "the human's, and none of ours";
  EXPECT_TRUE(rig.feature_on());
  EXPECT_EQ(rig.configures(), 1U);
}

TEST(UpstreamRefund, ADisputeIsAcceptedAndChangesNothingByItself) {
  Rig rig;
  const ActivationId id = rig.order();
  rig.pass(10min);
  const std::uint32_t version = rig.at(id).version;
  EXPECT_EQ(rig.payment_event("evt_d", "pi_1", "charge.dispute.created", kEventSecret), 204);
  rig.pass(1h);
  EXPECT_EQ(rig.at(id).version, version);
  expect_ending(rig, id, kDelivered);
  EXPECT_TRUE(rig.feature_on());
  EXPECT_EQ(rig.money(MoneyEffectKind::refund_created), 0U) << "a charge-back is between bank and shop";
}

TEST(UpstreamRefund, ThatFailsLaterIsMadeAgainUntilTheMoneyIsBack) {
  Rig rig;
  rig.world.set_fault(world::FaultKind::refund_pending, 1);
  rig.world.set_fault(world::FaultKind::refund_fails_later, 1);
  rig.spoil_configure(answers(422, R"({"error":{"code":"vehicle_incompatible","message":""}})"), 1);
  ota::Order order = ota::testing::an_order();
  order.payment.state = ota::PaidAs::captured;
  rig.world.open_payment({.id = "pi_1", .amount = 1290, .captured = true}, rig.time.now());
  const ActivationId id = rig.order(order);
  rig.pass(10min);
  EXPECT_EQ(rig.at(id).state, ota::State::Failed);
  EXPECT_EQ(rig.at(id).money_state, ota::MoneyState::refunding) << "pending is not done";
  rig.pass(5 * 24h);
  rig.world.set_fault(world::FaultKind::refund_pending, 0);
  rig.world.set_fault(world::FaultKind::refund_fails_later, 0);
  rig.pass(10 * 24h);
  EXPECT_EQ(rig.at(id).money_state, ota::MoneyState::refunded);
  EXPECT_EQ(rig.money(MoneyEffectKind::refund_succeeded), 1U);
}

}  // namespace
}  // namespace contactor::upstream
