#include "crypto/webhook_signature.h"
#include "world/route.h"
#include "world/testing.h"

namespace contactor::world {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(IotSignIn, TokensEndWithTheirLifetimeAndWithTheSecret) {
  Client client;
  EXPECT_EQ(client.iot("GET", client.vin + "/health").response.status, 200);
  client.pass(std::chrono::hours(1));
  EXPECT_EQ(client.iot("GET", client.vin + "/health").response.status, 401);
  EXPECT_EQ(client.sign_in().response.status, 200);
  EXPECT_EQ(client.iot("GET", client.vin + "/health").response.status, 200);
  client.world.revoke_iot_secret();
  EXPECT_EQ(client.iot("GET", client.vin + "/health").response.status, 401);
  EXPECT_EQ(client.sign_in().response.status, 401);
  client.world.heal(client.now);
  EXPECT_EQ(client.sign_in().response.status, 200);
}

TEST(IotSignIn, RefusesWrongSecretAndGrant) {
  Client client;
  EXPECT_EQ(client.call("POST", "/iot-auth/token", "grant_type=client_credentials").response.status, 401);
  EXPECT_EQ(client
                .call("POST", "/iot-auth/token", "grant_type=password",
                      {{"authorization", "Basic Y29udGFjdG9yOmlvdC1zZWNyZXQ="}})
                .response.status,
            400);
}

TEST(IotConfigure, IsAcceptedAppliedAndCalledBackWithASignature) {
  Client client;
  const Reply reply = client.configure("c1");
  EXPECT_EQ(reply.response.status, 202);
  EXPECT_EQ(reply.response.body, R"({"commandId":"c1","status":"accepted"})");
  EXPECT_FALSE(client.active());
  client.pass(seconds(5));
  EXPECT_TRUE(client.active());
  EXPECT_THAT(client.status("c1"), HasSubstr(R"("heat":{"state":"active","generation":1})"));
  EXPECT_THAT(client.status("c1"), HasSubstr(R"("status":"applied")"));
  ASSERT_EQ(client.received.size(), 1U);
  const auto& callback = client.received[0].request;
  EXPECT_THAT(callback.body, HasSubstr(R"("commandId":"c1")"));
  const std::array secrets{Secret(calm().iot_callback_secret)};
  const crypto::WebhookHeaders headers{header_of(callback, "webhook-id"),
                                       header_of(callback, "webhook-timestamp"),
                                       header_of(callback, "webhook-signature")};
  EXPECT_TRUE(crypto::verify_webhook(headers, callback.body, secrets, client.received[0].at));
  ASSERT_EQ(client.world.logs().feature_changes.size(), 1U);
  EXPECT_EQ(client.world.logs().feature_changes[0].command_id, "c1");
}

TEST(IotConfigure, EveryAnswerIsJson) {
  Client client;
  client.configure("c1");
  for (const std::string path : {"/status?commandId=c1", "/status", "/health", "/history"})
    EXPECT_TRUE(json::parse(client.iot("GET", client.vin + path).response.body)) << path;
  client.pass(minutes(10));
  for (const std::string path : {"/status?commandId=c1", "/health", "/history"})
    EXPECT_TRUE(json::parse(client.iot("GET", client.vin + path).response.body)) << path;
}

TEST(IotConfigure, MayAnswerAtOnceWithTheCarsConfirmation) {
  WorldParams params = calm();
  params.fast_share = 1;
  Client client(params);
  const Reply reply = client.configure("c1");
  EXPECT_EQ(reply.response.status, 200);
  EXPECT_THAT(reply.response.body, HasSubstr(R"("confirmed":true)"));
  EXPECT_TRUE(client.active());
}

TEST(IotConfigure, RepeatedIdIsOneCommandAndAnotherPayloadAConflict) {
  Client client;
  const auto first = client.configure("c1").response;
  client.pass(seconds(5));
  EXPECT_EQ(client.configure("c1").response.body, first.body);
  EXPECT_EQ(client.configure("c1", "disable").response.status, 409);
  client.pass(seconds(5));
  EXPECT_EQ(client.world.logs().feature_changes.size(), 1U);
  EXPECT_EQ(client.world.logs().arrivals[1].outcome, ArrivalOutcome::repeated);
  EXPECT_EQ(client.world.logs().arrivals[2].outcome, ArrivalOutcome::conflicting);
}

TEST(IotConfigure, TakesTenInAnySlidingHourAndSaysWhenAgain) {
  Client client;
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(client.configure(fmt::format("c{}", i)).response.status, 202);
    client.pass(minutes(1));
  }
  EXPECT_EQ(client.configure("c0").response.status, 202) << "a repeat is not a new command";
  const auto refused = client.configure("c10").response;
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "3000");
  client.sign_in();
  client.pass(seconds(2999));
  EXPECT_EQ(client.configure("c10").response.status, 429);
  client.pass(seconds(1));
  client.sign_in();
  EXPECT_EQ(client.configure("c10").response.status, 202);
  EXPECT_EQ(client.configure("c11").response.status, 429);
}

