#include "gateways/testing/cloud_suite.h"

namespace contactor::gateways::testing {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Answer = Result<fleet::CloudState>;
using fleet::Standing;
using world::FaultKind;
using world::Temper;

/// Longer than any pause that failures have caused.
constexpr Millis kCalm = std::chrono::hours(2);

}  // namespace

// ---- Bounds --------------------------------------------------------------------------------------------

TEST_P(CloudSuite, NoRequestMayHangForLongerThanAMinute) {
  Bench bench(kind(), 18);
  (void)bench.check();
  const auto vehicle = bench.subject(1);
  for (const auto call : {Bench::Call::observe, Bench::Call::activate, Bench::Call::deactivate})
    (void)bench.ask(call, vehicle);
  EXPECT_FALSE(bench.transport().sent().empty());
  EXPECT_LE(bench.transport().longest_wait(), minutes(1));
}

// ---- Credentials and limits ----------------------------------------------------------------------------

TEST_P(CloudSuite, FirstCallsAtTheSameTimeLogInOnce) {
  Bench bench(kind(), 20);
  auto answered = std::make_shared<std::size_t>(0);
  for (int number = 1; number <= 6; ++number)
    bench.cloud().observe({bench.subject(number)}, [answered](const ports::CloudAnswers& answers) {
      EXPECT_TRUE(answers.front()) << shown(answers.front());
      ++*answered;
    });
  ASSERT_TRUE(bench.transport().run_until([&] { return *answered == 6; }, kCallMax));
  EXPECT_EQ(bench.logins(), kind().logins * (kind().logs_in_for_each_vehicle ? 6 : 1));
}

TEST_P(CloudSuite, ARefusedTokenIsRenewedOnceAndTheCallRepeatedOnce) {
  for (const auto call : {Bench::Call::observe, Bench::Call::activate, Bench::Call::deactivate}) {
    Bench bench(kind(), 21);
    const auto vehicle = bench.subject(1);
    ASSERT_TRUE(bench.ask(Bench::Call::observe, vehicle));
    const std::size_t logins = bench.logins();
    bench.model().revoke_tokens();
    const Answer answer = bench.ask(call, vehicle);
    EXPECT_TRUE(answer.has_value()) << shown(answer);
    EXPECT_EQ(bench.logins() - logins, kind().logins);
  }
}

TEST_P(CloudSuite, ACloudThatRefusesEveryTokenIsNotAskedForEver) {
  for (const auto call : {Bench::Call::observe, Bench::Call::activate, Bench::Call::deactivate}) {
    Bench bench(kind(), 22);
    bench.world().set_fault(FaultKind::cloud_token_lost, 1);
    const Answer answer = bench.ask(call, bench.subject(1));
    ASSERT_FALSE(answer) << shown(answer);
    EXPECT_EQ(answer.error().kind, ErrorKind::unauthorized) << shown(answer);
    EXPECT_LE(bench.transport().sent().size(), 2 * kind().logins + 4);
  }
}

TEST_P(CloudSuite, ALimitedRateIsToldWithItsPause) {
  for (const auto call : {Bench::Call::observe, Bench::Call::activate, Bench::Call::deactivate}) {
    Bench bench(kind(), 23);
    const auto vehicle = bench.subject(1);
    ASSERT_TRUE(bench.ask(Bench::Call::observe, vehicle));
    bench.world().set_fault(FaultKind::cloud_rate_limited, 1);
    const Answer answer = bench.ask(call, vehicle);
    ASSERT_FALSE(answer) << shown(answer);
    EXPECT_EQ(answer.error().kind, ErrorKind::rate_limited) << shown(answer);
    EXPECT_EQ(answer.error().retry_after, seconds(30));
    EXPECT_EQ(answer.error().applied, Applied::no);
  }
}

TEST_P(CloudSuite, ACloudThatIsDownIsUnavailable) {
  for (const auto call : {Bench::Call::observe, Bench::Call::activate, Bench::Call::deactivate}) {
    Bench bench(kind(), 24);
    const auto vehicle = bench.subject(1);
    ASSERT_TRUE(bench.ask(Bench::Call::observe, vehicle));
    bench.world().fleet().set_outage(kind().prefix, world::FleetClouds::Outage::refuses);
    const Answer answer = bench.ask(call, vehicle);
    ASSERT_FALSE(answer) << shown(answer);
    EXPECT_EQ(answer.error().kind, ErrorKind::unavailable) << shown(answer);
    bench.world().fleet().set_outage(kind().prefix, world::FleetClouds::Outage::silent);
    const Answer silence = bench.ask(call, vehicle);
    ASSERT_FALSE(silence) << shown(silence);
    EXPECT_EQ(silence.error().kind, ErrorKind::timed_out) << shown(silence);
  }
}

