#include <gtest/gtest.h>

#include "api/fixture.h"
#include "api/letters.h"
#include "crypto/token.h"
#include "engine/cluster_fixture.h"
#include "json/json.h"

namespace contactor::api {
namespace {

using namespace std::chrono_literals;

std::string secret_of(std::uint8_t number) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(number);
  return crypto::make_api_token(bytes);
}

/// Two nodes, each with its own API, on one store.
class Forwarding : public ::testing::Test {
 protected:
  Forwarding() {
    cluster.join("a");
    cluster.join("b");
    cluster.time.run_for(15s);
    auto& store = cluster.members.at("a")->store();
    store.put_service({.id = ServiceId("heated-seats"),
                       .name = "Heated seats",
                       .document = R"({"name":"Heated seats","template":{"seats.heating":true}})"},
                      [](const Result<ports::Service>& made) { ASSERT_TRUE(made); });
    for (const Role role : {Role::operator_, Role::service}) {
      ports::ApiToken token{.id = TokenId(static_cast<int>(role) + 1),
                            .name = std::string(to_string(role)),
                            .role = std::string(to_string(role))};
      token.digest = crypto::hash_api_token(secret_of(static_cast<std::uint8_t>(role)));
      store.put_token(token, [](const Status& put) { ASSERT_TRUE(put); });
    }
    cluster.time.run_for(100ms);
    for (const auto& [name, member] : cluster.members) {
      apis[name] = std::make_unique<Api>(ApiParams{
          .engine = member->engine(),
          .store = member->store(),
          .time = member->engine().time(),
          .entropy = member->entropy(),
          .read_vehicle_callback = [](const Request& request, Instant) -> Result<engine::VehicleReport> {
            if (request.header("webhook-signature") != "good")
              return fail(ErrorKind::unauthorized, "test", "wrong");
            return engine::VehicleReport{.command_id = request.body,
                                         .vin = ota::testing::an_order().vin,
                                         .status = ota::CommandStatus::applied};
          },
          .version = "1.2.3",
          .nodes = &member->nodes()});
    }
    owner = cluster.owner(Vin::parse("WBA00000000000001")->shard());
    other = owner == "a" ? "b" : "a";
  }

  Response ask(const std::string& node, Ask what, Millis within = 10s) {
    Request request{.method = what.method, .target = what.target, .headers = what.headers, .body = what.body};
    if (!what.authorization.empty()) request.headers.push_back({"Authorization", what.authorization});
    std::optional<Response> answer;
    apis.at(node)->handle(std::move(request), [&](Response response) { answer = std::move(response); });
    for (Millis waited{0}; !answer && waited < within; waited += 10ms) cluster.time.run_for(10ms);
    return answer.value_or(Response{.status = 0});
  }
  Response order(const std::string& node, const std::string& key = "k1") {
    return ask(node, {.method = "POST",
                      .target = "/v1/ota/activations",
                      .body = order_body(),
                      .authorization = "Bearer " + secret_of(static_cast<std::uint8_t>(Role::service)),
                      .headers = {{"Content-Type", "application/json"},
                                  {"Idempotency-Key", key},
                                  {"X-Request-Id", "trace-7"}}});
  }

