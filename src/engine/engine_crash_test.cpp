#include "engine/engine.h"

#include <gtest/gtest.h>

#include "engine/engine_fixture.h"
#include "engine/history_chain.h"

namespace contactor::engine {
namespace {

using namespace std::chrono_literals;
using testing::Bench;
using testing::FakeIot;

// -- crashes ----------------------------------------------------------------------------------------------

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

TEST(Engine, CaptureOutlastsADayOfOutage) {
  Bench bench;
  bool is_down = true;
  bench.payments.on_move = [&](const auto&) -> Status {
    if (!is_down) return {};
    return fail(ErrorKind::unavailable, "stripe", "down");
  };
  const ActivationId id = bench.order();
  bench.time.run_for(24h);
  EXPECT_EQ(bench.at(id).money_state, ota::MoneyState::capturing);
  is_down = false;
  bench.time.run_for(1h);
  EXPECT_EQ(bench.at(id).money_state, ota::MoneyState::captured);
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

}  // namespace
}  // namespace contactor::engine
