#include <gtest/gtest.h>

#include "rig.h"

// The payment provider misbehaves: at most one capture, never one without a confirmation, and what is owed
// goes back.

namespace contactor::upstream {
namespace {

using namespace std::chrono_literals;
using world::MoneyEffectKind;

constexpr std::string_view kEventSecret = "whsec_stripe_test";

struct Trouble {
  std::string_view name;
  world::FaultKind fault;
};

class UpstreamPayment : public testing::TestWithParam<Trouble> {};

TEST_P(UpstreamPayment, CapturesOnceWhenItIsOver) {
  Rig rig;
  rig.world.set_fault(GetParam().fault, 1);
  const ActivationId id = rig.order();
  rig.pass(5min);
  EXPECT_EQ(rig.at(id).state, ota::State::Active)
      << "the customer has what was bought whatever the bank does";
  EXPECT_LE(rig.money(MoneyEffectKind::captured), 1U);
  rig.world.set_fault(GetParam().fault, 0);
  rig.pass(49h);
  expect_ending(rig, id, kDelivered);
}

TEST_P(UpstreamPayment, ReleasesOnceWhenItIsOver) {
  Rig rig;
  rig.world.set_fault(GetParam().fault, 1);
  rig.spoil_configure(answers(422, R"({"error":{"code":"vehicle_incompatible","message":""}})"), 1);
  const ActivationId id = rig.order();
  rig.pass(5min);
  EXPECT_EQ(rig.money(MoneyEffectKind::captured), 0U);
  rig.world.set_fault(GetParam().fault, 0);
  rig.pass(49h);
  expect_ending(rig, id, kNotDelivered);
  EXPECT_EQ(rig.money(MoneyEffectKind::voided), 1U);
}

INSTANTIATE_TEST_SUITE_P(All, UpstreamPayment,
                         testing::Values(Trouble{"F60TimeoutWithEffect", world::FaultKind::stripe_lost_after},
                                         Trouble{"F60TimeoutWithoutEffect",
                                                 world::FaultKind::stripe_lost_before},
                                         Trouble{"F60Hang", world::FaultKind::stripe_hang},
                                         Trouble{"F60Conflict", world::FaultKind::stripe_conflict},
                                         Trouble{"F60Stored500", world::FaultKind::stripe_stored_500},
                                         Trouble{"F60TooMany", world::FaultKind::stripe_rate_limited},
                                         Trouble{"F60Html", world::FaultKind::stripe_html_error}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(UpstreamPaymentKey, PrunedWhileTheAnswerWasLostIsLookedUpAndNotRepeated) {
  Rig rig;
  rig.wire.spoil = [&rig](const auto& request) -> std::optional<Mishap> {
    if (request.url.find("/stripe/") == std::string::npos) return std::nullopt;
    const bool first = request.url.ends_with("/capture") && rig.money(MoneyEffectKind::captured) == 0;
    return breaks(ErrorKind::timed_out, Applied::maybe, first);
  };
  const ActivationId id = rig.order();
  rig.pass(26h);  // the provider has forgotten the key by now
  const std::size_t captures = rig.requests("/capture");
  rig.calm_down();
  rig.pass(26h);
  expect_ending(rig, id, kDelivered);
  EXPECT_EQ(rig.requests("/capture"), captures) << "looked up first";
}

TEST(UpstreamPaymentHold, ExpiredBeforeTheCaptureIsWrittenOffAndNotTakenAgain) {
  Rig rig;
  rig.spoil_all("/capture", breaks(ErrorKind::unavailable, Applied::no));
  const ActivationId id = rig.order();
  rig.pass(8 * 24h);
  EXPECT_EQ(rig.money(MoneyEffectKind::hold_expired), 1U);
  rig.calm_down();
  rig.pass(49h);
  expect_ending(rig, id, {ota::State::Active, ota::MoneyState::written_off, 0});
}

TEST(UpstreamPaymentHold, VoidedByAHumanBeforeTheCaptureIsWrittenOff) {
  Rig rig;
  rig.spoil_configure(breaks(ErrorKind::timed_out, Applied::maybe, false, 10s), 1);
  const ActivationId id = rig.order();
  rig.pass(1min);
  const auto reply = rig.world.handle(
      {.method = "POST",
       .url = "http://world.test/stripe/v1/payment_intents/pi_1/cancel",
       .headers = {{"Authorization", "Bearer sk_test_contactor"}, {"Idempotency-Key", "by-hand"}},
       .body = ""},
      rig.time.now());
  ASSERT_EQ(reply.response.status, 200);
  rig.pass(2h);
  EXPECT_EQ(rig.money(MoneyEffectKind::captured), 0U);
  EXPECT_TRUE(ota::is_final(rig.at(id).state));
  EXPECT_TRUE(ota::is_settled(rig.at(id).state, rig.at(id).money_state));
}

TEST(UpstreamPaymentHold, SmallerThanThePriceIsNeverCapturedAboveWhatIsHeld) {
  Rig rig;
  rig.world.open_payment({.id = "pi_1", .amount = 500}, rig.time.now());
  const ActivationId id = rig.order();
  rig.pass(49h);
  EXPECT_EQ(rig.at(id).state, ota::State::Active);
  for (const auto& effect : rig.world.logs().money)
    if (effect.kind == MoneyEffectKind::captured) {
      EXPECT_LE(effect.amount, 500);
    }
}

// -- events
// ------------------------------------------------------------------------------------------------------------

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
// ------------------------------------------------------------------------------------------------

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
  EXPECT_EQ(rig.at(id).state, ota::State::Active);
  EXPECT_EQ(rig.money(MoneyEffectKind::captured), 1U);
  EXPECT_TRUE(rig.feature_on());
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
