#include "gateways/iot_api/gateway.h"

#include <gtest/gtest.h>

#include "gateways/testing/scripted_transport.h"
#include "json/json.h"

namespace contactor::gateways::iot_api {
namespace {

using Kind = ota::CommandAnswer::Kind;
using std::chrono::seconds;
using testing::answer;

const Vin kVin = *Vin::parse("WVWZZZ1JZXW000001");
constexpr const char* kGrant = R"({"access_token":"t1","token_type":"Bearer","expires_in":3600})";
constexpr const char* kAccepted = R"({"commandId":"c1","status":"accepted"})";
constexpr const char* kStatus = R"({"vin":"WVWZZZ1JZXW000001","online":true})";

const std::vector<testing::Step> kConfigureScript{{"POST", "/token", answer(200, kGrant)},
                                                  {"POST", "/configure", answer(202, kAccepted)}};

struct World {
  explicit World(std::vector<testing::Step> script = {}) : own(std::move(script)), transport(own) {}
  explicit World(testing::ScriptedTransport& other) : transport(other) {}

  ports::ConfigureCommand command{.vin = kVin,
                                  .command_id = "c1",
                                  .service_id = ServiceId("heated_seats"),
                                  .enable = true,
                                  .configuration = R"({"zones":[1,2]})",
                                  .generation = 4,
                                  .expires_at = Instant::from_millis(1'800'000'300'000)};
  testing::ScriptedTransport own;
  testing::ScriptedTransport& transport;
  testing::ManualTimekeeper time;
  Gateway gateway{{.transport = transport,
                   .timekeeper = time,
                   .base_url = "https://iot.example/",
                   .token_url = "https://iot.example/token",
                   .client_id = "us",
                   .client_secret = Secret("s"),
                   .callback_url = "https://we.example/v1/iot/callbacks"}};

