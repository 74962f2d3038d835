#include "crypto/webhook_signature.h"
#include "world/testing.h"

namespace contactor::world {
namespace {

using std::chrono::minutes;
using ::testing::HasSubstr;

/// Everything a rough world says to a fixed script, as one text.
std::string story(std::uint64_t seed) {
  Client client(rough(seed), seed);
  std::string out;
  for (int i = 0; i < 200; ++i) {
    client.vin = fmt::format("WVWZZZ1JZXW0000{:02}", i % 20);
    if (i % 10 == 0) client.sign_in();
    const Reply sent = client.configure(fmt::format("c{}", i));
    client.world.open_payment({.id = fmt::format("pi_{}", i), .amount = 100 + i}, client.now);
    const Reply paid =
        client.stripe("POST", fmt::format("payment_intents/pi_{}/capture", i), "", fmt::format("k{}", i));
    out += fmt::format("{} {} {} {}\n", sent.response.status, sent.response.body.substr(0, 200),
                       paid.response.body, (sent.at - client.now).count());
    client.pass(minutes(1));
  }
  for (const Outgoing& outgoing : client.received) out += outgoing.request.body + "\n";
  return out;
}

/// What `/_sim/log` says of one cloud.
json::object logged_cloud(Client& client, std::string_view cloud) {
  const auto log = json::parse(client.call("GET", "/_sim/log").response.body);
  for (const auto& line : log->at("clouds").as_array())
    if (line.at("cloud").as_string() == cloud) return line.as_object();
  return {};
}

TEST(World, IsTheSameForTheSameSeedAndAnotherForAnother) {
  EXPECT_EQ(story(7), story(7));
  EXPECT_NE(story(7), story(8));
}

TEST(World, StaysWithinItsInvariantsUnderEveryRoughSeed) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Client client(rough(seed), seed);
    client.sign_in();
    for (int i = 0; i < 60; ++i) {
      client.configure(fmt::format("c{}", i), i % 2 == 0 ? "enable" : "disable", i + 1);
      client.pass(minutes(2));
    }
    std::uint64_t newest = 0;
    for (const FeatureChange& change : client.world.logs().feature_changes) {
      EXPECT_GE(change.generation, newest) << "seed " << seed;
      newest = change.generation;
    }
  }
}

TEST(World, HealsIntoOneThatWorks) {
  Client client(rough(3), 3);
  client.world.heal(client.now);
  client.mood(Mood::online);
  EXPECT_EQ(client.sign_in().response.status, 200);
  client.configure("c1");
  client.pass(minutes(1));
  EXPECT_TRUE(client.active());
}

TEST(Control, ShowsHowOftenAndWhenEachCloudWasCalled) {
  Client client;
  client.call("POST", "/stellantis/api/auth/login", "{}");
  const auto stellantis = [&] { return logged_cloud(client, "stellantis"); };
  EXPECT_EQ(stellantis().at("calls"), 1);
  const Instant first = client.now;
  client.pass(minutes(1));
  client.call("GET", "/stellantis/connected-fleet/api/contracts");
  EXPECT_EQ(stellantis().at("calls"), 2);
  EXPECT_EQ(stellantis().at("first_ms"), first.millis());
  EXPECT_EQ(stellantis().at("last_ms"), client.now.millis());
  EXPECT_EQ(logged_cloud(client, "kia").at("calls"), 0);
}

TEST(Control, PinsMoodsSetsFaultsAndShowsTheLog) {
  Client client;
  EXPECT_EQ(client.call("POST", "/_sim/vehicles/WVWZZZ1JZXW000001", R"({"mood":"gone"})").response.status,
            200);
  EXPECT_EQ(client.call("POST", "/_sim/vehicles/WVWZZZ1JZXW000001", R"({"mood":"sad"})").response.status,
            400);
  EXPECT_EQ(client.call("POST", "/_sim/faults", R"({"iot_hang":1})").response.status, 200);
  EXPECT_EQ(client.call("POST", "/_sim/faults", R"({"no_such":1})").response.status, 400);
  EXPECT_EQ(client.configure("c1").fate, Fate::hang);
  EXPECT_EQ(client.call("POST", "/_sim/heal").response.status, 200);
  EXPECT_EQ(client.call("POST", "/_sim/payment_intents", R"({"id":"pi_9","amount":5,"currency":"EUR"})")
                .response.status,
            200);
  EXPECT_EQ(client.stripe("GET", "payment_intents/pi_9").response.status, 200);
  EXPECT_EQ(client.call("POST", "/_sim/iot/revoke-secret").response.status, 200);
  EXPECT_EQ(client.sign_in().response.status, 401);
  const auto log = client.call("GET", "/_sim/log").response.body;
  EXPECT_TRUE(json::parse(log));
  EXPECT_THAT(log, HasSubstr("iot_hang"));
  EXPECT_EQ(client.call("GET", "/nowhere").response.status, 404);
}