TEST(IotConfigure, RefusesWhatIsNotAsDocumented) {
  Client client;
  for (const char* body :
       {"", "[]", "{}", R"({"commandId":"a"})",
        R"({"commandId":"a","serviceId":"s","action":"on","configuration":{},"generation":1})",
        R"({"commandId":"a","serviceId":"s","action":"enable","configuration":[],"generation":1})",
        R"({"commandId":"a","serviceId":"s","action":"enable","configuration":{},"generation":-1})"}) {
    const auto response = client.iot("POST", client.vin + "/configure", body).response;
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_THAT(response.body, HasSubstr("invalid_configuration"));
  }
  EXPECT_EQ(client.configure("late", "enable", 1, R"(,"expiresAt":"2020-01-01T00:00:00Z")").response.status,
            400);
}

TEST(Cars, ObeyNoOlderGeneration) {
  Client client;
  client.configure("off", "disable", 5);
  client.pass(seconds(10));
  client.configure("old", "enable", 4);
  client.pass(seconds(10));
  EXPECT_FALSE(client.active());
  EXPECT_THAT(client.status("old"), HasSubstr("rejected"));
}

TEST(Cars, AsleepWakesForACommandAndNotForPolling) {
  Client client;
  client.mood(Mood::asleep);
  client.pass(minutes(30));
  EXPECT_THAT(client.iot("GET", client.vin + "/health").response.body, HasSubstr(R"("reachable":false)"));
  client.configure("c1");
  client.pass(minutes(21));
  EXPECT_TRUE(client.active());
  EXPECT_THAT(client.status("c1"), HasSubstr("applied"));
}

TEST(Cars, GoneTimesOutAfterFiveMinutesAndIsTold) {
  Client client;
  client.mood(Mood::gone);
  client.configure("c1");
  client.pass(seconds(299));
  EXPECT_THAT(client.status("c1"), HasSubstr(R"("status":"accepted")"));
  client.pass(seconds(2));
  EXPECT_THAT(client.status("c1"), HasSubstr(R"("status":"timed_out")"));
  ASSERT_EQ(client.received.size(), 1U);
  EXPECT_THAT(client.received[0].request.body, HasSubstr("timed_out"));
  client.world.heal(client.now);
  EXPECT_EQ(client.world.mood_of(*Vin::parse(client.vin)), Mood::gone);
}

TEST(Cars, ExpiredCommandIsNeverObeyed) {
  Client client;
  client.mood(Mood::asleep);
  client.configure("c1", "enable", 1,
                   fmt::format(R"(,"expiresAt":"{}")", to_rfc3339(client.now + seconds(30))));
  client.pass(minutes(40));
  EXPECT_FALSE(client.active());
  EXPECT_THAT(client.status("c1"), HasSubstr("timed_out"));
}

TEST(Cars, SlowOnesSometimesConfirmAfterTheTimeout) {
  int late = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Client client(calm(), seed);
    client.mood(Mood::slow);
    client.configure("c1");
    client.pass(seconds(310));
    EXPECT_TRUE(client.active());
    EXPECT_THAT(client.status("c1"), HasSubstr(R"("status":"applied")"));
    if (client.received.size() == 2) {
      EXPECT_THAT(client.received[0].request.body, HasSubstr("timed_out"));
      EXPECT_THAT(client.received[1].request.body, HasSubstr("applied"));
      ++late;
    }
  }
  EXPECT_GT(late, 5);
  EXPECT_LT(late, 55);
}

TEST(Cars, FlakyDropsSomeAndThenWorks) {
  Client client;
  client.mood(Mood::flaky);
  int sent = 0;
  while (!client.active() && sent < 10) {
    client.configure(fmt::format("c{}", ++sent));
    client.pass(seconds(301));
  }
  EXPECT_GT(sent, 1);
  EXPECT_LE(sent, 5);
}

