#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "charging/spelling.h"

namespace contactor::charging {

/// Which way the energy went.
enum class Direction : std::uint8_t {
  import_,  ///< "import": into the vehicle
  export_,  ///< "export": out of it, to a grid or a house
};
template <>
struct Spelling<Direction> {
  static constexpr std::array<std::string_view, 2> names = {"import", "export"};
};

/// What is not as it should be with a record. Values are stored as their names; the order here is that of the
/// text.
enum class Flag : std::uint8_t {
  energy_mismatch,       ///< the reported energy differs from the registers by more than rounding
  counter_reset,         ///< the energy register fell below what it was
  negative_energy,       ///< less than nothing was charged, and the direction does not say export
  end_before_start,      ///< the order of the two moments is impossible
  energy_integrated,     ///< no register: the energy is power over time
  energy_missing,        ///< neither a reported energy nor what it could be computed from
  placeholder_dropped,   ///< a value that only means "none" (255, 0/0) was taken out
  out_of_range_dropped,  ///< a value that no vehicle can have was taken out
  gap,                   ///< stats are missing in the middle of the session
  clock_suspect,         ///< a moment lies after we received it
  cut_at_start,          ///< charging was under way when the first stat came
  cut_at_end,            ///< the last stat still charged; the session was closed by silence
};
inline constexpr int kFlags = 12;
template <>
struct Spelling<Flag> {
  static constexpr std::array<std::string_view, kFlags> names = {
      "energy_mismatch",     "counter_reset",        "negative_energy",
      "end_before_start",    "energy_integrated",    "energy_missing",
      "placeholder_dropped", "out_of_range_dropped", "gap",
      "clock_suspect",       "cut_at_start",         "cut_at_end"};
};
static_assert(static_cast<int>(Flag::cut_at_end) + 1 == kFlags);

/// A set of flags. As text: their names, each once, in the order above, with one blank between two.
class Quality {
 public:
  constexpr Quality() = default;
  constexpr Quality& add(Flag flag) {
    bits_ |= 1u << static_cast<unsigned>(flag);
    return *this;
  }
  [[nodiscard]] constexpr bool has(Flag flag) const {
    return (bits_ >> static_cast<unsigned>(flag) & 1u) != 0;
  }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  friend constexpr bool operator==(Quality, Quality) = default;

 private:
  std::uint32_t bits_ = 0;
};
[[nodiscard]] std::string to_string(Quality quality);
/// @return nothing where a word is no flag; order and repetition do not matter.
[[nodiscard]] std::optional<Quality> parse_quality(std::string_view text);

}  // namespace contactor::charging
