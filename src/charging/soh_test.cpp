#include "charging/soh.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/prng.h"
#include "charging/sessions_testing.h"

namespace contactor::charging {
namespace {

using namespace testing;

constexpr double kDay = 1440;

double uniform(Prng& prng, double low, double high) {
  return low + (high - low) * static_cast<double>(prng.next() >> 11) * 0x1.0p-53;
}
double normal(Prng& prng, double sd) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += uniform(prng, 0, 1);
  return sum * sd;
}

/// One vehicle whose truth is known. Its sessions lose what its own charger loses, and SoC is told in
/// percents.
struct TestVehicle {
  double new_wh = 58'000;
  double ageing_in_a_year = 0.02;
  double days = 600;
  int sessions = 40;
  double efficiency_sd = 0.025;
  double spread = 0.015;
  bool has_odometer = true;

  [[nodiscard]] double capacity_at(double day) const {
    return new_wh * (1 - ageing_in_a_year * day / 365.25);
  }

  [[nodiscard]] std::vector<SohSession> drive(Prng& prng, double* truth) const {
    const double efficiency = 0.88 + normal(prng, efficiency_sd);
    std::vector<double> when;
    for (int i = 0; i < sessions; ++i) when.push_back(uniform(prng, 0, days));
    std::ranges::sort(when);
    *truth = capacity_at(when.back());
    std::vector<SohSession> made;
    for (const double day : when) {
      const double from = uniform(prng, 0.05, 0.5), to = uniform(prng, from + 0.22, 1.0);
      const double energy = capacity_at(day) * (to - from) / efficiency * (1 + normal(prng, spread));
      made.push_back(session(made.size(), day, from, to, energy));
    }
    return made;
  }

