#include "engine/engine.h"

#include <gtest/gtest.h>

#include "engine/engine_fixture.h"
#include "engine/history_chain.h"

namespace contactor::engine {
namespace {

using namespace std::chrono_literals;
using ota::testing::an_order;
using testing::Bench;
using testing::FakeIot;
using Kind = ota::CommandAnswer::Kind;

// -- the way to success -----------------------------------------------------------------------------------

TEST(Engine, RunsAnOrderToActiveAndCaptures) {
  Bench bench;
  const ActivationId id = bench.order();
  bench.time.run_for(1s);
  EXPECT_EQ(bench.at(id).state, ota::State::Active);
  EXPECT_EQ(bench.at(id).money_state, ota::MoneyState::captured);
  ASSERT_EQ(bench.iot.commands.size(), 1U);
  EXPECT_EQ(bench.iot.commands[0].command_id, ota::command_id(id, 1));
  ASSERT_EQ(bench.payments.moves.size(), 1U);
  EXPECT_EQ(bench.payments.moves[0].idempotency_key, to_string(id) + "-capture-1");
  EXPECT_TRUE(bench.disk.archive.contains(id));
  EXPECT_EQ(bench.mail.mails.size(), 3U) << "receipt, started, active";
}

TEST(Engine, PollsWhereTheAnswerIsOnlyAnAcceptance) {
  Bench bench;
  bench.iot.on_configure = [](const auto&) { return FakeIot::answer(Kind::accepted); };
  const ActivationId id = bench.order();
  bench.time.run_for(1s);
  EXPECT_EQ(bench.at(id).state, ota::State::WaitingResponse);
  bench.iot.on_status = [](const auto&) { return FakeIot::online(ota::CommandStatus::applied); };
  bench.time.run_for(10s);
  EXPECT_EQ(bench.at(id).state, ota::State::Active);
}

TEST(Engine, CallbackIsFasterThanThePoll) {
  Bench bench;
  bench.iot.on_configure = [](const auto&) { return FakeIot::answer(Kind::accepted); };
  const ActivationId id = bench.order();
  bench.time.run_for(100ms);
  Status answered;
  bench.engine->vehicle_reported({.command_id = ota::command_id(id, 1),
                                  .vin = an_order().vin,
                                  .status = ota::CommandStatus::applied,
                                  .generation = 1,
                                  .failure = {}},
                                 [&](Status status) { answered = std::move(status); });
  bench.time.run_for(100ms);
  EXPECT_TRUE(answered);
  EXPECT_EQ(bench.at(id).state, ota::State::Active);
}

TEST(Engine, CallbackForAnotherVehicleOrCommandIsRefused) {
  Bench bench;
  bench.iot.on_configure = [](const auto&) { return FakeIot::answer(Kind::accepted); };
  const ActivationId id = bench.order();
  bench.time.run_for(100ms);
  for (const auto& [command, vin] : {std::pair(ota::command_id(id, 1), "WVWZZZ1JZXW000002"),
                                     std::pair(ota::command_id(id, 2), "WVWZZZ1JZXW000001"),
                                     std::pair(std::string("cmd_x"), "WVWZZZ1JZXW000001")}) {
    Status answered;
    bench.engine->vehicle_reported({.command_id = command,
                                    .vin = *Vin::parse(vin),
                                    .status = ota::CommandStatus::applied,
                                    .generation = 1,
                                    .failure = {}},
                                   [&](Status status) { answered = std::move(status); });
    bench.time.run_for(10ms);
    ASSERT_FALSE(answered);
    EXPECT_EQ(answered.error().kind, ErrorKind::not_found);
  }
  EXPECT_EQ(bench.at(id).state, ota::State::WaitingResponse);
}

TEST(Engine, ClockThatIsSetForwardDelaysNoWakeUp) {
  Bench bench;
  bench.iot.on_configure = [](const auto&) { return FakeIot::refusal(ota::FailureCategory::VehicleOffline); };
  bench.order(testing::another_order("o-1", "a"));
  bench.time.run_for(1s);
  bench.iot.on_configure = [](const auto&) { return FakeIot::answer(Kind::accepted); };
  bench.time.set_forward(2h);
  bench.order(testing::another_order("o-2", "a", "WVWZZZ1JZXW000077"));
  const int polls = bench.iot.status_calls;
  bench.time.run_for(5s);
  EXPECT_GT(bench.iot.status_calls, polls) << "though a backoff of 30 s began before";
}

// -- failure ----------------------------------------------------------------------------------------------

TEST(Engine, ExhaustedRetriesEndWithTicketReleaseAndMail) {
  Bench bench;
  bench.iot.on_configure = [](const auto&) { return FakeIot::refusal(ota::FailureCategory::VehicleOffline); };
  const ActivationId id = bench.order();
  bench.time.run_for(1h);
  EXPECT_EQ(bench.at(id).state, ota::State::Failed);
  EXPECT_EQ(bench.at(id).money_state, ota::MoneyState::released);
  EXPECT_EQ(bench.iot.commands.size(), 6U);
  ASSERT_EQ(bench.disk.tickets.size(), 1U);
  const ota::Ticket& ticket = bench.disk.tickets.begin()->second;
  EXPECT_EQ(ticket.retry_attempts.size(), 6U);
  EXPECT_EQ(ticket.priority, ota::Priority::HIGH);
  EXPECT_NE(bench.mail.mails.back().subject.find("NOT been charged"), std::string::npos)
      << bench.mail.mails.back().subject;
  EXPECT_EQ(bench.payments.moves.back().purpose, ota::MoneyPurpose::release);
}

TEST(Engine, SilentApiEndsInTheSameWay) {
  Bench bench;
  bench.iot.on_configure = [](const auto&) { return FakeIot::answer(Kind::unknown); };
  bench.iot.on_status = [](const auto&) -> Result<ota::VehicleStatus> { return FakeIot::online(); };
  const ActivationId id = bench.order();
  bench.time.run_for(2h);
  EXPECT_EQ(bench.at(id).state, ota::State::Failed);
  EXPECT_EQ(bench.at(id).money_state, ota::MoneyState::released);
}

TEST(Engine, CarThatIsSaidToHaveAppliedItAndShowsOtherwiseIsNotBelieved) {
  Bench bench;
  bench.iot.on_configure = [](const auto&) { return FakeIot::answer(Kind::accepted); };
  bench.iot.on_status = [](const auto&) {
    auto status = FakeIot::online(ota::CommandStatus::applied);
    status.features.push_back({.service_id = "seat-heating", .active = false, .generation = 0});
    return status;
  };
  const ActivationId id = bench.order();
  bench.time.run_for(3h);
  EXPECT_EQ(bench.at(id).state, ota::State::Failed);
  EXPECT_EQ(bench.at(id).money_state, ota::MoneyState::released);
}

TEST(Engine, NonRetryableFailureSendsNothingMore) {
  Bench bench;
  bench.iot.on_configure = [](const auto&) {
    return FakeIot::refusal(ota::FailureCategory::InvalidConfiguration, 422);
  };
  const ActivationId id = bench.order();
  bench.time.run_for(2h);
  EXPECT_EQ(bench.iot.commands.size(), 1U);
  EXPECT_EQ(bench.at(id).state, ota::State::Failed);
  EXPECT_EQ(bench.disk.tickets.size(), 1U);
}

TEST(Engine, RefusalOfACommandWhoseTimeIsOverIsATimeoutAndNoVerdict) {
  Bench bench;
  bench.iot.answers_after = 6min;
  bench.iot.on_configure = [&](const auto&) {
    return FakeIot::refusal(ota::FailureCategory::InvalidConfiguration, 400);
  };
  const ActivationId id = bench.order();
  bench.time.run_for(1s);
  ASSERT_EQ(bench.iot.commands.size(), 1U);
  bench.iot.answers_after = 1ms;
  bench.iot.on_configure = [](const auto&) { return FakeIot::answer(Kind::confirmed); };
  bench.time.run_for(1h);
  EXPECT_EQ(bench.at(id).state, ota::State::Active);
  EXPECT_EQ(bench.iot.commands.size(), 2U);
  EXPECT_TRUE(bench.disk.tickets.empty());
}

TEST(Engine, LateConfirmationAfterTheEndIsSwitchedOffAgain) {
  Bench bench;
  bench.iot.on_configure = [](const auto& command) {
    return command.enable ? FakeIot::refusal(ota::FailureCategory::InvalidConfiguration, 422)
                          : FakeIot::answer(Kind::confirmed);
  };
  const ActivationId id = bench.order();
  bench.time.run_for(5min);
  ASSERT_EQ(bench.at(id).state, ota::State::Failed);
  bench.engine->vehicle_reported({.command_id = ota::command_id(id, 1),
                                  .vin = an_order().vin,
                                  .status = ota::CommandStatus::applied,
                                  .generation = 1,
                                  .failure = {}},
                                 [](Status) {});
  bench.time.run_for(1min);
  ASSERT_EQ(bench.iot.commands.size(), 2U);
  EXPECT_FALSE(bench.iot.commands.back().enable);
  EXPECT_EQ(bench.at(id).state, ota::State::Failed);
  EXPECT_EQ(bench.at(id).money_state, ota::MoneyState::released);
}

// -- history ----------------------------------------------------------------------------------------------

TEST(Engine, HistoryIsAChainThatShowsEveryChange) {
  Bench bench;
  bench.iot.on_configure = [](const auto&) { return FakeIot::refusal(ota::FailureCategory::VehicleOffline); };
  const ActivationId id = bench.order();
  bench.time.run_for(2h);
  auto history = bench.disk.history[id];
  EXPECT_EQ(first_bad_entry(id, bench.at(id).history_head, history), 0U);
  auto forged = history;
  forged[3].detail += " ";
  EXPECT_EQ(first_bad_entry(id, bench.at(id).history_head, forged), 4U);
  history.pop_back();
  EXPECT_NE(first_bad_entry(id, bench.at(id).history_head, history), 0U);
}

}  // namespace
}  // namespace contactor::engine
