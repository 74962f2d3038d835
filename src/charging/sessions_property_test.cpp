// A vehicle's days drawn at random, told in every order, twice, late and wrong: the sessions must not notice.

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "charging/rules.h"
#include "charging/sessions_testing.h"

namespace contactor::charging {
namespace {

using namespace testing;

/// Sessions and drives, with what the register counted between the first stat and the last one.
class Story {
 public:
  explicit Story(std::uint64_t seed) : prng_(seed) {
    has_registers_ = prng_.chance(0.7);
    for (int day = 0; day < 6; ++day) {
      drive();
      charge();
    }
    tell(false);
  }

  std::vector<ChargingStat> stats;
  std::int64_t counted_uwh = 0;
  [[nodiscard]] bool has_registers() const { return has_registers_; }
  Prng& prng() { return prng_; }

 private:
  void drive() {
    tell(false);
    minute_ += 90 + static_cast<double>(prng_.below(600));
    odometer_ += 2'000 + static_cast<std::int64_t>(prng_.below(80'000));
    soc_ = std::max<std::int64_t>(5'000, soc_ - 1'000 * static_cast<std::int64_t>(prng_.below(50)));
    tell(false);
    minute_ += 1 + static_cast<double>(prng_.below(40));
  }

  void charge() {
    power_ = {220'000 + static_cast<std::int64_t>(prng_.below(200'000)),
              6'000 + static_cast<std::int64_t>(prng_.below(90'000))};
    const auto steps = 2 + prng_.below(12);
    for (std::uint64_t i = 0; i < steps; ++i) {
      tell(true);
      const auto minutes =
          static_cast<double>(prng_.chance(0.1) ? 70 + prng_.below(120) : 1 + prng_.below(40));
      minute_ += minutes;
      const auto grown =
          static_cast<std::int64_t>(prng_.below(static_cast<std::uint64_t>(minutes) * 300'000'000));
      register_ += grown;
      counted_uwh += grown;
      soc_ = std::min<std::int64_t>(100'000, soc_ + 2'000);
    }
    tell(false);
    minute_ += 3;
  }

  void tell(bool charges) {
    auto stat = a_stat(minute_).charging(charges).soc(soc_).odometer(odometer_).id(
        "stat-" + std::to_string(stats.size()));
    if (has_registers_) stat.register_uwh(register_);
    if (!has_registers_ || prng_.chance(0.3)) stat.power(power_.first, charges ? power_.second : 0);
    if (prng_.chance(0.05)) stat.soc(255'000);
    stats.push_back(stat.received(minute_ + 1));
    minute_ += 1;
  }

  Prng prng_;
  bool has_registers_ = true;
  double minute_ = 0;
  std::int64_t odometer_ = 20'000'000;
  std::int64_t register_ = 1'234'567'890'123;
  std::int64_t soc_ = 50'000;
  std::pair<std::int64_t, std::int64_t> power_;
};

constexpr std::uint64_t kStories = 150;

/// What stays published, by id: content without the numbers of versions.
using Published = std::map<IdOf<ChargingEvent>, ChargingEvent>;

void store(Published& published, const std::vector<SessionChange>& changes) {
  for (const SessionChange& change : changes) {
    ChargingEvent event = change.session.event;
    const auto before = published.find(event.id);
    EXPECT_EQ(event.version, before == published.end() ? 1 : before->second.version + 1);
    EXPECT_EQ(event.supersedes.value_or(0), event.version - 1);
    published[event.id] = std::move(event);
  }
}

/// Those that were not withdrawn, without version numbers.
std::vector<ChargingEvent> standing(const Published& published) {
  std::vector<ChargingEvent> left;
  for (const auto& [id, event] : published) {
    if (event.quarantined) continue;
    left.push_back(event);
    left.back().version = 1;
    left.back().supersedes.reset();
  }
  return left;
}

std::vector<ChargingEvent> events_of(const std::vector<ChargingStat>& stats) {
  Published published;
  for (const Session& session : sessions_of(stats)) published[session.event.id] = session.event;
  return standing(published);
}

TEST(SessionProperties, OrderBatchesAndRepetitionChangeNothing) {
  for (std::uint64_t seed = 0; seed < kStories; ++seed) {
    Story story(seed);
    const auto expected = events_of(story.stats);
    ASSERT_FALSE(expected.empty());
    auto told = story.stats;
    for (const ChargingStat& stat : story.stats) {
      if (story.prng().chance(0.2)) told.push_back(stat);
      if (!story.prng().chance(0.1)) continue;
      // What was said first and corrected since.
      ChargingStat wrong = stat;
      wrong.created_at = *stat.created_at - Millis(1);
      wrong.charging = !*stat.charging;
      wrong.energy = MicroWattHours(77);
      told.push_back(wrong);
    }
    shuffle(told, story.prng());
    SessionBuilder builder;
    Published published;
    for (const ChargingStat& stat : told) {
      take_all(builder, {stat});
      if (story.prng().chance(0.1)) store(published, builder.publish(Instant::never()));
    }
    store(published, builder.publish(Instant::never()));
    ASSERT_EQ(standing(published), expected) << "story " << seed;
    ASSERT_TRUE(builder.publish(Instant::never()).empty()) << "story " << seed;
  }
}

TEST(SessionProperties, TheSumOfAllSessionsIsWhatTheRegisterCounted) {
  int with_registers = 0;
  for (std::uint64_t seed = 0; seed < kStories; ++seed) {
    const Story story(seed);
    if (!story.has_registers()) continue;
    ++with_registers;
    std::int64_t sum = 0;
    for (const Session& session : sessions_of(story.stats)) {
      ASSERT_TRUE(session.energy);
      sum += session.energy->count();
      EXPECT_EQ(session.event.end_energy->count() - session.event.start_energy->count(),
                session.energy->count());
    }
    ASSERT_EQ(sum, story.counted_uwh) << "story " << seed;
  }
  EXPECT_GT(with_registers, 50);
}