  ota::CommandAnswer configure() {
    std::vector<ota::CommandAnswer> answers;
    gateway.configure(command, time.now() + seconds(20),
                      [&](ota::CommandAnswer got) { answers.push_back(std::move(got)); });
    transport.run();
    EXPECT_EQ(answers.size(), 1U);
    return answers.empty() ? ota::CommandAnswer{} : answers[0];
  }
  Result<ota::VehicleStatus> status() {
    std::vector<Result<ota::VehicleStatus>> answers;
    gateway.status(kVin, "c1", time.now() + seconds(20),
                   [&](auto got) { answers.push_back(std::move(got)); });
    transport.run();
    EXPECT_EQ(answers.size(), 1U);
    return answers.at(0);
  }
};

std::string_view authorization(const ports::HttpRequest& request) {
  for (const auto& header : request.headers)
    if (header.name == "Authorization") return header.value;
  return {};
}

TEST(IotApiGateway, SendsTheDocumentedCommand) {
  World world(kConfigureScript);
  EXPECT_EQ(world.configure().kind, Kind::accepted);
  const auto& request = world.transport.last();
  EXPECT_EQ(request.url, "https://iot.example/vehicle/WVWZZZ1JZXW000001/configure");
  EXPECT_EQ(authorization(request), "Bearer t1");
  EXPECT_EQ(
      request.body,
      R"({"commandId":"c1","serviceId":"heated_seats","action":"enable","configuration":{"zones":[1,2]},)"
      R"("generation":4,"expiresAt":"2027-01-15T08:05:00.000Z","callbackUrl":"https://we.example/v1/iot/callbacks"})");
  EXPECT_EQ(request.respond_by, world.time.now() + seconds(20));
}

TEST(IotApiGateway, ACommandThatMayNoLongerBeginIsNotSentAndIsNoAttempt) {
  // It might when it was handed in; fetching the access token took too long.
  World world({{"POST", "/token", answer(200, kGrant)}});
  int asked = 0;
  world.command.may_begin = [&asked] { return ++asked < 1; };
  EXPECT_EQ(world.configure().kind, Kind::rate_limited);
  EXPECT_EQ(asked, 1);
  EXPECT_TRUE(world.own.is_done());
}

TEST(IotApiGateway, FinishesAtOnceOnProof) {
  World world(
      {{"POST", "/token", answer(200, kGrant)},
       {"POST", "/configure", answer(200, R"({"commandId":"c1","status":"applied","confirmed":true})")}});
  EXPECT_EQ(world.configure().kind, Kind::confirmed);
}

TEST(IotApiGateway, RenewsTheTokenAndRepeatsOnce) {
  World world({{"POST", "/token", answer(200, kGrant)},
               {"POST", "/configure", answer(401)},
               {"POST", "/token", answer(200, R"({"access_token":"t2"})")},
               {"POST", "/configure", answer(202, kAccepted)}});
  EXPECT_EQ(world.configure().kind, Kind::accepted);
  const auto& sent = world.transport.sent();
  EXPECT_EQ(sent[1].body, sent[3].body) << "the same command id";
  EXPECT_EQ(authorization(sent[3]), "Bearer t2");
  EXPECT_TRUE(world.transport.is_done());
}

TEST(IotApiGateway, ASecondUnauthorizedIsFinal) {
  World world({{"POST", "/token", answer(200, kGrant)},
               {"POST", "/configure", answer(401)},
               {"POST", "/token", answer(200, kGrant)},
               {"POST", "/configure", answer(401)}});
  const auto refused = world.configure();
  EXPECT_EQ(refused.kind, Kind::refused);
  EXPECT_EQ(refused.failure.category, ota::FailureCategory::AuthorizationFailure);
  EXPECT_TRUE(world.transport.is_done());
}

TEST(IotApiGateway, ARefusedCredentialIsAnAuthorizationFailureThatSentNothing) {
  World world({{"POST", "/token", answer(401, R"({"error":"invalid_client"})")}});
  const auto refused = world.configure();
  EXPECT_EQ(refused.kind, Kind::refused);
  EXPECT_EQ(refused.failure.category, ota::FailureCategory::AuthorizationFailure);
}

TEST(IotApiGateway, AConfigurationThatIsNoObjectIsNotSent) {
  for (const char* configuration : {"", "[]", "{", "null"}) {
    World world;
    world.command.configuration = configuration;
    const auto refused = world.configure();
    EXPECT_EQ(refused.kind, Kind::refused);
    EXPECT_EQ(refused.failure.category, ota::FailureCategory::InvalidConfiguration);
  }
}

TEST(IotApiGateway, ABrokenConfigureIsUnknownUnlessItSurelyWasNotApplied) {
  testing::fails_at_each_step(kConfigureScript, [](auto& transport, const testing::Breakage& broken) {
    const auto kind = World(transport).configure().kind;
    const bool command_may_be_there = broken.step == 1 && broken.may_be_applied &&
                                      broken.name != "redirect" && broken.name != "HTML with 404";
    EXPECT_EQ(kind, command_may_be_there ? Kind::unknown : Kind::refused);
  });
}

TEST(IotApiGateway, ABrokenQuestionIsAnErrorThatAppliedNothing) {
  const std::vector<testing::Step> script{{"POST", "/token", answer(200, kGrant)},
                                          {"GET", "/status", answer(200, kStatus)}};
  testing::fails_at_each_step(script, [](auto& transport, const auto&) {
    const auto status = World(transport).status();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().applied, Applied::no);
  });
}

TEST(IotApiGateway, AsksForStatusHealthAndHistory) {
  World world({{"POST", "/token", answer(200, kGrant)},
               {"GET", "/vehicle/WVWZZZ1JZXW000001/status?commandId=c1", answer(200, kStatus)},
               {"GET", "/vehicle/WVWZZZ1JZXW000001/health", answer(200, R"({"reachable":false})")},
               {"GET", "/vehicle/WVWZZZ1JZXW000001/history", answer(200, R"({"items":[]})")}});
  EXPECT_TRUE(world.status()->online);
  int answers = 0;
  const Instant by = world.time.now() + seconds(5);
  world.gateway.health(kVin, by, [&](auto health) { answers += health && !health->reachable; });
  world.gateway.history(kVin, by, [&](auto history) { answers += history && history->empty(); });
  world.transport.run();
  EXPECT_EQ(answers, 2);
}

}  // namespace
}  // namespace contactor::gateways::iot_api
