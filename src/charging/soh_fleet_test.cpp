// The whole way, from what telemetry says to a state of health, for a fleet whose truth is known.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/prng.h"
#include "charging/sessions_testing.h"
#include "charging/soh.h"

namespace contactor::charging {
namespace {

using namespace testing;

constexpr double kDay = 1440, kNewWh = 58'000;
constexpr int kSteps = 10;

double uniform(Prng& prng, double low, double high) {
  return low + (high - low) * static_cast<double>(prng.next() >> 11) * 0x1.0p-53;
}

/// What is wrong with the telemetry of one session.
enum class Poison { none, placeholder, stuck, silence, reset, jump };
constexpr int kPoisons = 6;

/// One vehicle with an ageing of its own; how much of what is counted at its battery can be drawn again is
/// its own too.
class Vehicle {
 public:
  Vehicle(Prng& prng, int sessions, double days)
      : prng_(prng), ageing_(uniform(prng, 0, 0.05)), efficiency_(0.985 + uniform(prng, -0.012, 0.012)) {
    std::vector<double> when;
    for (int i = 0; i < sessions; ++i) when.push_back(std::floor(uniform(prng, 0, days)) + i * 1e-3);
    std::ranges::sort(when);
    // At most one a day, so that no session touches the next.
    for (std::size_t i = 1; i < when.size(); ++i) when[i] = std::max(when[i], when[i - 1] + 1);
    for (const double day : when) charge(day, poison());
    last_day_ = when.back();
  }
  [[nodiscard]] double soh() const { return health(last_day_); }
  [[nodiscard]] std::vector<ChargingStat>& stats() { return stats_; }
  [[nodiscard]] int poisoned() const { return poisoned_; }

 private:
  [[nodiscard]] double health(double day) const { return 1 - ageing_ * day / 365.25; }

  Poison poison() {
    if (!prng_.chance(0.25)) return Poison::none;
    ++poisoned_;
    return static_cast<Poison>(1 + prng_.below(kPoisons - 1));
  }

  void charge(double day, Poison poison) {
    const double from = uniform(prng_, 0.05, 0.4), to = uniform(prng_, from + 0.3, 1.0);
    const double energy =
        kNewWh * health(day) * (to - from) / efficiency_ * (1 + uniform(prng_, -0.02, 0.02));
    const double begun = register_;
    for (int step = 0; step <= kSteps; ++step) {
      const double part = static_cast<double>(step) / kSteps;
      if (poison == Poison::silence && step > 2 && step < 8) continue;
      if (poison == Poison::reset && step == 5) register_ = 0;
      const double before = static_cast<double>(std::max(step - 1, 0)) / kSteps;
      register_ += energy * (part - (poison == Poison::silence && step == 8 ? 0.2 : before));
      double soc = std::round((from + (to - from) * part) * 100) * 1000;
      if (poison == Poison::placeholder && step >= 5) soc = 255'000;
      if (poison == Poison::stuck) soc = std::round(from * 100) * 1000;
      if (poison == Poison::jump && step == kSteps) soc = std::max(soc - 20'000, 0.0);
      stats_.push_back(a_stat(day * kDay + step * 30.0)
                           .charging(step < kSteps)
                           .register_uwh(std::llround(register_ * 1e6))
                           .soc(std::llround(soc))
                           .odometer(1'000'000 + std::llround(day * 40'000)));
    }
    if (poison == Poison::reset) register_ += begun;
  }

  Prng& prng_;
  double ageing_, efficiency_;
  double register_ = 1'000'000, last_day_ = 0;
  int poisoned_ = 0;
  std::vector<ChargingStat> stats_;
};

SohAnswer answer_of(Vehicle& vehicle) {
  std::vector<SohSession> sessions;
  for (const Session& session : sessions_of(vehicle.stats()))
    sessions.push_back(to_soh_session(session, MeasuredAt::battery));
  SohModel model;
  model.capacity = WattHours(static_cast<std::int64_t>(kNewWh));
  return estimate_soh(sessions, model);
}

TEST(SohOfAFleet, IntervalsHoldTheTruthThoughAQuarterOfTheTelemetryIsPoisoned) {
  constexpr int kVehicles = 60;
  int covered = 0, poisoned = 0;
  double error = 0, width = 0;
  for (std::uint64_t seed = 0; seed < kVehicles; ++seed) {
    Prng prng(seed * 31 + 7);
    Vehicle vehicle(prng, 30, 500);
    shuffle(vehicle.stats(), prng);
    poisoned += vehicle.poisoned();
    const auto answer = answer_of(vehicle);
    ASSERT_EQ(answer.outcome, SohOutcome::estimated) << seed;
    const double truth = vehicle.soh() * 100'000;
    const auto in = [](MilliPercent value) { return static_cast<double>(value.count()); };
    covered += in(answer.soh->low) <= truth && truth <= in(answer.soh->high);
    error += std::abs(in(answer.soh->value) - truth) / 1000 / kVehicles;
    width += (in(answer.soh->high) - in(answer.soh->low)) / 1000 / kVehicles;
    for (const SohUsed& used : answer.used)
      EXPECT_NEAR(static_cast<double>(used.capacity.count()), vehicle.soh() * kNewWh, 0.15 * kNewWh)
          << "a poisoned session was used: " << used.id.str() << " of vehicle " << seed;
  }
  RecordProperty("poisoned", poisoned);
  RecordProperty("covered", fmt::format("{} of {}", covered, kVehicles));
  RecordProperty("error", fmt::format("{:.2f} points, interval {:.2f} points wide", error, width));
  EXPECT_GE(poisoned, kVehicles * 6);
  EXPECT_GE(covered * 100, kVehicles * 85);
  EXPECT_LT(error, 1.2);
  EXPECT_LT(width, 7);
}

TEST(SohOfAFleet, AFewSessionsAreNotEnoughData) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Prng prng(seed + 900);
    Vehicle vehicle(prng, 4, 100);
    const auto answer = answer_of(vehicle);
    EXPECT_EQ(answer.outcome, SohOutcome::not_enough_data) << seed;
    EXPECT_FALSE(answer.soh);
    EXPECT_GE(answer.sessions_missing, 1u);
  }
}

}  // namespace
}  // namespace contactor::charging
