#include "charging_ocpi/periods.h"

#include <fmt/format.h>

#include "charging_ocpi/members.h"
#include "json/json.h"

namespace contactor::charging_ocpi {
namespace {

using namespace charging;

constexpr std::int64_t kTypeBytesMax = 64;

void take_energy(Periods& periods, Members& dimension) {
  const auto volume = dimension.number("volume", kEnergyDecimals, kRegister, Need::required);
  if (!volume) return;
  const auto sum = checked_add(periods.energy.value_or(MicroWattHours()), MicroWattHours(*volume));
  if (sum) {
    periods.energy = *sum;
  } else {
    dimension.blame("volume", "makes a sum that is too large");
  }
}

void take_power(Periods& periods, Members& dimension) {
  const auto volume = dimension.number("volume", KilowattUnit::decimals, kPower, Need::required);
  if (volume) periods.power = std::max(periods.power.value_or(Watts(*volume)), Watts(*volume));
}

void take_state_of_charge(Periods& periods, Members& dimension) {
  // In percent, and so thousandths of it are the last decimal.
  const auto volume = dimension.number("volume", 3, kPercent, Need::required);
  if (!volume) return;
  if (!periods.first_state_of_charge) periods.first_state_of_charge = MilliPercent(*volume);
  periods.last_state_of_charge = MilliPercent(*volume);
}

std::optional<std::string> take_dimension(Periods& periods, const json::value& element) {
  const auto* object = element.if_object();
  if (object == nullptr) return "must be an object";
  Members dimension(*object);
  const auto type = dimension.text("type", kTypeBytesMax, Need::required);
  if (type == "ENERGY") take_energy(periods, dimension);
  if (type == "MAX_POWER" || type == "POWER") take_power(periods, dimension);
  if (type == "STATE_OF_CHARGE") take_state_of_charge(periods, dimension);
  return dimension.fault();
}

std::optional<std::string> take_period(Periods& periods, const json::value& element) {
  const auto* object = element.if_object();
  if (object == nullptr) return "must be an object";
  Members period(*object);
  (void)period.moment("start_date_time", Need::required);
  if (const auto* dimensions = period.list("dimensions"))
    for (std::size_t i = 0; i < dimensions->size(); ++i)
      if (const auto fault = take_dimension(periods, (*dimensions)[i]))
        period.blame(fmt::format("dimensions[{}]", i), *fault);
  return period.fault();
}

}  // namespace

Periods periods_of(const boost::json::array* list) {
  Periods periods;
  if (list == nullptr) return periods;
  periods.count = list->size();
  for (std::size_t i = 0; i < list->size() && !periods.fault; ++i)
    if (const auto fault = take_period(periods, (*list)[i]))
      periods.fault = fmt::format("charging_periods[{}] {}", i, *fault);
  return periods;
}

}  // namespace contactor::charging_ocpi
