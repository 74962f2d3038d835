#include "charging/sessions_reading.h"

#include <utility>

namespace contactor::charging {
namespace {

constexpr std::int64_t kVoltageMax = 1'500'000;  // the megawatt charging system ends at 1250 V
constexpr std::int64_t kCurrentMax = 3'000'000;  // and at 3000 A
constexpr std::int64_t kPowerMax = 5'000'000;
constexpr std::int64_t kRegisterMax = 10'000'000'000'000'000;  // 10 GWh: more than any vehicle's life
constexpr std::int64_t kOdometerMax = 5'000'000'000;
constexpr std::int64_t kNoneIn16Bits = 65'535;
constexpr std::int64_t kNoneIn32Bits = 4'294'967'295;
constexpr std::int64_t kMicroWattHoursInOne = 1'000'000;
constexpr Millis kClockTolerance = std::chrono::minutes(10);
constexpr Instant kFirstMoment = Instant::from_millis(1'262'304'000'000);  // 2010-01-01
constexpr Instant kLastMoment = Instant::from_millis(4'102'444'800'000);   // 2100-01-01

/// Drops a value that is one of the placeholders or outside of its range, and marks which it was.
template <class Unit>
void keep_real(std::optional<Quantity<Unit>>& value, std::initializer_list<std::int64_t> placeholders,
               std::int64_t least, std::int64_t most, Quality& quality) {
  if (!value) return;
  const std::int64_t count = value->count();
  for (const std::int64_t placeholder : placeholders) {
    if (count != placeholder) continue;
    quality.add(Flag::placeholder_dropped);
    value.reset();
    return;
  }
  if (count >= least && count <= most) return;
  quality.add(Flag::out_of_range_dropped);
  value.reset();
}

void keep_real_position(ChargingStat& stat) {
  if (!stat.latitude && !stat.longitude) return;
  const bool is_whole = stat.latitude && stat.longitude;
  const bool is_zero = is_whole && stat.latitude->count() == 0 && stat.longitude->count() == 0;
  const auto is_within = [](TenMillionthDegrees angle, std::int64_t most) {
    return angle.count() >= -most && angle.count() <= most;
  };
  const bool is_real =
      is_whole && is_within(*stat.latitude, 900'000'000) && is_within(*stat.longitude, 1'800'000'000);
  if (is_real && !is_zero) return;
  stat.quality.add(is_zero ? Flag::placeholder_dropped : Flag::out_of_range_dropped);
  stat.latitude.reset();
  stat.longitude.reset();
}

/// Some providers answer 0 V and 0 A, or 0 V alone, while a vehicle charges.
void keep_real_power(ChargingStat& stat) {
  if (stat.charging != true || !stat.voltage || stat.voltage->count() != 0) return;
  stat.quality.add(Flag::placeholder_dropped);
  stat.voltage.reset();
  stat.current.reset();
  if (stat.charging_power && stat.charging_power->count() == 0) stat.charging_power.reset();
}

std::optional<std::int64_t> power_of(const ChargingStat& stat) {
  const auto stated =
      stat.charging_power ? std::optional(stat.charging_power->count() * 1'000'000) : std::nullopt;
  if (!stat.voltage || !stat.current) return stated;
  const std::int64_t product = stat.voltage->count() * stat.current->count();
  // One phase of three was measured: the stated power knows of the others.
  if (stated && product > 0 && *stated * 2 >= product * 5 && *stated * 2 <= product * 7) return stated;
  return product;
}

Flow flow_of(const ChargingStat& stat, std::optional<std::int64_t> power) {
  // What leaves the battery of a vehicle that is not connected drives it.
  if (stat.charging == false) return Flow::none;
  if (power && *power < 0) return Flow::out;
  if (stat.charging) return Flow::in;
  if (power) return *power > 0 ? Flow::in : Flow::none;
  if (stat.current)
    return stat.current->count() > 0 ? Flow::in : stat.current->count() < 0 ? Flow::out : Flow::none;
  return Flow::unknown;
}

}  // namespace

ChargingStat without_placeholders(ChargingStat stat) {
  Quality& quality = stat.quality;
  keep_real(stat.state_of_charge, {255'000, kNoneIn16Bits * 1000}, 0, 100'000, quality);
  keep_real(stat.voltage, {kNoneIn16Bits, kNoneIn16Bits * 1000}, 0, kVoltageMax, quality);
  keep_real(stat.current, {kNoneIn16Bits, kNoneIn16Bits * 1000}, -kCurrentMax, kCurrentMax, quality);
  keep_real(stat.charging_power, {kNoneIn16Bits, kNoneIn16Bits * 1000}, -kPowerMax, kPowerMax, quality);
  keep_real(stat.energy, {kNoneIn32Bits, kNoneIn32Bits * kMicroWattHoursInOne}, 0, kRegisterMax, quality);
  // 0 is both "unknown" and a vehicle on its lorry; neither helps to see that one has moved.
  keep_real(stat.odometer, {0}, 1, kOdometerMax, quality);
  keep_real(stat.battery_temperature, {255'000, kNoneIn16Bits}, -60'000, 120'000, quality);
  keep_real_position(stat);
  keep_real_power(stat);
  return stat;
}

std::optional<StatFault> fault_of(const ChargingStat& cleaned) {
  if (cleaned.measured_at < kFirstMoment || cleaned.measured_at > kLastMoment)
    return StatFault::unreal_moment;
  if (cleaned.created_at && cleaned.measured_at - kClockTolerance > *cleaned.created_at)
    return StatFault::from_the_future;
  const bool says_something = cleaned.charging || cleaned.state_of_charge || cleaned.voltage ||
                              cleaned.current || cleaned.charging_power || cleaned.energy;
  return says_something ? std::nullopt : std::optional(StatFault::says_nothing);
}

Reading read_stat(ChargingStat cleaned) {
  Reading reading;
  reading.power_uw = power_of(cleaned);
  reading.flow = flow_of(cleaned, reading.power_uw);
  if (cleaned.energy) reading.register_uwh = cleaned.energy->count();
  // A vehicle that does not charge draws nothing, even where the provider keeps the last values.
  if (reading.flow == Flow::none) reading.power_uw = 0;
  reading.stat = std::move(cleaned);
  return reading;
}

}  // namespace contactor::charging