  [[nodiscard]] SohSession session(std::size_t number, double day, double from, double to, double wh) const {
    SohSession s;
    s.id = IdOf<ChargingEvent>("s" + std::to_string(1000 + number));
    s.started_at = at_minute(day * kDay);
    s.ended_at = at_minute(day * kDay + 400);
    s.energy = MicroWattHours(std::llround(wh * 1e6));
    s.start_state_of_charge = MilliPercent(std::llround(from * 100) * 1000);
    s.end_state_of_charge = MilliPercent(std::llround(to * 100) * 1000);
    if (has_odometer) s.odometer = Metres(1'000'000 + std::llround(day * 45'000));
    s.measured_at = MeasuredAt::ac;
    return s;
  }
};

SohModel model_of(std::int64_t watt_hours) {
  return {.capacity = WattHours(watt_hours), .is_typed_by_hand = false, .losses = {}};
}

bool has(const SohAnswer& answer, SohDoubt doubt) { return std::ranges::count(answer.doubts, doubt) > 0; }

std::optional<SohRejection> why(const SohAnswer& answer, const SohSession& session) {
  for (const SohRejected& rejected : answer.rejected)
    if (rejected.id == session.id) return rejected.reason;
  return std::nullopt;
}

/// Of many vehicles, how many have the truth inside of their interval, in percent.
double coverage(const TestVehicle& vehicle, int vehicles, double* error_mean = nullptr) {
  int covered = 0, answered = 0;
  double errors = 0;
  for (int seed = 0; seed < vehicles; ++seed) {
    Prng prng(static_cast<std::uint64_t>(seed) * 7919 + 1);
    double truth = 0;
    const auto answer = estimate_soh(vehicle.drive(prng, &truth), model_of(58'000));
    if (!answer.capacity) continue;  // of five sessions one may be off the line
    ++answered;
    const auto in = [](WattHours wh) { return static_cast<double>(wh.count()); };
    covered += in(answer.capacity->low) <= truth && truth <= in(answer.capacity->high);
    errors += std::abs(in(answer.capacity->value) - truth) / truth;
  }
  EXPECT_GE(answered * 100, vehicles * 95);
  if (error_mean != nullptr) *error_mean = errors / answered;
  return 100.0 * covered / answered;
}

TEST(Soh, NineOfTenIntervalsHoldTheTruth) {
  for (const int sessions : {5, 8, 12, 40, 100})
    for (const double days : {60.0, 600.0}) {
      const double percent = coverage({.days = days, .sessions = sessions}, 150);
      RecordProperty(fmt::format("covered_of_{}_over_{}_days", sessions, days),
                     fmt::format("{:.1f} %", percent));
      EXPECT_GE(percent, 84) << sessions << " sessions over " << days << " days";
      EXPECT_LE(percent, 99) << "so wide that it says nothing: " << sessions << " over " << days;
    }
}

TEST(Soh, NoiseIsCoveredTooWhereTheLossesAreKnown) {
  for (const double spread : {0.01, 0.03}) {
    double error = 0;
    const double percent = coverage({.sessions = 30, .efficiency_sd = 0, .spread = spread}, 150, &error);
    RecordProperty(fmt::format("spread_{}", spread),
                   fmt::format("covered {:.1f} %, off {:.2f} %", percent, error * 100));
    EXPECT_GE(percent, 88) << "the losses are as believed: the interval allows for more than there is";
    EXPECT_LT(error, spread);
  }
}

TEST(Soh, PoisonedSessionsAreRejectedAndMoveNothing) {
  int poisoned = 0, rejected = 0, covered = 0;
  constexpr int kVehicles = 100;
  for (std::uint64_t seed = 0; seed < kVehicles; ++seed) {
    Prng prng(seed + 500);
    double truth = 0;
    auto sessions = TestVehicle{}.drive(prng, &truth);
    std::vector<std::size_t> bad;
    for (std::size_t i = 0; i < sessions.size(); ++i) {
      if (!prng.chance(0.2)) continue;
      bad.push_back(i);
      SohSession& s = sessions[i];
      const auto kind = prng.below(4);
      if (kind == 0) s.energy = MicroWattHours(s.energy->count() / 2);  // split, with the whole change
      if (kind == 1) s.energy = MicroWattHours(s.energy->count() * 2);  // told twice and added
      if (kind == 2) s.end_state_of_charge = MilliPercent(255'000);
      if (kind == 3) s.energy = MicroWattHours(s.energy->count() * 13 / 10);
    }
    const auto answer = estimate_soh(sessions, model_of(58'000));
    poisoned += static_cast<int>(bad.size());
    for (const std::size_t i : bad) rejected += why(answer, sessions[i]).has_value();
    ASSERT_TRUE(answer.capacity);
    covered += static_cast<double>(answer.capacity->low.count()) <= truth &&
               truth <= static_cast<double>(answer.capacity->high.count());
  }
  RecordProperty("poisoned", fmt::format("{} of {} rejected, {} % covered", rejected, poisoned, covered));
  EXPECT_GE(rejected * 100, poisoned * 98);
  EXPECT_GE(covered, 84);
}

TEST(Soh, AgeingIsSeenOverEnoughDistanceOrTime) {
  Prng prng(3);
  double truth = 0;
  TestVehicle vehicle{.ageing_in_a_year = 0.04, .days = 1400, .sessions = 90, .efficiency_sd = 0};
  auto answer = estimate_soh(vehicle.drive(prng, &truth), model_of(58'000));
  ASSERT_TRUE(answer.trend);
  EXPECT_EQ(answer.trend->over, SohTrend::Over::ten_thousand_km);
  const double lost_in_10000_km = 58'000 * 0.04 * 10'000 / (45 * 365.25);
  EXPECT_LE(static_cast<double>(answer.trend->change.low.count()), -lost_in_10000_km);
  EXPECT_GE(static_cast<double>(answer.trend->change.high.count()), -lost_in_10000_km);
  EXPECT_LT(answer.trend->change.high.count(), 0);

  vehicle.has_odometer = false;
  answer = estimate_soh(vehicle.drive(prng, &truth), model_of(58'000));
  ASSERT_TRUE(answer.trend);
  EXPECT_EQ(answer.trend->over, SohTrend::Over::year);
  EXPECT_NEAR(static_cast<double>(answer.trend->change.value.count()), -58'000 * 0.04, 700);

  vehicle.has_odometer = true;
  auto sessions = vehicle.drive(prng, &truth);
  sessions[40].odometer = Metres(255);
  EXPECT_EQ(estimate_soh(sessions, model_of(58'000)).trend->over, SohTrend::Over::year) << "one is wrong";

  vehicle.days = 60;
  EXPECT_FALSE(estimate_soh(vehicle.drive(prng, &truth), model_of(58'000)).trend);
}

TEST(Soh, TooFewSessionsAreNotEnoughData) {
  Prng prng(1);
  double truth = 0;
  auto sessions = TestVehicle{.sessions = 4}.drive(prng, &truth);
  const auto answer = estimate_soh(sessions, model_of(58'000), MilliPercent(97'000));
  EXPECT_EQ(answer.outcome, SohOutcome::not_enough_data);
  EXPECT_EQ(answer.confidence, Confidence::none);
  EXPECT_EQ(answer.sessions_missing, 1u);
  EXPECT_FALSE(answer.soh);
  EXPECT_FALSE(answer.capacity);
  EXPECT_EQ(answer.used.size(), 4u) << "they would count";
  EXPECT_EQ(answer.oem_value, MilliPercent(97'000));
  EXPECT_EQ(estimate_soh({}, model_of(58'000)).sessions_missing, kSohSessionsMin);
}

TEST(Soh, EveryRejectionSaysWhy) {
  Prng prng(2);
  double truth = 0;
  auto s = TestVehicle{.sessions = 30}.drive(prng, &truth);
  s[0].end_state_of_charge = MilliPercent(s[0].start_state_of_charge->count() + 19'999);
  s[1].direction = Direction::export_;
  s[2].ended_at.reset();
  s[3].start_state_of_charge.reset();
  s[4].end_state_of_charge = MilliPercent(255'000);
  s[5].energy.reset();
  s[6].quality.add(Flag::gap);
  s[7].quality.add(Flag::energy_mismatch);
  s[8].energy = MicroWattHours(5);
  s[9].quarantined = true;
  s[10].energy = MicroWattHours(s[10].energy->count() * 3 / 2);
  const auto answer = estimate_soh(s, model_of(58'000));
  const SohRejection expected[] = {SohRejection::too_little_change,
                                   SohRejection::exported,
                                   SohRejection::still_open,
                                   SohRejection::no_state_of_charge,
                                   SohRejection::impossible_state_of_charge,
                                   SohRejection::no_energy,
                                   SohRejection::energy_incomplete,
                                   SohRejection::energy_contradictory,
                                   SohRejection::impossible_capacity,
                                   SohRejection::quarantined,
                                   SohRejection::off_the_line};
  for (std::size_t i = 0; i < std::size(expected); ++i)
    EXPECT_EQ(why(answer, s[i]), expected[i]) << spelled(expected[i]);
  EXPECT_EQ(answer.used.size() + answer.rejected.size(), s.size());
  EXPECT_EQ(answer.used.size(), 19u);
}

TEST(Soh, TheModelDecidesWhatCanBeSaid) {
  Prng prng(4);
  double truth = 0;
  const auto sessions = TestVehicle{.sessions = 60}.drive(prng, &truth);
  const auto known = estimate_soh(sessions, model_of(58'000));
  EXPECT_EQ(known.outcome, SohOutcome::estimated);
  ASSERT_TRUE(known.soh);
  EXPECT_LT(known.soh->low, known.soh->value);
  EXPECT_LT(known.soh->value, known.soh->high);

  SohModel typed = model_of(58'000);
  typed.is_typed_by_hand = true;
  const auto by_hand = estimate_soh(sessions, typed);
  EXPECT_LT(by_hand.confidence, known.confidence);
  EXPECT_TRUE(has(by_hand, SohDoubt::model_typed_by_hand));
  EXPECT_EQ(by_hand.soh->value, known.soh->value);

  const auto missing = estimate_soh(sessions, {});
  EXPECT_EQ(missing.outcome, SohOutcome::capacity_only);
  EXPECT_FALSE(missing.soh);
  EXPECT_TRUE(has(missing, SohDoubt::model_missing));
  EXPECT_EQ(missing.capacity->value, known.capacity->value);

  const auto other = estimate_soh(sessions, model_of(36'000));
  EXPECT_EQ(other.outcome, SohOutcome::capacity_only) << "155 % is no state of health";
  EXPECT_TRUE(has(other, SohDoubt::model_does_not_fit));
  EXPECT_EQ(other.confidence, Confidence::low);
  EXPECT_EQ(estimate_soh(sessions, model_of(1)).outcome, SohOutcome::capacity_only);
}

TEST(Soh, UnknownLossesAndAMakerWhoDisagreesLowerConfidence) {
  Prng prng(5);
  double truth = 0;
  auto sessions = TestVehicle{.sessions = 60}.drive(prng, &truth);
  const auto known = estimate_soh(sessions, model_of(58'000), MilliPercent(97'000));
  EXPECT_EQ(known.oem_value, MilliPercent(97'000));
  const auto disputed = estimate_soh(sessions, model_of(58'000), MilliPercent(70'000));
  EXPECT_TRUE(has(disputed, SohDoubt::oem_disagrees));
  EXPECT_LT(disputed.confidence, known.confidence);
  EXPECT_EQ(disputed.soh->value, known.soh->value) << "it stands beside, it is not mixed in";

  for (SohSession& session : sessions) session.measured_at = MeasuredAt::unknown;
  const auto assumed = estimate_soh(sessions, model_of(58'000));
  EXPECT_TRUE(has(assumed, SohDoubt::losses_assumed));
  EXPECT_GT(assumed.capacity->high.count() - assumed.capacity->low.count(),
            known.capacity->high.count() - known.capacity->low.count());
}

TEST(Soh, TheAnswerDoesNotDependOnTheOrder) {
  Prng prng(6);
  double truth = 0;
  auto sessions = TestVehicle{.sessions = 130}.drive(prng, &truth);
  const auto first = estimate_soh(sessions, model_of(58'000));
  EXPECT_EQ(first.used.size() + first.rejected.size(), 130u);
  EXPECT_LE(first.used.size(), kSohSessionsMax);
  for (std::size_t i = sessions.size(); i > 1; --i) std::swap(sessions[i - 1], sessions[prng.below(i)]);
  const auto again = estimate_soh(sessions, model_of(58'000));
  EXPECT_EQ(first.capacity->value, again.capacity->value);
  EXPECT_EQ(first.capacity->low, again.capacity->low);
  EXPECT_EQ(first.used.front().id, again.used.front().id);
}

TEST(Soh, SessionsFromStatsCarryAllThatIsNeeded) {
  std::vector<ChargingStat> stats;
  for (int day = 0; day < 6; ++day)
    for (int step = 0; step <= 10; ++step)
      stats.push_back(a_stat(day * kDay + step * 30.0)
                          .charging(step < 10)
                          .register_uwh((day * 30 + step * 3) * kWh)
                          .soc(20'000 + step * 5'000)
                          .odometer(10'000'000 + day * 100'000));
  std::vector<SohSession> sessions;
  for (const Session& session : sessions_of(stats))
    sessions.push_back(to_soh_session(session, MeasuredAt::battery));
  const auto answer = estimate_soh(sessions, model_of(60'000));
  ASSERT_EQ(answer.outcome, SohOutcome::estimated);
  EXPECT_EQ(answer.used.size(), 6u);
  EXPECT_EQ(answer.capacity->value, WattHours(59'100)) << "30 kWh, half of the battery, less 1.5 %";
  EXPECT_EQ(answer.soh->value, MilliPercent(98'500));
}

}  // namespace
}  // namespace contactor::charging
