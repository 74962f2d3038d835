#include "crypto/webhook_signature.h"
#include "world/route.h"
#include "world/testing.h"

namespace contactor::world {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;

std::size_t effects(const Client& client, MoneyEffectKind kind) {
  return static_cast<std::size_t>(std::ranges::count(client.world.logs().money, kind, &MoneyEffect::kind));
}

/// A client of a world with a hold of 1290 on `pi_1`.
class StripeModel : public ::testing::Test {
 protected:
  StripeModel() { client.world.open_payment({.id = "pi_1", .amount = 1290}, client.now); }
  Reply capture(std::string key = "k") {
    return client.stripe("POST", "payment_intents/pi_1/capture", "", std::move(key));
  }
  Reply refund(std::string more = "", std::string key = "r") {
    return client.stripe("POST", "refunds", "payment_intent=pi_1" + more, std::move(key));
  }
  Client client;
};

TEST_F(StripeModel, CapturesAHoldOnceUnderOneKey) {
  const auto first = capture().response;
  EXPECT_EQ(first.status, 200);
  EXPECT_THAT(first.body, HasSubstr(R"("amount_received":1290)"));
  client.pass(Millis(500));
  const auto again = capture().response;
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("idempotent-replayed"), "true");
  EXPECT_EQ(effects(client, MoneyEffectKind::captured), 1U);
}

TEST_F(StripeModel, RefusesAKeyThatRunsOrWasUsedForSomethingElse) {
  capture();
  EXPECT_EQ(capture().response.status, 409);
  client.pass(Millis(500));
  const auto other = client.stripe("POST", "payment_intents/pi_1/cancel", "", "k").response;
  EXPECT_EQ(other.status, 400);
  EXPECT_THAT(other.body, HasSubstr("idempotency_error"));
}

TEST_F(StripeModel, PrunesKeysAfterADay) {
  capture();
  client.pass(hours(24));
  EXPECT_THAT(capture().response.body, HasSubstr("payment_intent_unexpected_state"));
}

TEST_F(StripeModel, RefusesWhatTheStateForbidsAndShowsThePayment) {
  EXPECT_EQ(client.stripe("POST", "payment_intents/pi_1/cancel", "", "v").response.status, 200);
  const auto late = capture().response;
  EXPECT_EQ(late.status, 400);
  EXPECT_THAT(late.body, HasSubstr("payment_intent_unexpected_state"));
  EXPECT_THAT(late.body, HasSubstr(R"("status":"canceled")"));
  EXPECT_EQ(refund().response.status, 400);
  EXPECT_EQ(client.stripe("GET", "payment_intents/pi_2").response.status, 404);
}

TEST_F(StripeModel, NeverRefundsMoreThanWasCaptured) {
  capture();
  EXPECT_EQ(refund("&amount=1291", "a").response.status, 400);
  EXPECT_EQ(refund("&amount=1000", "b").response.status, 200);
  EXPECT_EQ(refund("", "c").response.status, 200);
  EXPECT_THAT(refund("", "d").response.body, HasSubstr("charge_already_refunded"));
  const auto shown = client.stripe("GET", "payment_intents/pi_1?expand[]=latest_charge").response.body;
  EXPECT_THAT(shown, HasSubstr(R"("amount_refunded":1290)"));
  EXPECT_TRUE(json::parse(shown));
  EXPECT_TRUE(json::parse(client.stripe("GET", "refunds?payment_intent=pi_1").response.body));
}

TEST_F(StripeModel, RefundsMayFailLater) {
  capture();
  client.world.set_fault(FaultKind::refund_fails_later, 1);
  EXPECT_THAT(refund().response.body, HasSubstr(R"("status":"pending")"));
  client.pass(hours(49));
  EXPECT_EQ(effects(client, MoneyEffectKind::refund_failed), 1U);
  client.world.heal(client.now);
  EXPECT_THAT(refund("", "again").response.body, HasSubstr(R"("status":"succeeded")"));
}

TEST_F(StripeModel, HoldsExpireAfterSevenDays) {
  client.pass(hours(7 * 24));
  EXPECT_EQ(effects(client, MoneyEffectKind::hold_expired), 1U);
  EXPECT_EQ(capture().response.status, 400);
}

TEST_F(StripeModel, KeepsA500UnderItsKeyWithOrWithoutEffect) {
  client.world.set_fault(FaultKind::stripe_stored_500, 1);
  EXPECT_EQ(capture().response.status, 500);
  client.world.heal(client.now);
  client.pass(Millis(500));
  EXPECT_EQ(capture().response.status, 500);
  EXPECT_LE(effects(client, MoneyEffectKind::captured), 1U);
}

TEST_F(StripeModel, ActsBeforeItsAnswerIsLost) {
  client.world.set_fault(FaultKind::stripe_lost_after, 1);
  EXPECT_EQ(capture().fate, Fate::lost_after);
  client.world.heal(client.now);
  client.pass(Millis(500));
  EXPECT_EQ(capture().response.status, 200);
  EXPECT_EQ(effects(client, MoneyEffectKind::captured), 1U);
}

TEST_F(StripeModel, CreatesHoldsOnTheFlyAndNeedsTheKey) {
  const auto made =
      client.stripe("POST", "payment_intents", "amount=500&currency=eur&capture_method=manual", "n").response;
  EXPECT_THAT(made.body, HasSubstr("requires_capture"));
  EXPECT_EQ(client.call("GET", "/stripe/v1/payment_intents/pi_1").response.status, 401);
}

TEST(StripeEvents, AreSignedAndTellWhatHappened) {
  WorldParams params = calm();
  params.stripe_event_url = "https://us.test/stripe";
  Client client(params);
  client.world.open_payment({.id = "pi_1", .amount = 1290}, client.now);
  client.stripe("POST", "payment_intents/pi_1/capture", "", "k");
  client.pass(std::chrono::seconds(10));
  ASSERT_EQ(client.received.size(), 2U);
  const std::array secrets{Secret(params.stripe_webhook_secret)};
  for (const Outgoing& event : client.received) {
    EXPECT_TRUE(crypto::verify_stripe(header_of(event.request, "stripe-signature"), event.request.body,
                                      secrets, event.at));
    EXPECT_TRUE(json::parse(event.request.body));
  }
}

}  // namespace
}  // namespace contactor::world
