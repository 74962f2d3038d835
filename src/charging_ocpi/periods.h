#pragma once

#include <optional>
#include <string>

#include "charging/units.h"

namespace boost::json {
class array;
}  // namespace boost::json

namespace contactor::charging_ocpi {

/// What the charging periods of one object say together.
struct Periods {
  std::optional<charging::MicroWattHours> energy;  ///< sum of ENERGY
  std::optional<charging::Watts> power;            ///< the highest of MAX_POWER and POWER
  std::optional<charging::MilliPercent> first_state_of_charge;
  std::optional<charging::MilliPercent> last_state_of_charge;
  std::size_t count = 0;
  std::optional<std::string> fault;  ///< the first thing that is wrong
};
/// @param list  of objects; nothing stands for an empty one
[[nodiscard]] Periods periods_of(const boost::json::array* list);

/// kWh to the micro-watt-hour.
inline constexpr int kEnergyDecimals = 9;

}  // namespace contactor::charging_ocpi
