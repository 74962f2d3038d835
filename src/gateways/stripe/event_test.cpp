#include "gateways/stripe/event.h"

#include <gtest/gtest.h>

#include <array>

#include "crypto/webhook_signature.h"

namespace contactor::gateways::stripe {
namespace {

const std::array kSecrets{Secret("whsec_test")};
const Instant kNow = Instant::from_millis(1'800'000'000'000);

Result<Event> read_signed(const std::string& body) {
  return read_event(*crypto::sign_stripe(1'800'000'000, body, kSecrets[0]), body, kSecrets, kNow);
}

std::string an_event(std::string_view type, std::string_view object) {
  return fmt::format(R"({{"id":"evt_1","type":"{}","created":1799999999,"data":{{"object":{}}}}})", type,
                     object);
}

TEST(StripeEvent, NamesThePaymentOfEveryKnownType) {
  for (const auto& [name, type] : std::map<std::string, Event::Type>{
           {"payment_intent.succeeded", Event::Type::payment_succeeded},
           {"payment_intent.canceled", Event::Type::payment_canceled},
           {"payment_intent.amount_capturable_updated", Event::Type::payment_capturable}}) {
    const auto event = read_signed(an_event(name, R"({"id":"pi_1"})"));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->type, type);
    EXPECT_EQ(event->transaction_id, "pi_1");
    EXPECT_EQ(event->at, Instant::from_millis(1'799'999'999'000));
  }
  EXPECT_EQ(
      read_signed(an_event("charge.refunded", R"({"id":"ch_1","payment_intent":"pi_2"})"))->transaction_id,
      "pi_2");
  EXPECT_EQ(read_signed(an_event("refund.failed", R"({"id":"re_1","payment_intent":{"id":"pi_3"}})"))
                ->transaction_id,
            "pi_3");
  EXPECT_EQ(read_signed(an_event("refund.failed", R"({"payment_intent":"pi_3"})"))->type,
            Event::Type::refund_failed);
  EXPECT_EQ(read_signed(an_event("charge.refund.updated", R"({"payment_intent":"pi_3"})"))->type,
            Event::Type::refund_updated);
}

TEST(StripeEvent, AcceptsAndIgnoresTheRest) {
  EXPECT_EQ(read_signed(an_event("invoice.paid", R"({"id":"in_1"})"))->type, Event::Type::ignored);
  EXPECT_EQ(read_signed(an_event("charge.refunded", R"({"payment_intent":null})"))->type,
            Event::Type::ignored);
}

TEST(StripeEvent, RefusesForgedOnesBeforeReading) {
  const std::string body = an_event("payment_intent.succeeded", R"({"id":"pi_1"})");
  EXPECT_EQ(read_event("t=1800000000,v1=" + std::string(64, 'a'), body, kSecrets, kNow).error().kind,
            ErrorKind::unauthorized);
  EXPECT_EQ(read_event("", body, kSecrets, kNow).error().kind, ErrorKind::unauthorized);
}

TEST(StripeEvent, RefusesAuthenticNonsense) {
  for (const char* body :
       {"", "{", "[]", "{}", R"({"id":"","type":"x","created":1})", R"({"id":"e","type":"x"})",
        R"({"id":"e","type":"x","created":-1})", R"({"id":"e","type":"x","created":99999999999999})"})
    EXPECT_EQ(read_signed(body).error().kind, ErrorKind::invalid) << body;
}

}  // namespace
}  // namespace contactor::gateways::stripe