TEST_P(CloudSuite, CheckLogsInAndReads) {
  Bench bench(kind(), 25);
  EXPECT_TRUE(bench.check());
  EXPECT_EQ(bench.logins(), kind().logins);
  bench.world().fleet().set_outage(kind().prefix, world::FleetClouds::Outage::refuses);
  bench.restart();
  EXPECT_FALSE(bench.check());
}

// ---- Whatever breaks, no answer is a lie ---------------------------------------------------------------

void CloudSuite::break_each_step(Bench::Call call, bool active_before) {
  const auto prepared = [&](Bench& bench, const ports::CloudSubject& vehicle) {
    const Answer ready = bench.strive(vehicle, active_before);
    EXPECT_TRUE(is(ready, active_before ? Standing::active : Standing::inactive)) << shown(ready);
    bench.restart();
  };
  Bench whole(kind(), 30);
  prepared(whole, whole.subject(1));
  const std::size_t before = whole.transport().sent().size();
  (void)whole.ask(call, whole.subject(1));
  const std::size_t steps = whole.transport().sent().size() - before;
  ASSERT_GE(steps, 2U) << "a login and a call at least";
  for (std::size_t step = 0; step < steps; ++step)
    for (const WayToFail& way : ways_to_fail()) {
      if (!kind().tells_of_empty_lists && way.answer && way.answer->body == "[]") continue;
      SCOPED_TRACE(fmt::format("{} at step {}", way.name, step));
      Bench bench(kind(), 30);
      const auto vehicle = bench.subject(1);
      prepared(bench, vehicle);
      const std::size_t changes = bench.changes();
      const bool was_active = bench.is_active(vehicle);
      bench.transport().break_request(step, way);
      const Answer answer = bench.ask(call, vehicle);
      expect_no_lie(bench, vehicle, answer, was_active, changes);
      EXPECT_FALSE(is(answer, Standing::refused)) << "nobody refused it: " << shown(answer);
      bench.pass(kCalm);
      const bool goal = call == Bench::Call::observe ? active_before : call == Bench::Call::activate;
      const Answer last = bench.strive(vehicle, goal);
      EXPECT_TRUE(is(last, goal ? Standing::active : Standing::inactive)) << shown(last);
    }
}

TEST_P(CloudSuite, ABrokenLookAtAnActiveVehicleIsNoLie) { break_each_step(Bench::Call::observe, true); }
TEST_P(CloudSuite, ABrokenLookAtAnInactiveVehicleIsNoLie) { break_each_step(Bench::Call::observe, false); }
TEST_P(CloudSuite, ABrokenActivationIsNoLie) { break_each_step(Bench::Call::activate, false); }
TEST_P(CloudSuite, ABrokenDeactivationIsNoLie) { break_each_step(Bench::Call::deactivate, true); }

TEST_P(CloudSuite, InRoughWeatherNoAnswerIsALie) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    world::FaultPlan faults;
    for (std::size_t i = 0; i < world::fault_kinds; ++i)
      if (const auto fault = static_cast<FaultKind>(i); to_string(fault).starts_with("cloud_"))
        faults.set(fault, 0.08);
    Bench bench(kind(), seed, faults);
    Prng dice(seed);
    for (int number = 1; number <= 6; ++number)
      bench.pin(bench.subject(number), static_cast<Temper>(number - 1));
    for (int turn = 0; turn < 150; ++turn) {
      const auto vehicle = bench.subject(static_cast<int>(dice.below(6)) + 1);
      const auto call = static_cast<Bench::Call>(dice.below(3));
      const bool was_active = bench.is_active(vehicle);
      const std::size_t changes = bench.changes();
      expect_no_lie(bench, vehicle, bench.ask(call, vehicle), was_active, changes);
      bench.pass(minutes(static_cast<int>(dice.below(40))));
    }
    bench.world().set_faults({});
    bench.world().fleet().heal();
    bench.pass(kCalm);
    const Answer last = bench.strive(bench.subject(1), true);
    EXPECT_TRUE(is(last, Standing::active)) << shown(last);
  }
}

}  // namespace contactor::gateways::testing