TEST(Control, TakesCloudsDownAndPinsTheirVehicles) {
  Client client;
  const std::string vehicle = "/_sim/clouds/bmw/vehicles/WBA8E9G50GNT00001";
  const auto is_up = [&] { return client.call("POST", "/bmw-auth").response.status != 503; };
  EXPECT_TRUE(is_up());
  EXPECT_EQ(client.call("POST", "/_sim/clouds/bmw", R"({"outage":"refuses"})").response.status, 200);
  EXPECT_FALSE(is_up());
  EXPECT_EQ(client.call("POST", "/_sim/clouds/bmw", R"({"outage":"none"})").response.status, 200);
  EXPECT_TRUE(is_up());
  EXPECT_EQ(client.call("POST", vehicle, R"({"temper":"refused"})").response.status, 200);
  EXPECT_EQ(client.call("POST", vehicle, R"({"active":true})").response.status, 200);
  EXPECT_EQ(client.call("GET", vehicle).response.body, R"({"active":true})");
  EXPECT_TRUE(json::parse(client.call("GET", "/_sim/clouds").response.body));
  const auto consent = client.call("POST", "/_sim/clouds/tesla/consents", R"({"vin":"5YJ3E7EB0NF000001"})");
  EXPECT_THAT(consent.response.body, HasSubstr("code"));
}

TEST(Control, RefusesWhatNoCloudKnows) {
  Client client;
  const auto post = [&](const char* path, const char* body) {
    return client.call("POST", std::string("/_sim/clouds/") + path, body).response.status;
  };
  EXPECT_EQ(post("lada", "{}"), 404);
  EXPECT_EQ(post("bmw", R"({"outage":"often"})"), 400);
  EXPECT_EQ(post("bmw/vehicles/short", R"({"temper":"slow"})"), 400);
  EXPECT_EQ(post("bmw/vehicles/WBA8E9G50GNT00001", R"({"temper":"sad"})"), 400);
  EXPECT_EQ(post("bmw/consents", R"({"vin":"WBA8E9G50GNT00001"})"), 404);
  EXPECT_EQ(post("bmw/nothing", "{}"), 404);
  EXPECT_EQ(client.call("DELETE", "/_sim/clouds/bmw").response.status, 405);
}

TEST(Mailbox, KeepsWhatItTakes) {
  Client client;
  const std::string raw = "Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\nMessage-ID: <a@b>\r\n\r\nHello\r\n";
  EXPECT_EQ(client.world.deliver_mail("a@x.test", "b@y.test", raw, client.now).first, 250);
  ASSERT_EQ(client.world.logs().mails.size(), 1U);
  EXPECT_EQ(client.world.logs().mails[0].subject,
            "Gr\xc3\xbc\xc3\x9f"
            "e");
  EXPECT_EQ(client.world.logs().mails[0].message_id, "<a@b>");
  client.world.set_fault(FaultKind::mail_dropped_after_data, 1);
  EXPECT_EQ(client.world.deliver_mail("a@x.test", "b@y.test", raw, client.now).first, 0);
  EXPECT_EQ(client.world.logs().mails.size(), 2U);
  client.world.set_fault(FaultKind::mail_greylisted, 1);
  EXPECT_EQ(client.world.deliver_mail("a@x.test", "b@y.test", raw, client.now).first, 451);
  EXPECT_EQ(client.world.logs().mails.size(), 2U);
}

TEST(PushService, SignsInAndTakesMessages) {
  Client client;
  const auto token =
      client.call("POST", "/fcm-auth/token",
                  "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a.b.c");
  EXPECT_EQ(token.response.status, 200);
  const auto send = [&](std::string device, std::string bearer) {
    return client
        .call("POST", "/fcm/v1/projects/p/messages:send",
              fmt::format(R"({{"message":{{"token":"{}","notification":{{"title":"t","body":"b"}}}}}})",
                          device),
              {{"Authorization", "Bearer " + bearer}})
        .response.status;
  };
  EXPECT_EQ(send("d1", "ya29.simulated"), 200);
  EXPECT_EQ(send("gone-1", "ya29.simulated"), 404);
  EXPECT_EQ(send("d1", "wrong"), 401);
  EXPECT_EQ(client.world.logs().pushes.size(), 1U);
}

TEST(Shop, ActsOnceForEachWebhookAndChecksTheSignature) {
  Client client;
  const std::string body = R"({"type":"payment.capture_due","data":{"transaction_id":"tx1","amount":5}})";
  const std::int64_t at = client.now.millis() / 1000;
  const auto signature = crypto::sign_webhook({"msg_1", at, body}, Secret(calm().shop_secret));
  const std::vector<ports::HttpHeader> headers{
      {"webhook-id", "msg_1"}, {"webhook-timestamp", std::to_string(at)}, {"webhook-signature", *signature}};
  EXPECT_EQ(client.call("POST", "/shop", body, headers).response.status, 204);
  EXPECT_EQ(client.call("POST", "/shop", body, headers).response.status, 204);
  EXPECT_EQ(client.call("POST", "/shop", body + " ", headers).response.status, 401);
  ASSERT_EQ(client.world.logs().shop_notices.size(), 2U);
  EXPECT_TRUE(client.world.logs().shop_notices[0].first);
  EXPECT_FALSE(client.world.logs().shop_notices[1].first);
  EXPECT_EQ(client.world.logs().shop_notices[0].transaction_id, "tx1");
}

TEST(FaultPlan, DrawsAboutAQuarterOfTheKindsAndKnowsTheirNames) {
  std::size_t active = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    for (std::size_t i = 0; i < fault_kinds; ++i)
      if (FaultPlan::drawn(seed).rate(static_cast<FaultKind>(i)) > 0) ++active;
  EXPECT_NEAR(static_cast<double>(active) / (100.0 * fault_kinds), 0.25, 0.03);
  EXPECT_EQ(parse_fault("iot_hang"), FaultKind::iot_hang);
  EXPECT_FALSE(parse_fault("nothing"));
}

}  // namespace
}  // namespace contactor::world
