#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "charging/quantity.h"

namespace contactor::charging {

// Each tag says what people call the unit, its symbol, and at how many decimals its numbers are written: a
// quantity is a whole number of the last decimal, so kWh with three decimals are whole watt-hours.
struct MilliVoltUnit {
  static constexpr std::string_view name = "milli-volt", symbol = "mV";
  static constexpr int decimals = 0;
};
struct MilliAmpUnit {
  static constexpr std::string_view name = "milli-amp", symbol = "mA";
  static constexpr int decimals = 0;
};
struct MicroWattHourUnit {
  static constexpr std::string_view name = "micro-watt-hour", symbol = "µWh";
  static constexpr int decimals = 0;
};
struct MilliPercentUnit {
  static constexpr std::string_view name = "milli-percent", symbol = "m%";
  static constexpr int decimals = 0;
};
struct MetreUnit {
  static constexpr std::string_view name = "metre", symbol = "m";
  static constexpr int decimals = 0;
};
struct SecondUnit {
  static constexpr std::string_view name = "second", symbol = "s";
  static constexpr int decimals = 0;
};
struct MilliCelsiusUnit {
  static constexpr std::string_view name = "milli-degree Celsius", symbol = "m°C";
  static constexpr int decimals = 0;
};
struct KilowattUnit {
  static constexpr std::string_view name = "kilowatt", symbol = "kW";
  static constexpr int decimals = 3;
};
struct KilowattHourUnit {
  static constexpr std::string_view name = "kilowatt-hour", symbol = "kWh";
  static constexpr int decimals = 3;
};
struct DegreeUnit {
  static constexpr std::string_view name = "degree", symbol = "°";
  static constexpr int decimals = 7;
};

using MilliVolts = Quantity<MilliVoltUnit>;
using MilliAmps = Quantity<MilliAmpUnit>;
using MicroWattHours = Quantity<MicroWattHourUnit>;
using MilliPercent = Quantity<MilliPercentUnit>;  ///< 100 % are 100 000
using Metres = Quantity<MetreUnit>;
using Seconds = Quantity<SecondUnit>;
using MilliCelsius = Quantity<MilliCelsiusUnit>;
using Watts = Quantity<KilowattUnit>;          ///< written as kW with three decimals
using WattHours = Quantity<KilowattHourUnit>;  ///< written as kWh with three decimals
using TenMillionthDegrees =
    Quantity<DegreeUnit>;  ///< about a centimetre; written as degrees with seven decimals

/// One row of the table of everything that comes in other units than ours.
struct Conversion {
  std::string_view from;  ///< the foreign unit: `V`, `km`, `mi`
  std::string_view to;    ///< the symbol of ours
  std::int64_t numerator;
  std::int64_t denominator;
};

/// The only place where a factor between two units stands. `scaled` applies a row; the foreign number must be
/// whole, or be read by `parse_decimal` first. Targets with decimals count their last decimal: 1 kW are 1000.
inline constexpr auto kConversions = std::to_array<Conversion>({
    {"V", "mV", 1000, 1},
    {"kV", "mV", 1'000'000, 1},
    {"mV", "mV", 1, 1},
    {"A", "mA", 1000, 1},
    {"mA", "mA", 1, 1},
    {"µWh", "µWh", 1, 1},
    {"mWh", "µWh", 1000, 1},
    {"Wh", "µWh", 1'000'000, 1},
    {"kWh", "µWh", 1'000'000'000, 1},
    {"J", "µWh", 2'500, 9},
    {"µWh", "kWh", 1, 1'000'000},
    {"Wh", "kWh", 1, 1},
    {"kWh", "kWh", 1000, 1},
    {"W", "kW", 1, 1},
    {"kW", "kW", 1000, 1},
    {"%", "m%", 1000, 1},
    {"m%", "m%", 1, 1},
    {"ratio", "m%", 100'000, 1},
    {"m", "m", 1, 1},
    {"km", "m", 1000, 1},
    {"mi", "m", 1'609'344, 1000},
    {"s", "s", 1, 1},
    {"min", "s", 60, 1},
    {"h", "s", 3600, 1},
    {"ms", "s", 1, 1000},
    {"°C", "m°C", 1000, 1},
    {"m°C", "m°C", 1, 1},
    {"°", "°", 10'000'000, 1},
});

/// The row between two units, or nothing where the table has none.
[[nodiscard]] constexpr const Conversion* find_conversion(std::string_view from, std::string_view to) {
  for (const auto& row : kConversions)
    if (row.from == from && row.to == to) return &row;
  return nullptr;
}

/// A whole number of a foreign unit in ours, rounded half to even.
/// @return nothing where the table has no such row, or where the result leaves 64 bits.
template <class Unit>
[[nodiscard]] constexpr std::optional<Quantity<Unit>> from_foreign(std::int64_t value,
                                                                   std::string_view unit) {
  const auto* row = find_conversion(unit, Unit::symbol);
  if (row == nullptr) return std::nullopt;
  const auto count = scaled(value, row->numerator, row->denominator);
  if (!count) return std::nullopt;
  return Quantity<Unit>(*count);
}

/// Energy as people are billed for it: kWh with three decimals, half to even. Cannot overflow.
[[nodiscard]] constexpr WattHours to_watt_hours(MicroWattHours energy) {
  return WattHours(*scaled(energy.count(), 1, 1'000'000));
}
/// @return nothing beyond about nine billion kWh.
[[nodiscard]] constexpr std::optional<MicroWattHours> to_micro_watt_hours(WattHours energy) {
  const auto count = scaled(energy.count(), 1'000'000, 1);
  if (!count) return std::nullopt;
  return MicroWattHours(*count);
}

/// Power from voltage and current, half to even to whole watts; negative while energy leaves the vehicle.
/// @return nothing where the product leaves 64 bits.
[[nodiscard]] constexpr std::optional<Watts> power_of(MilliVolts voltage, MilliAmps current) {
  const auto count = scaled(voltage.count(), current.count(), 1'000'000);
  if (!count) return std::nullopt;
  return Watts(*count);
}

}  // namespace contactor::charging
