#include "charging/sessions_window.h"

#include <gtest/gtest.h>

#include "charging/rules.h"
#include "charging/sessions_testing.h"

namespace contactor::charging {
namespace {

using namespace testing;

StreamPart part_of(std::vector<ChargingStat> stats, std::size_t first_new, std::size_t last_new) {
  StreamPart part{.stats = std::move(stats), .oldest_new = {}, .newest_new = {}};
  part.oldest_new = part.stats[first_new].measured_at;
  part.newest_new = part.stats[last_new].measured_at;
  return part;
}

/// A night's charge between idle hours, told every 20 minutes.
std::vector<ChargingStat> days(int count, bool has_registers, bool has_odometer, std::uint64_t seed) {
  Prng prng(seed);
  std::vector<ChargingStat> stats;
  double minute = 0;
  std::int64_t counted = 5 * kWh;
  std::int64_t driven = 9'000'000;
  const auto tell = [&](bool charging) {
    auto stat = a_stat(minute).charging(charging).received(minute + 1);
    if (has_registers && !prng.chance(0.2)) stat.register_uwh(counted);
    if (!has_registers) stat.power(230'000, charging ? 16'000 : 0);
    if (has_odometer && !prng.chance(0.3)) stat.odometer(driven);
    stats.push_back(stat);
    minute += 5 + static_cast<double>(prng.below(25));
  };
  for (int day = 0; day < count; ++day) {
    for (std::uint64_t i = 0, idle = 2 + prng.below(6); i < idle; ++i) tell(false);
    for (std::uint64_t i = 0, steps = 1 + prng.below(6); i < steps; ++i) {
      tell(true);
      counted += static_cast<std::int64_t>(prng.below(3)) * kWh;
    }
    for (std::uint64_t i = 0, idle = 1 + prng.below(7); i < idle; ++i) tell(false);
    driven += 30'000;
  }
  return stats;
}

std::vector<ChargingEvent> events_of(const std::vector<ChargingStat>& stats) {
  std::vector<ChargingEvent> events;
  for (const Session& session : sessions_of(stats)) events.push_back(session.event);
  return events;
}

TEST(SessionWindow, HasTheSessionsThatTheWholeStreamHasThere) {
  int cut = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const bool has_registers = seed % 2 == 0;
    const auto stats = days(5, has_registers, seed % 3 != 0, seed);
    Prng prng(seed);
    const std::size_t at = prng.below(stats.size());
    auto part = part_of(stats, at, std::min(at + prng.below(3), stats.size() - 1));
    part.has_begin = part.has_end = true;
    const QuietSides sides = quiet_sides(part);
    const auto window = window_of(part, sides);
    ASSERT_TRUE(window);
    ASSERT_LE(window->first, at);
    ASSERT_GE(window->last, at);
    cut += sides.before && sides.behind ? 1 : 0;
    const auto begin = stats.begin();
    const std::vector inside(begin + static_cast<std::ptrdiff_t>(window->first),
                             begin + static_cast<std::ptrdiff_t>(window->last) + 1);
    std::vector<ChargingEvent> expected;
    for (const ChargingEvent& event : events_of(stats))
      if (event.started_at >= inside.front().measured_at && event.started_at <= inside.back().measured_at)
        expected.push_back(event);
    ASSERT_EQ(events_of(inside), expected) << "seed " << seed;
  }
  EXPECT_GT(cut, 50) << "windows are seldom smaller than the stream: nothing was tested";
}

TEST(SessionWindow, AsksForMoreWhereNothingIsQuiet) {
  std::vector<ChargingStat> stats;
  for (int i = 0; i < 6; ++i) stats.push_back(a_stat(10 * i).charging().register_uwh(i * kWh));
  StreamPart part = part_of(stats, 3, 3);
  EXPECT_FALSE(window_of(part, quiet_sides(part)));
  part.has_begin = true;
  EXPECT_FALSE(window_of(part, quiet_sides(part)));
  part.has_end = true;
  EXPECT_TRUE(window_of(part, quiet_sides(part)));
}

TEST(SessionWindow, APauseIsNotQuiet) {
  std::vector<ChargingStat> stats = {a_stat(0).charging(), a_stat(10).charging(false),
                                     a_stat(20).charging(false), a_stat(35).charging(false),
                                     a_stat(36).charging()};
  StreamPart part = part_of(stats, 4, 4);
  EXPECT_FALSE(quiet_sides(part).before) << "25 minutes are a pause";
  stats[3] = a_stat(41).charging(false);
  stats[4] = a_stat(42).charging();
  part = part_of(stats, 4, 4);
  EXPECT_EQ(quiet_sides(part).before, 2U);
}

TEST(SessionWindow, ARegisterThatIsReadOnOneSideOnlyIsNotQuiet) {
  std::vector<ChargingStat> stats = {a_stat(0).charging(false).register_uwh(kWh), a_stat(100).charging(false),
                                     a_stat(200).charging(false), a_stat(300).charging(false),
                                     a_stat(400).charging()};
  EXPECT_FALSE(quiet_sides(part_of(stats, 4, 4)).before);
}

}  // namespace
}  // namespace contactor::charging
