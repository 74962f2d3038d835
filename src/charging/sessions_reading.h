#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "charging/charging_stat.h"

namespace contactor::charging {

/// Why a stat, or one value of it, is not used.
enum class StatFault : std::uint8_t {
  other_vehicle,      ///< it names another vehicle than the sessions are built for
  unreal_moment,      ///< before 2010 or after 2100
  from_the_future,    ///< measured later than we received it
  says_nothing,       ///< once placeholders are taken out, nothing about charging is left
  register_off_line,  ///< one register value contradicts those before and after it, which agree
};
template <>
struct Spelling<StatFault> {
  static constexpr std::array<std::string_view, 5> names = {
      "other_vehicle", "unreal_moment", "from_the_future", "says_nothing", "register_off_line"};
};

/// Which way energy flows at one moment, as far as the stat says.
enum class Flow : std::uint8_t { unknown, none, in, out };

/// One stat without what only means "none" and without what no vehicle can have.
struct Reading {
  ChargingStat stat;  ///< members that were placeholders are empty
  Flow flow = Flow::unknown;
  std::optional<std::int64_t> register_uwh;
  std::optional<std::int64_t> power_uw;  ///< micro-watts; negative while energy leaves the vehicle
  [[nodiscard]] Instant at() const { return stat.measured_at; }
};

/// Takes placeholders (255 %, 65535, 0 V with 0 A while charging, 0/0) and impossible values out and marks
/// that in the quality. Idempotent.
[[nodiscard]] ChargingStat without_placeholders(ChargingStat stat);

/// What is wrong with the stat as a whole, from itself alone.
[[nodiscard]] std::optional<StatFault> fault_of(const ChargingStat& cleaned);

[[nodiscard]] Reading read_stat(ChargingStat cleaned);

}  // namespace contactor::charging
