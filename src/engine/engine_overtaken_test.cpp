// An activation that ended by an older command's answer, while its newest command is still on its way.

#include <gtest/gtest.h>

#include "engine/engine_fixture.h"

namespace contactor::engine {
namespace {

using namespace std::chrono_literals;
using testing::another_order;
using testing::Bench;
using testing::FakeIot;
using Kind = ota::CommandAnswer::Kind;

/// A car that takes every command and says nothing; the first activation's second command is on its way.
struct Overtaken : Bench {
  Overtaken() {
    iot.on_configure = [](const auto&) { return FakeIot::answer(Kind::accepted); };
    first = order(another_order("o-1", "a"));
    while (iot.commands.size() < 2) time.run_for(1s);
    open_until = iot.commands[1].expires_at;
  }
  Status report(ActivationId id, std::uint32_t ordinal) {
    Status answered = fail(ErrorKind::internal, "test", "no answer");
    engine->vehicle_reported({.command_id = ota::command_id(id, ordinal),
                              .vin = another_order("", "").vin,
                              .status = ota::CommandStatus::applied,
                              .generation = ordinal,
                              .failure = {}},
                             [&](Status status) { answered = std::move(status); });
    time.run_for(10ms);
    return answered;
  }
  void run_to(Instant at) { time.run_for(at - time.now()); }
  void expect_next_command_after_the_open_one() {
    const std::size_t before = iot.commands.size();
    run_to(open_until - 1ms);
    EXPECT_EQ(iot.commands.size(), before);
    run_to(open_until + 10s);
    EXPECT_EQ(iot.commands.size(), before + 1);
  }

  ActivationId first;
  Instant open_until;
};

TEST(Engine, OtherOrderWaitsForTheCommandThatAnOlderAnswerLeftOnItsWay) {
  Overtaken bench;
  const ActivationId second = bench.order(another_order("o-2", "b"));
  ASSERT_TRUE(bench.report(bench.first, 1));
  ASSERT_EQ(bench.at(bench.first).state, ota::State::Active);
  bench.expect_next_command_after_the_open_one();
  EXPECT_EQ(bench.iot.commands.back().command_id, ota::command_id(second, 1));
  EXPECT_EQ(bench.disk.ledger(bench.at(second).order->vin).busy_until, Instant());
}

TEST(Engine, VehicleThatIsKeptBusyStaysSoThroughACrash) {
  Overtaken bench;
  ASSERT_TRUE(bench.report(bench.first, 1));
  bench.crash();
  bench.boot();
  bench.order(another_order("o-2", "b"));
  bench.expect_next_command_after_the_open_one();
}

TEST(Engine, SwitchOffThatFollowsACancellationWaitsForTheNewestCommand) {
  Overtaken bench;
  bench.engine->cancel(bench.first, "customer", "no longer wanted", [](const auto&) {});
  bench.time.run_for(10ms);
  ASSERT_TRUE(bench.report(bench.first, 1));
  ASSERT_EQ(bench.at(bench.first).state, ota::State::Canceled);
  bench.expect_next_command_after_the_open_one();
  EXPECT_FALSE(bench.iot.commands.back().enable);
}

TEST(Engine, NewestWishWaitsForTheCommandOfTheOneItEnds) {
  Overtaken bench;
  ota::Order off = another_order("o-2", "a");
  off.action = ota::Action::deactivate;
  off.payment.state = ota::PaidAs::none;
  bench.order(off);
  ASSERT_TRUE(bench.last);
  ASSERT_TRUE(bench.report(bench.first, 1));
  ASSERT_EQ(bench.at(bench.first).state, ota::State::Canceled);
  bench.expect_next_command_after_the_open_one();
  EXPECT_FALSE(bench.iot.commands.back().enable);
}

TEST(Engine, VehicleIsFreeAtOnceWhereTheNewestCommandWasAnswered) {
  Overtaken bench;
  bench.order(another_order("o-2", "b"));
  ASSERT_TRUE(bench.report(bench.first, 2));
  bench.time.run_for(1s);
  EXPECT_EQ(bench.iot.commands.size(), 3U);
}

TEST(Engine, OrderThatReachesItsHorizonWaitsForNoVehicle) {
  Overtaken bench;
  bench.settings.policy.horizon = 1min;
  bench.crash();
  bench.boot();
  bench.order(another_order("o-2", "b"));
  const ActivationId second = bench.last->activation.id;
  ASSERT_TRUE(bench.report(bench.first, 1));
  bench.time.run_for(2min);
  EXPECT_LT(bench.time.now(), bench.open_until);
  EXPECT_EQ(bench.at(second).state, ota::State::Failed);
  EXPECT_EQ(bench.iot.commands.size(), 2U);
}

TEST(Engine, TextInTheCarComesAfterTheCommandThatIsStillOnItsWay) {
  Overtaken bench;
  bench.settings.display_service_id = "display";
  bench.crash();
  bench.boot();
  ASSERT_TRUE(bench.report(bench.first, 1));
  ASSERT_EQ(bench.at(bench.first).state, ota::State::Active);
  bench.expect_next_command_after_the_open_one();
  EXPECT_EQ(bench.iot.commands.back().service_id, ServiceId("display"));
}

}  // namespace
}  // namespace contactor::engine
