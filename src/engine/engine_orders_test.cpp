#include "engine/engine.h"

#include <gtest/gtest.h>

#include "engine/engine_fixture.h"
#include "engine/history_chain.h"

namespace contactor::engine {
namespace {

using namespace std::chrono_literals;
using ota::testing::an_order;
using testing::another_order;
using testing::Bench;
using testing::FakeIot;
using Kind = ota::CommandAnswer::Kind;

// -- orders beside orders ---------------------------------------------------------------------------------

TEST(Engine, SameOrderAgainIsAnsweredNotRepeated) {
  Bench bench;
  const ActivationId id = bench.order();
  bench.time.run_for(1s);
  bench.order();
  ASSERT_TRUE(bench.last);
  EXPECT_TRUE(bench.last->repeated);
  EXPECT_EQ(bench.last->activation.id, id);
  ota::Order other = an_order();
  other.payment.amount.minor_units = 1;
  bench.order(other);
  ASSERT_FALSE(bench.last);
  EXPECT_EQ(bench.last.error().kind, ErrorKind::conflict);
  bench.time.run_for(1s);
  EXPECT_EQ(bench.iot.commands.size(), 1U);
}

TEST(Engine, SwitchingOffCannotBePaidFor) {
  Bench bench;
  ota::Order off = an_order();
  off.action = ota::Action::deactivate;
  bench.order(off);
  ASSERT_FALSE(bench.last);
  EXPECT_EQ(bench.last.error().kind, ErrorKind::invalid);
  EXPECT_TRUE(bench.disk.live.empty());
}

TEST(Engine, ServiceThatIsOnIsNotSoldTwice) {
  Bench bench;
  bench.order(another_order("o-1", "a"));
  bench.time.run_for(1s);
  ota::Order other = another_order("o-2", "a");
  other.customer.id = CustomerId("somebody else");
  bench.order(other);
  ASSERT_FALSE(bench.last);
  EXPECT_EQ(bench.last.error().kind, ErrorKind::conflict);
}

TEST(Engine, ExtensionMovesTheEndWithoutACommand) {
  Bench bench;
  const ActivationId first = bench.order(another_order("o-1", "a"));
  bench.time.run_for(1s);
  const Instant end = *bench.at(first).ends_at;
  bench.iot.on_status = [](const auto&) {
    auto status = FakeIot::online();
    status.features.push_back({.service_id = "a", .active = true, .generation = 1});
    return status;
  };
  const ActivationId second = bench.order(another_order("o-2", "a"));
  bench.time.run_for(1s);
  EXPECT_EQ(bench.at(second).state, ota::State::Active);
  EXPECT_EQ(*bench.at(second).ends_at, end + 24h * 30);
  EXPECT_EQ(bench.iot.commands.size(), 1U);
  std::size_t scheduled = 0;
  for (const auto& [id, activation] : bench.disk.live)
    scheduled += activation.state == ota::State::Scheduled ? 1U : 0U;
  EXPECT_EQ(scheduled, 1U) << "the old end was taken back";
}

TEST(Engine, ExtensionAfterTheSwitchOffHasBegunIsSentWhateverTheVehicleShows) {
  Bench bench;
  const ActivationId first = bench.order(another_order("o-1", "a"));
  bench.time.run_for(1s);
  const Instant end = *bench.at(first).ends_at;
  bench.time.run_for(end - bench.time.now() - 10s);
  bench.iot.on_status = [](const auto&) -> Result<ota::VehicleStatus> {
    return fail(ErrorKind::unavailable, "iot_api", "down");
  };
  bench.iot.on_configure = [](const auto& command) {
    return FakeIot::answer(command.enable ? Kind::confirmed : Kind::accepted);
  };
  const ActivationId second = bench.order(another_order("o-2", "a"));
  bench.time.run_for(20s);
  ASSERT_EQ(bench.iot.commands.size(), 2U) << "the switch-off, while the extension waits for the vehicle";
  bench.iot.on_status = [](const auto&) {
    auto status = FakeIot::online();
    status.features.push_back({.service_id = "a", .active = true, .generation = 1});
    return status;
  };
  bench.time.run_for(10min);
  EXPECT_EQ(bench.at(second).state, ota::State::Active);
  ASSERT_GE(bench.iot.commands.size(), 3U);
  EXPECT_TRUE(bench.iot.commands.back().enable);
}

TEST(Engine, ExtendedPeriodGoesOnWhereTheProcessDiedBeforeItsOldEndWasTakenBack) {
  Bench bench;
  const ActivationId first = bench.order(another_order("o-1", "a"));
  bench.time.run_for(1s);
  const Instant end = *bench.at(first).ends_at;
  bench.iot.on_status = [](const auto&) {
    auto status = FakeIot::online();
    status.features.push_back({.service_id = "a", .active = true, .generation = 1});
    return status;
  };
  bench.crash();
  bench.store_params = {.latency_min = 5ms, .latency_max = 5ms};
  bench.boot();
  bench.order(another_order("o-2", "a"));
  const auto extension = [&] {
    return bench.disk.orders.contains("o-2") &&
           bench.at(bench.disk.orders.at("o-2")).state == ota::State::Active;
  };
  for (int i = 0; i < 1000 && !extension(); ++i) bench.time.run_for(1ms);
  ASSERT_TRUE(extension());
  bench.crash();
  bench.boot();
  bench.time.run_for(end - bench.time.now() + 1h);
  EXPECT_EQ(bench.iot.commands.size(), 1U) << "nothing is switched off";
  bench.time.run_for(24h * 30);
  ASSERT_EQ(bench.iot.commands.size(), 2U);
  EXPECT_FALSE(bench.iot.commands[1].enable);
}

TEST(Engine, PeriodEndsWithASwitchOff) {
  Bench bench;
  bench.order();
  bench.time.run_for(24h * 30 + 2min);
  ASSERT_EQ(bench.iot.commands.size(), 2U);
  EXPECT_FALSE(bench.iot.commands[1].enable);
  EXPECT_TRUE(bench.disk.live.empty());
}

TEST(Engine, NewestWishWins) {
  Bench bench;
  bench.iot.on_configure = [](const auto& command) {
    return command.enable ? FakeIot::refusal(ota::FailureCategory::TransientNetwork)
                          : FakeIot::answer(Kind::confirmed);
  };
  const ActivationId on = bench.order(another_order("o-1", "a"));
  bench.time.run_for(5s);
  ota::Order off = another_order("o-2", "a");
  off.action = ota::Action::deactivate;
  off.payment.state = ota::PaidAs::none;
  const ActivationId switch_off = bench.order(off);
  bench.time.run_for(10min);
  EXPECT_EQ(bench.at(on).state, ota::State::Canceled);
  EXPECT_EQ(bench.at(on).money_state, ota::MoneyState::released);
  EXPECT_EQ(bench.at(switch_off).state, ota::State::Deactivated);
  EXPECT_FALSE(bench.iot.commands.back().enable);
}

// -- the desk ---------------------------------------------------------------------------------------------

TEST(Engine, TechnicianMustSayWhoPaysBeforeARetry) {
  Bench bench;
  bench.iot.on_configure = [](const auto&) {
    return FakeIot::refusal(ota::FailureCategory::InvalidConfiguration, 422);
  };
  const ActivationId id = bench.order();
  bench.time.run_for(5min);
  const TicketId ticket = bench.disk.tickets.begin()->first;
  bench.iot.on_configure = [](const auto&) { return FakeIot::answer(Kind::confirmed); };
  Result<TicketOutcome> outcome = fail(ErrorKind::internal, "", "");
  const auto act = [&](TicketOrder order) {
    bench.engine->act_on_ticket(ticket, std::move(order),
                                [&](Result<TicketOutcome> got) { outcome = std::move(got); });
    bench.time.run_for(1s);
  };
  act({.action = ota::TicketAction::retry,
       .actor = "anna",
       .text = "try again",
       .grant = false,
       .payment = {},
       .configuration = {}});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::invalid);
  act({.action = ota::TicketAction::retry,
       .actor = "anna",
       .text = "goodwill",
       .grant = true,
       .payment = {},
       .configuration = {}});
  ASSERT_TRUE(outcome) << outcome.error().message();
  ASSERT_TRUE(outcome->started);
  EXPECT_EQ(bench.at(outcome->started->id).state, ota::State::Active);
  EXPECT_EQ(bench.at(outcome->started->id).money_state, ota::MoneyState::none);
  EXPECT_EQ(bench.at(id).service_status, ota::ServiceStatus::Active);
}

TEST(Engine, EditedPayloadNeedsASecondPerson) {
  Bench bench;
  bench.iot.on_configure = [](const auto&) {
    return FakeIot::refusal(ota::FailureCategory::InvalidConfiguration, 422);
  };
  bench.order();
  bench.time.run_for(5min);
  const TicketId ticket = bench.disk.tickets.begin()->first;
  bench.iot.on_configure = [](const auto&) { return FakeIot::answer(Kind::confirmed); };
  std::optional<ota::Activation> started;
  const auto act = [&](std::string actor) {
    bench.engine->act_on_ticket(ticket,
                                {.action = ota::TicketAction::modify_payload,
                                 .actor = std::move(actor),
                                 .text = "zone 2 is broken",
                                 .grant = true,
                                 .payment = {},
                                 .configuration = R"({"zones":1})"},
                                [&](Result<TicketOutcome> got) {
                                  ASSERT_TRUE(got) << got.error().message();
                                  started = got->started;
                                });
    bench.time.run_for(1s);
  };
  act("anna");
  EXPECT_FALSE(started);
  act("anna");
  EXPECT_FALSE(started) << "the same person twice is one person";
  act("ben");
  ASSERT_TRUE(started);
  EXPECT_EQ(bench.iot.commands.back().configuration, R"({"zones":1})");
}

}  // namespace
}  // namespace contactor::engine
