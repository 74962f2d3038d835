#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "charging/sessions_reading.h"

namespace contactor::charging {

/// What two register values that follow each other say about the energy between them.
enum class Growth : std::uint8_t {
  none,        ///< the same value
  grown,       ///< the difference was charged
  fallen,      ///< the difference left the vehicle
  began_anew,  ///< the register fell to a small value: that much was charged since it began again
  impossible,  ///< neither; what was charged between them is not known from registers
};

/// Two readings that have a register, with none between them that has.
struct RegisterPair {
  std::size_t first = 0;  ///< index of a reading
  std::size_t last = 0;
  Growth growth = Growth::none;
  std::int64_t energy_uwh = 0;  ///< negative where it fell
};

/// The most that a vehicle can have charged in that time: 2 MW, and 1 kWh for a register that lags.
[[nodiscard]] std::int64_t most_uwh(Millis elapsed);

/// Empties a register that contradicts the one before and the one after while these two agree.
/// @param readings  of one device, in order of time. @return  the indices of those.
std::vector<std::size_t> drop_lone_registers(std::span<Reading> readings);

/// All neighbours among the readings with a register, in order.
[[nodiscard]] std::vector<RegisterPair> pair_registers(std::span<const Reading> readings);

/// Sums power over time exactly and rounds once: trapezoids in micro-watt milliseconds.
class EnergyIntegral {
 public:
  /// Power against the direction counts as 0: it belongs to the session on the other side of the turn.
  /// @return false where the power is not known on both sides: nothing was added.
  bool add(const Reading& a, const Reading& b, Direction direction);
  /// Half to even. @return  nothing where nothing was added, or where it leaves 64 bits.
  [[nodiscard]] std::optional<std::int64_t> micro_watt_hours() const;

 private:
  __int128 doubled_ = 0;
  bool is_empty_ = true;
};

}  // namespace contactor::charging
