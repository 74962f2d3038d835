#include <gtest/gtest.h>

#include "rig.h"

// The IoT API or its login is away, slow or not to be trusted: who waits, who is escalated, what it costs.

namespace contactor::upstream {
namespace {

using namespace std::chrono_literals;

ota::Order order_number(int number) {
  return engine::testing::another_order("o-" + std::to_string(number), "seat-heating",
                                        fmt::format("WVWZZZ1JZXW0{:05}", number));
}

std::vector<ActivationId> orders_of(Rig& rig, int count, Millis apart = 0s) {
  std::vector<ActivationId> ids;
  for (int i = 0; i < count; ++i) {
    ids.push_back(rig.order(order_number(100 + i)));
    rig.pass(apart);
  }
  return ids;
}

std::size_t in_state(const Rig& rig, const std::vector<ActivationId>& ids, ota::State state) {
  return static_cast<std::size_t>(
      std::ranges::count_if(ids, [&](const auto id) { return rig.at(id).state == state; }));
}

struct LoginFault {
  std::string_view name;
  Mishap mishap;
};

class UpstreamLogin : public testing::TestWithParam<LoginFault> {};

TEST_P(UpstreamLogin, FailingForAMinuteSendsNothingAndEndsDelivered) {
  Rig rig;
  rig.spoil_all("/iot-auth/token", GetParam().mishap);
  const ActivationId id = rig.order();
  rig.pass(1min);
  EXPECT_EQ(rig.configures(), 0U);
  EXPECT_EQ(rig.at(id).money_state, ota::MoneyState::held);
  EXPECT_LE(rig.requests("/iot-auth/token"), 70U) << "no log-in storm";
  rig.calm_down();
  rig.pass(30min);
  expect_ending(rig, id, kDelivered);
  EXPECT_EQ(rig.configures(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    All, UpstreamLogin,
    testing::Values(LoginFault{"F48EndpointDown", breaks(ErrorKind::unavailable, Applied::no)},
                    LoginFault{"F48EndpointAnswers503", answers(503)},
                    LoginFault{"F48EndpointSilent", breaks(ErrorKind::timed_out, Applied::maybe, false, 30s)},
                    LoginFault{"F48TooMany", answers(429, "", {{"Retry-After", "20"}})},
                    LoginFault{"F48Html",
                               answers(200, "<html>sign in</html>", {{"Content-Type", "text/html"}})}),
    [](const auto& test) { return std::string(test.param.name); });

class UpstreamTokenLifetime : public testing::TestWithParam<std::pair<std::string_view, std::string_view>> {};

TEST_P(UpstreamTokenLifetime, IsClampedAndTheActivationIsDelivered) {
  Rig rig;
  rig.wire.spoil = [&rig](const auto& request) -> std::optional<Mishap> {
    if (request.url.find("/iot-auth/token") == std::string::npos) return std::nullopt;
    auto reply = rig.world.handle(request, rig.time.now()).response;
    const auto start = reply.body.find("\"expires_in\":") + 13;
    const auto end = reply.body.find_first_of(",}", start);
    reply.body.replace(start, end - start, GetParam().second);
    return Mishap{.answer = std::move(reply)};
  };
  const ActivationId id = rig.order();
  rig.pass(30min);
  expect_ending(rig, id, kDelivered);
  EXPECT_LE(rig.requests("/iot-auth/token"), 60U);
}

INSTANTIATE_TEST_SUITE_P(All, UpstreamTokenLifetime,
                         testing::Values(std::pair("F48ExpiresInZero", "0"),
                                         std::pair("F48ExpiresInNegative", "-5"),
                                         std::pair("F48ExpiresInHuge", "9000000000000000000")),
                         [](const auto& test) { return std::string(test.param.first); });

TEST(UpstreamToken, RevokedOrExpiredEarlyIsRenewedOnceAndCostsNoAttempt) {
  Rig rig;
  const ActivationId first = rig.order();
  rig.pass(10min);
  ASSERT_EQ(rig.at(first).state, ota::State::Active);
  rig.world.revoke_iot_tokens();
  const ActivationId second = rig.order(order_number(2));
  rig.pass(10min);
  EXPECT_EQ(rig.at(second).state, ota::State::Active);
  EXPECT_EQ(rig.at(second).attempts, 1U);
  EXPECT_EQ(rig.requests("/iot-auth/token"), 2U);
  EXPECT_TRUE(rig.disk.incidents.empty());
}

TEST(UpstreamToken, NotYetValidForTheirSlowClockEscalatesOneAndHoldsTheOthers) {
  Rig rig;
  rig.spoil_all("/iot/",
                answers(401, R"({"error":{"code":"unauthorized","message":"token not yet valid"}})"));
  const auto ids = orders_of(rig, 20, 1s);
  rig.pass(30min);
  EXPECT_EQ(rig.disk.tickets.size(), 1U);
  EXPECT_EQ(rig.disk.incidents.size(), 1U);
  EXPECT_EQ(rig.money(world::MoneyEffectKind::captured), 0U);
  EXPECT_LE(rig.requests("/iot-auth/token"), 200U) << "one log-in for each probe, every ten seconds";
  rig.calm_down();
  rig.pass(1h);
  EXPECT_EQ(in_state(rig, ids, ota::State::Active), ids.size() - 1);
  EXPECT_TRUE(rig.disk.incidents.front().ended_at);
}

TEST(UpstreamToken, ARefusedSecretEscalatesOneAndHoldsTheOthers) {
  Rig rig;
  rig.spoil_all("/iot-auth/token", answers(401, R"({"error":"invalid_client"})"));
  const auto ids = orders_of(rig, 20, 1s);
  rig.pass(2h);
  EXPECT_EQ(rig.disk.tickets.size(), 1U);
  EXPECT_EQ(rig.disk.incidents.size(), 1U);
  EXPECT_LE(rig.requests("/iot-auth/token"), 9U) << "at most three refused log-ins an hour";
  EXPECT_EQ(rig.configures(), 0U);
}

TEST(UpstreamOutage, OfThreeDaysEndsInOneIncidentWithEveryHoldReleasedAtTheHorizon) {
  Rig rig;
  rig.spoil_all("/iot", breaks(ErrorKind::unavailable, Applied::no));
  const auto ids = orders_of(rig, 60);
  rig.pass(23h);
  EXPECT_EQ(rig.disk.incidents.size(), 1U);
  EXPECT_LE(rig.disk.tickets.size(), 20U) << "those that had begun; the others wait";
  rig.pass(49h);
  EXPECT_EQ(in_state(rig, ids, ota::State::Failed), ids.size());
  EXPECT_EQ(rig.money(world::MoneyEffectKind::voided), ids.size());
  EXPECT_EQ(rig.money(world::MoneyEffectKind::captured), 0U);
}

TEST(UpstreamOutage, BrownOutOfSixHoursDeliversWithoutAnEscalationFlood) {
  Rig rig;
  rig.wire.spoil = [&rig](const auto& request) -> std::optional<Mishap> {
    if (request.url.find("/iot/") == std::string::npos || rig.entropy.next() % 2 == 0) return std::nullopt;
    return breaks(ErrorKind::timed_out, Applied::maybe, true, 30s);
  };
  const auto ids = orders_of(rig, 100, 200s);
  rig.calm_down();
  rig.pass(3h);
  EXPECT_GE(in_state(rig, ids, ota::State::Active), ids.size() - 2);
  EXPECT_LE(rig.disk.tickets.size(), 2U);
  EXPECT_EQ(rig.money(world::MoneyEffectKind::captured), in_state(rig, ids, ota::State::Active));
}

TEST(UpstreamOutage, OfOneRegionLeavesTheOthersAlone) {
  Rig rig;
  rig.spoil_all("WVWZZZ1JZXW00010", answers(503, R"({"error":{"code":"network_congestion","message":""}})"));
  const auto ids = orders_of(rig, 60, 10s);  // the first ten cars are in the region that is away
  rig.pass(30min);
  EXPECT_GE(in_state(rig, ids, ota::State::Active), 50U);
  rig.calm_down();
  rig.pass(2h);
  EXPECT_EQ(in_state(rig, ids, ota::State::Active) + rig.disk.tickets.size(), ids.size());
}

}  // namespace
}  // namespace contactor::upstream
