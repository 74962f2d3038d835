#include "gateways/shop/gateway.h"

#include <gtest/gtest.h>

#include <array>

#include "crypto/webhook_signature.h"
#include "gateways/testing/scripted_transport.h"

namespace contactor::gateways::shop {
namespace {

using ports::MoneyPurpose;
using testing::answer;

const std::array kSecrets{Secret("whsec_c2hvcA==")};

struct World {
  explicit World(std::vector<testing::Step> script) : own(std::move(script)), transport(own) {}
  explicit World(testing::ScriptedTransport& other) : transport(other) {}

  testing::ScriptedTransport own;
  testing::ScriptedTransport& transport;
  testing::ManualTimekeeper time;
  Gateway gateway{{.transport = transport,
                   .timekeeper = time,
                   .url = "https://shop.example/hook",
                   .signing_secret = kSecrets[0]}};

  Status move(MoneyPurpose purpose = MoneyPurpose::capture, std::string key = "act_1:capture:1") {
    std::vector<Status> answers;
    gateway.move({.purpose = purpose,
                  .transaction_id = "tx_1",
                  .idempotency_key = std::move(key),
                  .reference = "act_1",
                  .amount = {.minor_units = 1290, .currency = *Currency::parse("EUR")}},
                 time.now() + std::chrono::seconds(20),
                 [&](Status got) { answers.push_back(std::move(got)); });
    transport.run();
    EXPECT_EQ(answers.size(), 1U);
    return answers.at(0);
  }
};

std::string_view header(const ports::HttpRequest& request, std::string_view name) {
  for (const auto& found : request.headers)
    if (found.name == name) return found.value;
  return {};
}

TEST(ShopGateway, TellsTheShopUnderASignature) {
  World world({{"POST", "https://shop.example/hook", answer(204)}});
  EXPECT_TRUE(world.move());
  const auto& request = world.transport.last();
  EXPECT_EQ(
      request.body,
      R"({"type":"payment.capture_due","timestamp":"2027-01-15T08:00:00.000Z","data":{"activation_id":"act_1",)"
      R"("transaction_id":"tx_1","purpose":"capture","amount":1290,"currency":"EUR",)"
      R"("idempotency_key":"act_1:capture:1"}})");
  EXPECT_TRUE(crypto::verify_webhook({.id = header(request, "webhook-id"),
                                      .timestamp = header(request, "webhook-timestamp"),
                                      .signature = header(request, "webhook-signature")},
                                     request.body, kSecrets, world.time.now()));
}

TEST(ShopGateway, ReleaseAndRefundAreReversals) {
  for (const MoneyPurpose purpose : {MoneyPurpose::release, MoneyPurpose::refund}) {
    World world({{"POST", "/hook", answer(200)}});
    EXPECT_TRUE(world.move(purpose));
    EXPECT_NE(world.transport.last().body.find("payment.reversal_due"), std::string::npos);
  }
}

TEST(ShopGateway, RepeatsCarryTheSameIdAndOthersAnother) {
  World world(
      {{"POST", "/hook", answer(500)}, {"POST", "/hook", answer(200)}, {"POST", "/hook", answer(200)}});
  EXPECT_FALSE(world.move());
  world.time.advance(std::chrono::hours(2));
  EXPECT_TRUE(world.move());
  EXPECT_TRUE(world.move(MoneyPurpose::refund, "act_1:refund:1"));
  const auto& sent = world.transport.sent();
  EXPECT_EQ(header(sent[0], "webhook-id"), header(sent[1], "webhook-id"));
  EXPECT_NE(header(sent[0], "webhook-id"), header(sent[2], "webhook-id"));
  EXPECT_NE(header(sent[0], "webhook-timestamp"), header(sent[1], "webhook-timestamp"));
}

TEST(ShopGateway, OnlyATwoHundredIsAnAcknowledgement) {
  for (int status = 100; status <= 599; ++status)
    EXPECT_EQ(World({{"POST", "/hook", answer(status)}}).move().has_value(), status >= 200 && status <= 299)
        << status;
  const auto kind = [](int status) { return World({{"POST", "/hook", answer(status)}}).move().error().kind; };
  EXPECT_EQ(kind(400), ErrorKind::invalid);
  EXPECT_EQ(kind(401), ErrorKind::unauthorized);
  EXPECT_EQ(kind(404), ErrorKind::unavailable);
  EXPECT_EQ(kind(409), ErrorKind::conflict);
  EXPECT_EQ(kind(429), ErrorKind::rate_limited);
}

TEST(ShopGateway, ALostAcknowledgementIsMaybe) {
  const auto lost = World({{"POST", "/hook", fail(testing::lost_answer())}}).move();
  EXPECT_EQ(lost.error().applied, Applied::maybe);
  const auto refused = World({{"POST", "/hook", fail(testing::refused_connection())}}).move();
  EXPECT_EQ(refused.error().applied, Applied::no);
}

TEST(ShopGateway, CannotLookUp) {
  World world({});
  bool answered = false;
  world.gateway.look_up("tx_1", world.time.now(),
                        [&](auto facts) { answered = !facts && facts.error().kind == ErrorKind::invalid; });
  EXPECT_TRUE(answered);
  EXPECT_EQ(world.move(MoneyPurpose::capture, "").error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace contactor::gateways::shop