TEST(SessionProperties, WithoutRegistersTheSumIsPowerOverTime) {
  for (std::uint64_t seed = 0; seed < kStories; ++seed) {
    const Story story(seed);
    if (story.has_registers()) continue;
    for (const Session& session : sessions_of(story.stats)) {
      // Independently: exact doubled micro-watt milliseconds, divided once.
      __int128 doubled = 0;
      for (std::size_t i = 0; i + 1 < story.stats.size(); ++i) {
        const ChargingStat& a = story.stats[i];
        const ChargingStat& b = story.stats[i + 1];
        if (a.measured_at < session.event.started_at || b.measured_at > *session.event.ended_at) continue;
        const auto elapsed = (b.measured_at - a.measured_at).count();
        if (elapsed > 65 * 60'000) continue;
        doubled += (static_cast<__int128>(a.voltage->count()) * a.current->count() +
                    static_cast<__int128>(b.voltage->count()) * b.current->count()) *
                   elapsed;
      }
      if (!session.energy) continue;
      const auto off = doubled - static_cast<__int128>(session.energy->count()) * 7'200'000;
      ASSERT_LE(off < 0 ? -off : off, 3'600'000) << "half a micro-watt-hour of rounding; story " << seed;
    }
  }
}

TEST(SessionProperties, ALateStatChangesOnlySessionsNearIt) {
  for (std::uint64_t seed = 0; seed < kStories; ++seed) {
    Story story(seed);
    auto stats = story.stats;
    const std::size_t late = 1 + story.prng().below(stats.size() - 2);
    SessionBuilder builder;
    for (std::size_t i = 0; i < stats.size(); ++i)
      if (i != late) take_all(builder, {stats[i]});
    (void)builder.publish(Instant::never());
    take_all(builder, {stats[late]});
    for (const SessionChange& change : builder.publish(Instant::never())) {
      const ChargingEvent& event = change.session.event;
      EXPECT_LE(event.started_at, stats[late + 1].measured_at + std::chrono::minutes(30)) << "story " << seed;
      EXPECT_GE(*event.ended_at, stats[late - 1].measured_at - std::chrono::minutes(30)) << "story " << seed;
    }
  }
}

/// Anything that a stranger can send, near each other in time so that it meets.
ChargingStat anything(Prng& prng) {
  const auto value = [&prng](std::int64_t usual) -> std::int64_t {
    static constexpr std::int64_t kOdd[] = {0, 1, -1, 65'535, 255'000, 4'294'967'295, INT64_MAX, INT64_MIN};
    if (prng.chance(0.1)) return kOdd[prng.below(std::size(kOdd))];
    return static_cast<std::int64_t>(prng.below(static_cast<std::uint64_t>(usual)));
  };
  ChargingStat stat = a_stat(static_cast<double>(prng.below(3000)));
  if (prng.chance(0.3)) stat.provider = "other";
  if (prng.chance(0.3)) stat.id = IdOf<ChargingStat>("id-" + std::to_string(prng.below(40)));
  if (prng.chance(0.02)) stat.measured_at = Instant::from_millis(value(4'000'000'000'000));
  if (prng.chance(0.2)) stat.created_at = Instant::from_millis(value(4'000'000'000'000));
  if (prng.chance(0.7)) stat.charging = prng.chance(0.6);
  if (prng.chance(0.6)) stat.energy = MicroWattHours(value(60 * kWh));
  if (prng.chance(0.5)) stat.voltage = MilliVolts(value(400'000));
  if (prng.chance(0.5)) stat.current = MilliAmps(value(200'000));
  if (prng.chance(0.2)) stat.current = MilliAmps(-100'000);
  if (prng.chance(0.2)) stat.charging_power = Watts(value(150'000));
  if (prng.chance(0.5)) stat.state_of_charge = MilliPercent(value(100'000));
  if (prng.chance(0.3)) stat.odometer = Metres(value(2'000));
  if (prng.chance(0.2)) stat.latitude = TenMillionthDegrees(value(500'000'000));
  if (prng.chance(0.2)) stat.longitude = TenMillionthDegrees(value(500'000'000));
  return stat;
}

TEST(SessionProperties, WhateverComesEventsAreFitToBeStoredAndDoNotDependOnOrder) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Prng prng(seed);
    std::vector<ChargingStat> stats;
    for (std::uint64_t i = 0; i < 5 + prng.below(120); ++i) stats.push_back(anything(prng));
    const auto sessions = sessions_of(stats);
    for (const Session& session : sessions) {
      const ChargingEvent& event = session.event;
      ASSERT_EQ(settled(event), event) << "seed " << seed;
      ASSERT_FALSE(event.quarantined) << "seed " << seed;
      ASSERT_GE(*event.ended_at, event.started_at);
      const std::int64_t energy = session.energy ? session.energy->count() : 0;
      ASSERT_TRUE(event.direction == Direction::export_ ? energy <= 0 : energy >= 0) << "seed " << seed;
    }
    const auto expected = events_of(stats);
    ASSERT_EQ(expected.size(), sessions.size()) << "ids are unique; seed " << seed;
    shuffle(stats, prng);
    ASSERT_EQ(events_of(stats), expected) << "seed " << seed;
  }
}

}  // namespace
}  // namespace contactor::charging
