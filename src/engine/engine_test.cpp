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

// -- the way to success
// ------------------------------------------------------------------------------------------------------------

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

// -- failure
// -----------------------------------------------------------------------------------------------------------------------

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

// -- budgets, order of commands, breaker
// -----------------------------------------------------------------------------------------------

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

// -- crashes
// -----------------------------------------------------------------------------------------------------------------------

TEST(Engine, CrashAfterTheIntentAsksInsteadOfSendingAgain) {
  Bench bench;
  bench.iot.silent = true;
  const ActivationId id = bench.order();
  bench.time.run_for(10ms);
  ASSERT_EQ(bench.iot.commands.size(), 1U);
  bench.crash();
  bench.iot.silent = false;
  bench.iot.on_status = [](const auto&) { return FakeIot::online(ota::CommandStatus::applied); };
  bench.boot();
  bench.time.run_for(10s);
  EXPECT_EQ(bench.iot.commands.size(), 1U);
  EXPECT_EQ(bench.at(id).state, ota::State::Active);
}

TEST(Engine, CrashBeforeTheCaptureIsAnsweredLooksItUp) {
  Bench bench;
  bench.payments.on_move = [](const auto&) -> Status {
    auto lost = fail(ErrorKind::timed_out, "stripe", "no answer");
    lost.error().applied = Applied::maybe;
    return lost;
  };
  const ActivationId id = bench.order();
  bench.time.run_for(100ms);
  EXPECT_EQ(bench.at(id).money_state, ota::MoneyState::capturing);
  bench.crash();
  bench.payments.facts = ports::PaymentFacts{
      .phase = ports::PaymentFacts::Phase::captured, .authorized = 1290, .captured = 1290};
  bench.boot();
  bench.time.run_for(1min);
  EXPECT_EQ(bench.at(id).money_state, ota::MoneyState::captured);
  EXPECT_EQ(bench.payments.moves.size(), 1U) << "looked up, not repeated";
}

TEST(Engine, CrashLoopNeitherDelaysACaptureNorGivesItUp) {
  Bench bench;
  bench.payments.silent = true;
  const ActivationId id = bench.order();
  bench.time.run_for(100ms);
  ASSERT_EQ(bench.payments.moves.size(), 1U);
  for (int crashes = 0; crashes < 20; ++crashes) {
    bench.crash();
    bench.boot();
    bench.time.run_for(10ms);
  }
  bench.payments.silent = false;
  bench.crash();
  bench.boot();
  bench.time.run_for(100ms);
  EXPECT_EQ(bench.at(id).money_state, ota::MoneyState::captured);
  EXPECT_EQ(bench.payments.moves.back().idempotency_key, bench.payments.moves.front().idempotency_key);
}

TEST(Engine, UnclearMoneyIsRepeatedOnlyAfterALookAndUnderTheSameKey) {
  Bench bench;
  int calls = 0;
  bench.payments.on_move = [&](const auto&) -> Status {
    if (++calls > 1) return {};
    auto lost = fail(ErrorKind::timed_out, "stripe", "no answer");
    lost.error().applied = Applied::maybe;
    return lost;
  };
  const ActivationId id = bench.order();
  bench.time.run_for(1min);
  EXPECT_EQ(bench.at(id).money_state, ota::MoneyState::captured);
  EXPECT_GE(bench.payments.look_ups, 1);
  ASSERT_EQ(bench.payments.moves.size(), 2U);
  EXPECT_EQ(bench.payments.moves[0].idempotency_key, bench.payments.moves[1].idempotency_key);
}

TEST(Engine, VoidedHoldIsWrittenOffAndNeverCaptured) {
  Bench bench;
  bench.payments.on_move = [](const auto&) -> Status {
    return fail(ErrorKind::conflict, "stripe", "canceled");
  };
  bench.payments.facts = ports::PaymentFacts{.phase = ports::PaymentFacts::Phase::voided, .authorized = 1290};
  const ActivationId id = bench.order();
  bench.time.run_for(1min);
  EXPECT_EQ(bench.at(id).state, ota::State::Active);
  EXPECT_EQ(bench.at(id).money_state, ota::MoneyState::written_off);
}

// -- orders beside orders
// ------------------------------------------------------------------------------------------------------------

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

// -- the desk
// ------------------------------------------------------------------------------------------------------------------------

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

// -- history
// ---------------------------------------------------------------------------------------------------------------------------

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