TEST(Cars, FailingRejectsForEver) {
  for (const char* vin :
       {"WVWZZZ1JZXW000001", "WVWZZZ1JZXW000002", "WVWZZZ1JZXW000003", "WVWZZZ1JZXW000004"}) {
    Client client;
    client.vin = vin;
    client.mood(Mood::failing);
    client.world.heal(client.now);
    const int status = client.configure("c1").response.status;
    client.pass(seconds(10));
    EXPECT_FALSE(client.active());
    if (status == 202)
      EXPECT_THAT(client.status("c1"), HasSubstr(R"("status":"rejected","error":{"code")"));
    else
      EXPECT_GE(status, 400);
  }
}

TEST(Cars, LyingIsSeenInTheFeatureNotInTheCommand) {
  int lies = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Client client(calm(), seed);
    client.mood(Mood::lying);
    EXPECT_THAT(client.configure("c1").response.body, Not(HasSubstr("confirmed")));
    client.pass(seconds(10));
    EXPECT_FALSE(client.active());
    if (client.status("c1").find(R"("status":"applied")") != std::string::npos) ++lies;
    client.pass(seconds(300));
    EXPECT_THAT(client.status("c1"), HasSubstr(client.active() ? "applied" : "timed_out"));
  }
  EXPECT_EQ(lies, 20);
}

TEST(Cars, UnknownVinIsNotFound) {
  Client client;
  client.mood(Mood::unknown);
  EXPECT_EQ(client.configure("c1").response.status, 404);
  EXPECT_EQ(client.iot("GET", client.vin + "/status").response.status, 404);
}

TEST(Callbacks, AreRepeatedThreeTimesUntilAnswered) {
  Client client;
  client.callback_status = 500;
  client.configure("c1");
  client.pass(minutes(30));
  ASSERT_EQ(client.received.size(), 4U);
  EXPECT_EQ(header_of(client.received[0].request, "webhook-id"),
            header_of(client.received[3].request, "webhook-id"));
}

TEST(Callbacks, ForgedOnesDoNotVerify) {
  Client client;
  client.world.set_fault(FaultKind::callback_forged, 1);
  client.mood(Mood::gone);
  client.configure("c1");
  client.pass(seconds(10));
  ASSERT_EQ(client.received.size(), 1U);
  const auto& forged = client.received[0].request;
  const std::array secrets{Secret(calm().iot_callback_secret)};
  EXPECT_THAT(forged.body, HasSubstr(R"("status":"applied")"));
  EXPECT_FALSE(
      crypto::verify_webhook({header_of(forged, "webhook-id"), header_of(forged, "webhook-timestamp"),
                              header_of(forged, "webhook-signature")},
                             forged.body, secrets, client.received[0].at));
}

TEST(Callbacks, MayOvertakeTheAnswer) {
  Client client;
  client.world.set_fault(FaultKind::callback_before_answer, 1);
  const Reply reply = client.configure("c1");
  client.pass(reply.at - client.now);
  ASSERT_EQ(client.received.size(), 1U);
  EXPECT_LT(client.received[0].at, reply.at);
}

TEST(IotFaults, LostBeforeLeavesNoTraceAndLostAfterWorks) {
  Client client;
  client.sign_in();
  client.world.set_fault(FaultKind::iot_lost_before, 1);
  EXPECT_EQ(client.configure("c1").fate, Fate::lost_before);
  EXPECT_TRUE(client.world.logs().arrivals.empty());
  client.world.heal(client.now);
  client.world.set_fault(FaultKind::iot_lost_after, 1);
  EXPECT_EQ(client.configure("c2").fate, Fate::lost_after);
  client.pass(seconds(10));
  EXPECT_TRUE(client.active());
}

TEST(IotFaults, EachDistortsTheAnswerAsItsNameSays) {
  const auto answer_under = [](FaultKind kind) {
    Client client;
    client.sign_in();
    client.world.set_fault(kind, 1);
    return client.configure("c1").response;
  };
  EXPECT_EQ(answer_under(FaultKind::iot_html_error).status, 502);
  EXPECT_EQ(answer_under(FaultKind::iot_redirect).status, 307);
  EXPECT_EQ(answer_under(FaultKind::iot_rate_limited).status, 429);
  EXPECT_THAT(answer_under(FaultKind::iot_error_in_200).body, HasSubstr("error"));
  EXPECT_EQ(answer_under(FaultKind::iot_missing_id).body, R"({"status":"accepted"})");
  EXPECT_TRUE(answer_under(FaultKind::iot_empty_body).body.empty());
  EXPECT_FALSE(json::parse(answer_under(FaultKind::iot_broken_body).body));
  EXPECT_GT(answer_under(FaultKind::iot_huge_body).body.size(), 3'000'000U);
}

}  // namespace
}  // namespace contactor::world
