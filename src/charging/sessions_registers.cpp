#include "charging/sessions_registers.h"

#include <algorithm>
#include <optional>

namespace contactor::charging {
namespace {

constexpr std::int64_t kLagUwh = 1'000'000'000;
// 2 MW for one hour are 2·10¹² µWh.
constexpr std::int64_t kUwhInOneMillisecond = 2'000'000'000'000 / 3'600'000;
constexpr std::int64_t kYearOfMillis = 31'536'000'000;
// One micro-watt-hour in micro-watt milliseconds.
constexpr __int128 kMillisecondsInOneHour = 3'600'000;

bool follows(const Reading& a, const Reading& b) {
  const std::int64_t delta = *b.register_uwh - *a.register_uwh;
  return delta >= 0 && delta <= most_uwh(b.at() - a.at());
}

/// A register that counts each session from 0 falls where a session begins, one that counts both ways falls
/// while energy leaves the vehicle: neither is a mistake.
bool may_fall(const Reading& a, const Reading& b) {
  return (a.flow == Flow::none && b.flow == Flow::in) || a.flow == Flow::out || b.flow == Flow::out;
}

bool is_lone(const Reading& before, const Reading& it, const Reading& after) {
  if (may_fall(before, it) || may_fall(it, after)) return false;
  return !(follows(before, it) && follows(it, after)) && follows(before, after);
}

RegisterPair judge(const Reading& a, const Reading& b) {
  const std::int64_t from = *a.register_uwh, to = *b.register_uwh;
  const std::int64_t most = most_uwh(b.at() - a.at());
  if (to == from) return {.growth = Growth::none};
  if (to > from)
    return to - from <= most ? RegisterPair{.growth = Growth::grown, .energy_uwh = to - from}
                             : RegisterPair{.growth = Growth::impossible};
  const bool is_leaving = a.flow == Flow::out || b.flow == Flow::out;
  if (is_leaving && from - to <= most) return {.growth = Growth::fallen, .energy_uwh = to - from};
  if (to <= most) return {.growth = Growth::began_anew, .energy_uwh = to};
  return {.growth = Growth::impossible};
}

}  // namespace

std::int64_t most_uwh(Millis elapsed) {
  const std::int64_t millis = elapsed.count() < kYearOfMillis ? elapsed.count() : kYearOfMillis;
  return millis * kUwhInOneMillisecond + kLagUwh;
}

std::vector<std::size_t> drop_lone_registers(std::span<Reading> readings) {
  std::vector<std::size_t> with, lone;
  for (std::size_t i = 0; i < readings.size(); ++i)
    if (readings[i].register_uwh) with.push_back(i);
  for (std::size_t i = 1; i + 1 < with.size(); ++i)
    if (is_lone(readings[with[i - 1]], readings[with[i]], readings[with[i + 1]])) lone.push_back(with[i]);
  // Judged by what was said, all of them, before any is taken out.
  for (const std::size_t i : lone) {
    readings[i].register_uwh.reset();
    readings[i].stat.quality.add(Flag::out_of_range_dropped);
  }
  return lone;
}

std::vector<RegisterPair> pair_registers(std::span<const Reading> readings) {
  std::vector<RegisterPair> pairs;
  std::optional<std::size_t> before;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    if (!readings[i].register_uwh) continue;
    if (before) {
      RegisterPair& pair = pairs.emplace_back(judge(readings[*before], readings[i]));
      pair.first = *before;
      pair.last = i;
    }
    before = i;
  }
  return pairs;
}

bool EnergyIntegral::add(const Reading& a, const Reading& b, Direction direction) {
  if (!a.power_uw || !b.power_uw) return false;
  const auto along = [direction](std::int64_t power) {
    return direction == Direction::import_ ? std::max<std::int64_t>(power, 0)
                                           : std::min<std::int64_t>(power, 0);
  };
  doubled_ += (static_cast<__int128>(along(*a.power_uw)) + along(*b.power_uw)) * (b.at() - a.at()).count();
  is_empty_ = false;
  return true;
}

std::optional<std::int64_t> EnergyIntegral::micro_watt_hours() const {
  if (is_empty_) return std::nullopt;
  const __int128 divisor = kMillisecondsInOneHour * 2;
  __int128 quotient = doubled_ / divisor;
  const __int128 rest = doubled_ % divisor;
  const __int128 twice = (rest < 0 ? -rest : rest) * 2;
  if (twice > divisor || (twice == divisor && quotient % 2 != 0)) quotient += doubled_ < 0 ? -1 : 1;
  if (quotient > INT64_MAX || quotient < INT64_MIN) return std::nullopt;
  return static_cast<std::int64_t>(quotient);
}

}  // namespace contactor::charging