  engine::testing::Cluster cluster;
  std::map<std::string, std::unique_ptr<Api>> apis;
  std::string owner, other;
};

TEST_F(Forwarding, AnOrderIsAnsweredWhereverItArrivesAndByItsOwner) {
  const Response made = order(other);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(header(made, "X-Request-Id"), "trace-7");
  EXPECT_FALSE(header(made, "Location").empty());
  EXPECT_EQ(std::ranges::count(made.headers, "X-Request-Id", &ports::HttpHeader::name), 1);
  cluster.time.run_for(1s);
  const auto id = parse_id<ActivationTag>(id_of(made));
  EXPECT_EQ(cluster.at(id).state, ota::State::Active);
  EXPECT_EQ(cluster.at(id).order->ordered_by, "service") << "who asked is known at the owner";
  EXPECT_EQ(cluster.disk.history.at(id).front().node, owner);
}

TEST_F(Forwarding, ARepeatIsAnsweredByteForByteAtEitherNode) {
  const Response made = order(other);
  const Response at_owner = order(owner);
  const Response again = order(other);
  EXPECT_EQ(at_owner.body, made.body);
  EXPECT_EQ(again.body, made.body);
  EXPECT_EQ(header(again, "Idempotency-Replayed"), "true");
}

TEST_F(Forwarding, ARefusalOfTheOwnerComesBackAsItIs) {
  ASSERT_EQ(order(owner).status, 201);
  cluster.time.run_for(1s);
  std::string other_facts = order_body();
  other_facts.replace(other_facts.find("1290"), 4, "1390");
  const Response refused =
      ask(other, {.method = "POST",
                  .target = "/v1/ota/activations",
                  .body = other_facts,
                  .authorization = "Bearer " + secret_of(static_cast<std::uint8_t>(Role::service)),
                  .headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", "k2"}}});
  expect_problem(refused, 409, "the same order with other facts");
}

TEST_F(Forwarding, ACancellationFindsItsOwner) {
  cluster.iot.silent = true;
  const auto id = id_of(order(owner));
  const Response canceled =
      ask(other, {.method = "POST",
                  .target = "/v1/ota/activations/" + id + "/cancel",
                  .authorization = "Bearer " + secret_of(static_cast<std::uint8_t>(Role::operator_))});
  EXPECT_EQ(canceled.status, 200) << canceled.body;
  EXPECT_EQ(json::string_at(object_of(canceled), "id"), id);
}

TEST_F(Forwarding, ACallbackIsCheckedWhereItArrivesAndWhereItIsTaken) {
  cluster.iot.on_configure = [](const auto&) {
    return engine::testing::FakeIot::answer(ota::CommandAnswer::Kind::accepted);
  };
  const auto made = cluster.order_somewhere();
  cluster.time.run_for(100ms);
  ASSERT_EQ(cluster.iot.commands.size(), 1U);
  const std::string holder = cluster.owner(made.shard());
  const std::string elsewhere = holder == "a" ? "b" : "a";
  const Ask report{.method = "POST",
                   .target = "/v1/iot/callbacks",
                   .body = cluster.iot.commands.front().command_id,
                   .headers = {{"webhook-signature", "good"}}};
  EXPECT_EQ(ask(elsewhere, report).status, 204);
  cluster.time.run_for(1s);
  EXPECT_EQ(cluster.at(made).state, ota::State::Active);
}

TEST_F(Forwarding, AnOwnerThatDoesNotAnswerMakesItNotAvailableForNow) {
  cluster.members.at(owner)->freeze();
  const Response silent = order(other);
  expect_problem(silent, 503, "the owner is frozen");
  EXPECT_FALSE(header(silent, "Retry-After").empty());
  cluster.members.at(owner)->thaw();
  cluster.time.run_for(5s);
  const Response again = order(other);
  EXPECT_TRUE(again.status == 201 || again.status == 200) << again.body;
  EXPECT_EQ(cluster.disk.live.size() + cluster.disk.archive.size(), 1U);
}

TEST_F(Forwarding, AShardThatNobodyHoldsSaysWhenToAskAgain) {
  apis.erase(owner);
  cluster.crash(owner);
  cluster.time.run_for(7s);
  for (auto& lease : cluster.disk.leases)
    if (lease.owner != cluster.disk.nodes.at(other).process) lease.until = cluster.time.now();
  const Response nobody = order(other);
  expect_problem(nobody, 503, "nobody holds the shard");
  EXPECT_EQ(header(nobody, "Retry-After"), "5");
  cluster.time.run_for(10s);
  EXPECT_EQ(order(other).status, 201);
}

TEST(Letters, CarryEverythingARouteLooksAtAndNoAccessToken) {
  const Forwarded sent{.request = {.method = "POST",
                                   .target = "/v1/iot/callbacks?x=1",
                                   .headers = {{"Authorization", "Bearer secret"}, {"Webhook-Id", "w\"1"}},
                                   .body = std::string("\0\n\xff{}", 5),
                                   .remote_address = "::1"},
                       .who = Principal{.token_id = TokenId(9), .role = Role::technician, .name = "anna"}};
  const std::string letter = write_letter(sent);
  EXPECT_FALSE(letter.contains("secret"));
  const auto read = read_request_letter(letter);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->request.method, "POST");
  EXPECT_EQ(read->request.target, sent.request.target);
  EXPECT_EQ(read->request.header("webhook-id"), "w\"1");
  EXPECT_EQ(read->request.body, sent.request.body);
  EXPECT_EQ(read->who->role, Role::technician);
  EXPECT_EQ(read->who->token_id, TokenId(9));
}

TEST(Letters, ThatNoNodeWroteAreRefused) {
  for (const auto* text :
       {"", "{}", "{}\n", "[]\nbody", "{\"method\":1,\"target\":\"/\",\"headers\":[]}\n",
        "{\"method\":\"GET\",\"target\":\"/\",\"headers\":[[1]]}\n",
        "{\"method\":\"GET\",\"target\":\"/\",\"headers\":[],\"who\":{\"role\":\"god\"}}\n"})
    EXPECT_FALSE(read_request_letter(text)) << text;
  for (const auto* text : {"", "{\"status\":99,\"headers\":[]}\n", "{\"status\":\"200\",\"headers\":[]}\n"})
    EXPECT_FALSE(read_response_letter(text)) << text;
}

}  // namespace
}  // namespace contactor::api
