#include "engine/engine.h"

#include <gtest/gtest.h>

#include "engine/engine_fixture.h"
#include "engine/history_chain.h"

namespace contactor::engine {
namespace {

using namespace std::chrono_literals;
using testing::another_order;
using testing::Bench;
using testing::FakeIot;
using Kind = ota::CommandAnswer::Kind;

// -- budgets, order of commands, breaker ------------------------------------------------------------------

TEST(Engine, TwoServicesOnOneCarNeverOverlapAndNeverPassTenAnHour) {
  Bench bench;
  bench.iot.on_configure = [](const auto&) {
    return FakeIot::refusal(ota::FailureCategory::TransientNetwork);
  };
  const ActivationId one = bench.order(another_order("o-1", "a"));
  const ActivationId two = bench.order(another_order("o-2", "b"));
  bench.time.run_for(59min);
  EXPECT_EQ(bench.iot.commands.size(), 10U);
  const bool waits =
      bench.at(one).state == ota::State::WaitingBudget || bench.at(two).state == ota::State::WaitingBudget;
  EXPECT_TRUE(waits);
  EXPECT_GE(bench.engine->counters().waiting_budget, 1U);
  bench.time.run_for(3h);
  EXPECT_EQ(bench.at(one).state, ota::State::Failed);
  EXPECT_EQ(bench.at(two).state, ota::State::Failed);
  EXPECT_EQ(bench.at(one).attempts, 6U);
  EXPECT_EQ(bench.at(two).attempts, 6U);
}

TEST(Engine, BudgetSurvivesARestart) {
  Bench bench;
  bench.iot.on_configure = [](const auto&) {
    return FakeIot::refusal(ota::FailureCategory::TransientNetwork);
  };
  bench.order(another_order("o-1", "a"));
  bench.order(another_order("o-2", "b"));
  for (int i = 0; i < 55; ++i) {
    bench.time.run_for(1min);
    bench.crash();
    bench.boot();
  }
  EXPECT_LE(bench.iot.commands.size(), 10U);
}

TEST(Engine, SecondCommandWaitsForTheFirstOnTheSameCar) {
  Bench bench;
  bench.iot.on_configure = [](const auto&) { return FakeIot::answer(Kind::accepted); };
  bench.order(another_order("o-1", "a"));
  bench.order(another_order("o-2", "b"));
  bench.time.run_for(30s);
  EXPECT_EQ(bench.iot.commands.size(), 1U);
  bench.iot.on_status = [](const auto&) { return FakeIot::online(ota::CommandStatus::applied); };
  bench.time.run_for(1min);
  EXPECT_EQ(bench.iot.commands.size(), 2U);
}

TEST(Engine, DeadCredentialFailsOneAndHoldsTheOthers) {
  Bench bench;
  bench.settings.calls_in_flight_max = 4;
  bench.crash();
  bench.boot();
  bench.iot.on_configure = [](const auto&) {
    return FakeIot::refusal(ota::FailureCategory::AuthorizationFailure, 401);
  };
  bench.iot.on_health = []() -> Result<ota::VehicleHealth> {
    return fail(ErrorKind::unauthorized, "iot_api", "revoked");
  };
  std::vector<ActivationId> orders;
  for (int i = 0; i < 50; ++i)
    orders.push_back(bench.order(
        another_order("o-" + std::to_string(i), "a", "WVWZZZ1JZXW0000" + std::to_string(10 + i))));
  bench.time.run_for(30min);
  EXPECT_EQ(bench.disk.tickets.size(), 1U) << "one cause, one escalation";
  EXPECT_EQ(bench.disk.incidents.size(), 1U);
  EXPECT_LE(bench.iot.commands.size(), 4U);
  bench.iot.on_configure = [](const auto&) { return FakeIot::answer(Kind::confirmed); };
  bench.iot.on_health = [] { return ota::VehicleHealth{.reachable = true}; };
  bench.time.run_for(10min);
  std::size_t active = 0;
  for (const auto id : orders) active += bench.at(id).state == ota::State::Active ? 1U : 0U;
  EXPECT_EQ(active, orders.size() - 1);
  EXPECT_TRUE(bench.disk.incidents[0].ended_at);
}

TEST(Engine, OnlyTheHorizonFailsWhatTheBreakerHoldsBack) {
  Bench bench;
  bench.iot.on_configure = [](const auto&) {
    return FakeIot::refusal(ota::FailureCategory::AuthorizationFailure, 401);
  };
  bench.iot.on_health = []() -> Result<ota::VehicleHealth> {
    return fail(ErrorKind::unauthorized, "iot_api", "revoked");
  };
  bench.order(another_order("o-1", "a"));
  bench.time.run_for(1min);
  const ActivationId held = bench.order(another_order("o-2", "a", "WVWZZZ1JZXW000077"));
  bench.time.run_for(23h);
  EXPECT_EQ(bench.at(held).state, ota::State::QueuedForActivation);
  EXPECT_EQ(bench.at(held).money_state, ota::MoneyState::held);
  bench.time.run_for(2h);
  EXPECT_EQ(bench.at(held).state, ota::State::Failed);
  EXPECT_EQ(bench.at(held).money_state, ota::MoneyState::released);
}

}  // namespace
}  // namespace contactor::engine
