#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "charging/sessions_registers.h"

namespace contactor::charging {

/// Longer than that without a word, and charging is not taken to have gone on unless a register says so.
inline constexpr Millis kSilenceMax = std::chrono::minutes(65);
/// A register that grows over a longer silence tells of a session of its own.
inline constexpr Millis kBridgeMax = std::chrono::hours(12);
/// Charging that stops and goes on within that time, at the same place, is one session.
inline constexpr Millis kPauseMax = std::chrono::minutes(30);
/// A vehicle that went further has driven in between.
inline constexpr std::int64_t kMovedMetres = 500;

/// One session as a range of readings, with the energy that flowed in it.
struct Stretch {
  std::size_t first = 0;
  std::size_t last = 0;  ///< included; equal to first where charging was seen only once
  Direction direction = Direction::import_;
  bool has_lead = false;  ///< what the register grew by in the silence before the first reading belongs to it

  std::optional<std::int64_t> energy_uwh;      ///< negative with direction export
  std::optional<std::int64_t> start_register;  ///< what the register said, or 0 where it began anew
  std::optional<std::int64_t> end_register;
  bool has_integrated = false;  ///< a part of the energy is power over time
  bool has_registered = false;  ///< a part of the energy is a difference of registers
  Quality quality;              ///< gap, counter_reset, energy_missing, energy_mismatch
};

/// Cuts the readings of one device into sessions. A function of the readings alone, and a local one: a
/// reading has a say only in the sessions between the registers, and the silences, on either side of it.
/// @param readings  in order of time, each moment once. @return  in order of time.
[[nodiscard]] std::vector<Stretch> cut_sessions(std::span<const Reading> readings);

}  // namespace contactor::charging
