#include "gateways/testing/cloud_suite.h"

namespace contactor::gateways::testing {
namespace {

using std::chrono::minutes;
using Answer = Result<fleet::CloudState>;
using fleet::Standing;
using world::Temper;

}  // namespace

// ---- What is asked for happens -------------------------------------------------------------------------

TEST_P(CloudSuite, APromptVehicleBecomesActive) {
  Bench bench(kind(), 1);
  const auto vehicle = bench.subject(1);
  EXPECT_TRUE(is(bench.ask(Bench::Call::observe, vehicle), Standing::inactive));
  const Answer last = bench.strive(vehicle, true);
  EXPECT_TRUE(is(last, Standing::active)) << shown(last);
  EXPECT_TRUE(bench.is_active(vehicle));
}

TEST_P(CloudSuite, ADeactivatedVehicleBecomesInactive) {
  Bench bench(kind(), 2);
  const auto vehicle = bench.subject(1);
  ASSERT_TRUE(is(bench.strive(vehicle, true), Standing::active));
  const Answer last = bench.strive(vehicle, false);
  EXPECT_TRUE(is(last, Standing::inactive)) << shown(last);
  EXPECT_FALSE(bench.is_active(vehicle));
}

TEST_P(CloudSuite, AVehicleCanComeBack) {
  Bench bench(kind(), 3);
  const auto vehicle = bench.subject(1);
  ASSERT_TRUE(is(bench.strive(vehicle, true), Standing::active));
  ASSERT_TRUE(is(bench.strive(vehicle, false), Standing::inactive));
  const Answer last = bench.strive(vehicle, true);
  EXPECT_TRUE(is(last, Standing::active)) << shown(last);
}

TEST_P(CloudSuite, RepeatingAnActivationUnderItsKeyIsHarmless) {
  Bench bench(kind(), 4);
  const auto vehicle = bench.subject(1);
  for (int i = 0; i < 3; ++i) {
    const Answer answer = bench.ask(Bench::Call::activate, vehicle);
    EXPECT_TRUE(answer && answer->standing != Standing::refused) << i << ": " << shown(answer);
  }
  ASSERT_TRUE(is(bench.strive(vehicle, true), Standing::active));
  const Answer again = bench.ask(Bench::Call::activate, vehicle);
  EXPECT_TRUE(again && again->standing != Standing::refused) << shown(again);
  EXPECT_TRUE(bench.is_active(vehicle));
}

TEST_P(CloudSuite, DeactivatingWhatIsInactiveIsNoError) {
  Bench bench(kind(), 5);
  const auto vehicle = bench.subject(1);
  for (int i = 0; i < 2; ++i) {
    const Answer answer = bench.ask(Bench::Call::deactivate, vehicle);
    ASSERT_TRUE(answer) << shown(answer);
    EXPECT_NE(answer->standing, Standing::active);
  }
  EXPECT_TRUE(is(bench.strive(vehicle, false), Standing::inactive));
}

TEST_P(CloudSuite, DeactivatingTwiceIsNoError) {
  Bench bench(kind(), 6);
  const auto vehicle = bench.subject(1);
  ASSERT_TRUE(is(bench.strive(vehicle, true), Standing::active));
  (void)bench.ask(Bench::Call::deactivate, vehicle);
  const Answer again = bench.ask(Bench::Call::deactivate, vehicle);
  EXPECT_TRUE(again.has_value()) << shown(again);
  EXPECT_TRUE(is(bench.strive(vehicle, false), Standing::inactive));
}

TEST_P(CloudSuite, WhatOthersSwitchIsSeen) {
  Bench bench(kind(), 7);
  const auto vehicle = bench.subject(1);
  ASSERT_TRUE(is(bench.strive(vehicle, true), Standing::active));
  bench.model().meddle(vehicle.vin, false, bench.now());
  const Answer seen = bench.ask(Bench::Call::observe, vehicle);
  EXPECT_FALSE(is(seen, Standing::active)) << shown(seen);
}

// ---- Vehicles that are not as one would wish -----------------------------------------------------------

TEST_P(CloudSuite, ARefusedVehicleSaysWhy) {
  Bench bench(kind(), 8);
  for (int number = 1; number <= 8; ++number) {
    const auto vehicle = bench.subject(number);
    bench.pin(vehicle, Temper::refused);
    const Answer last = bench.strive(vehicle, true);
    ASSERT_TRUE(is(last, kind().tells_refusals ? Standing::refused : Standing::inactive)) << shown(last);
    EXPECT_TRUE(is_reason(last->reason)) << last->reason;
    EXPECT_FALSE(bench.is_active(vehicle));
  }
}

TEST_P(CloudSuite, AnUnknownVehicleNeverBecomesActiveAndIsNoErrorOfOurs) {
  Bench bench(kind(), 9);
  const auto vehicle = bench.subject(1);
  bench.pin(vehicle, Temper::unknown);
  for (const auto call : {Bench::Call::observe, Bench::Call::activate, Bench::Call::deactivate}) {
    const Answer answer = bench.ask(call, vehicle);
    ASSERT_TRUE(answer) << shown(answer);
    EXPECT_NE(answer->standing, Standing::active);
    EXPECT_TRUE(answer->standing != Standing::refused || is_reason(answer->reason)) << answer->reason;
  }
}

TEST_P(CloudSuite, AnAwkwardOrStubbornVehicleIsNeverCalledActiveBeforeItIs) {
  for (const Temper temper : {Temper::awkward, Temper::stubborn, Temper::slow}) {
    Bench bench(kind(), 10);
    const auto vehicle = bench.subject(1);
    bench.pin(vehicle, temper);
    for (int look = 0; look < 20; ++look) {
      const auto call = look % 5 == 0 ? Bench::Call::activate : Bench::Call::observe;
      const bool was_active = bench.is_active(vehicle);
      expect_no_lie(bench, vehicle, bench.ask(call, vehicle), was_active, bench.changes());
      bench.pass(minutes(7));
    }
  }
}

TEST_P(CloudSuite, OneAnswerForEachSubjectInTheirOrder) {
  Bench bench(kind(), 11);
  std::vector<ports::CloudSubject> fleet;
  for (int number = 1; number <= 12; ++number) {
    fleet.push_back(bench.subject(number));
    if (number % 4 == 2) bench.pin(fleet.back(), Temper::refused);
    if (number % 4 == 3) (void)bench.strive(fleet.back(), true);
  }
  const auto limits = bench.cloud().limits();
  ASSERT_GE(std::min(limits.observed_at_once, limits.changed_at_once), 1U);
  for (std::size_t i = 0; i < fleet.size(); i += limits.observed_at_once) {
    const auto end =
        fleet.begin() + static_cast<std::ptrdiff_t>(std::min(fleet.size() - i, limits.observed_at_once) + i);
    const std::vector part(fleet.begin() + static_cast<std::ptrdiff_t>(i), end);
    const auto answers = bench.ask(Bench::Call::observe, part);
    for (std::size_t k = 0; k < part.size(); ++k)
      EXPECT_EQ(is(answers[k], Standing::active), bench.is_active(part[k]))
          << i + k << ' ' << shown(answers[k]);
  }
  for (std::size_t i = 0; i < fleet.size(); i += limits.changed_at_once) {
    const auto end =
        fleet.begin() + static_cast<std::ptrdiff_t>(std::min(fleet.size() - i, limits.changed_at_once) + i);
    const std::vector part(fleet.begin() + static_cast<std::ptrdiff_t>(i), end);
    const auto answers = bench.ask(Bench::Call::activate, part);
    for (std::size_t k = 0; k < part.size(); ++k) {
      ASSERT_TRUE(answers[k]) << i + k << ' ' << shown(answers[k]);
      EXPECT_TRUE((i + k) % 4 == 1 || answers[k]->standing != Standing::refused)
          << i + k << ' ' << shown(answers[k]);
    }
  }
}

TEST_P(CloudSuite, NothingAskedNothingAnswered) {
  Bench bench(kind(), 12);
  for (const auto call : {Bench::Call::observe, Bench::Call::activate, Bench::Call::deactivate})
    EXPECT_TRUE(bench.ask(call, std::vector<ports::CloudSubject>()).empty());
  EXPECT_TRUE(bench.transport().sent().empty());
}

TEST_P(CloudSuite, AVehicleThatTheAnswerLeavesOutIsUnknown) {
  if (!kind().answers_name_vehicles) return;
  for (const auto call : {Bench::Call::activate, Bench::Call::deactivate}) {
    Bench bench(kind(), 13);
    const auto vehicle = bench.subject(1);
    if (call == Bench::Call::deactivate) (void)bench.strive(vehicle, true);
    bench.transport().replace_in_answers(std::string(vehicle.vin.str()),
                                         std::string(bench.subject(77).vin.str()));
    const Answer answer = bench.ask(call, vehicle);
    EXPECT_TRUE(!answer || answer->standing == Standing::unknown) << shown(answer);
  }
}

}  // namespace contactor::gateways::testing
