#pragma once

// What the tests of sessions say their stories with.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/prng.h"
#include "charging/sessions.h"

namespace contactor::charging::testing {

inline constexpr std::int64_t kWh = 1'000'000'000;  // in µWh

inline Instant at_minute(double minute) {
  return Instant::from_millis(1'767'225'600'000) + Millis(static_cast<std::int64_t>(minute * 60'000));
}

/// A stat of the one vehicle: `a_stat(10).charging().register_uwh(5 * kWh)`.
struct StatBuilder {
  ChargingStat stat;
  StatBuilder& charging(bool is_charging = true) {
    stat.charging = is_charging;
    return *this;
  }
  StatBuilder& register_uwh(std::int64_t value) {
    stat.energy = MicroWattHours(value);
    return *this;
  }
  StatBuilder& power(std::int64_t milli_volts, std::int64_t milli_amps) {
    stat.voltage = MilliVolts(milli_volts);
    stat.current = MilliAmps(milli_amps);
    return *this;
  }
  StatBuilder& soc(std::int64_t milli_percent) {
    stat.state_of_charge = MilliPercent(milli_percent);
    return *this;
  }
  StatBuilder& odometer(std::int64_t metres) {
    stat.odometer = Metres(metres);
    return *this;
  }
  StatBuilder& received(double minute) {
    stat.created_at = at_minute(minute);
    return *this;
  }
  StatBuilder& provider(std::string name) {
    stat.provider = std::move(name);
    return *this;
  }
  StatBuilder& id(std::string name) {
    stat.id = IdOf<ChargingStat>(std::move(name));
    return *this;
  }
  operator ChargingStat() const { return stat; }
};

inline StatBuilder a_stat(double minute) {
  StatBuilder builder;
  builder.stat.provider = "telemetry";
  builder.stat.device_id = "device-1";
  builder.stat.measured_at = at_minute(minute);
  return builder;
}

inline void take_all(SessionBuilder& builder, const std::vector<ChargingStat>& stats) {
  for (const ChargingStat& stat : stats) CTR_ASSERT(builder.take(stat).has_value());
}

/// The sessions of these stats, all closed.
inline std::vector<Session> sessions_of(const std::vector<ChargingStat>& stats) {
  SessionBuilder builder;
  take_all(builder, stats);
  return builder.sessions(Instant::never());
}

inline void shuffle(std::vector<ChargingStat>& stats, Prng& prng) {
  for (std::size_t i = stats.size(); i > 1; --i) std::swap(stats[i - 1], stats[prng.below(i)]);
}

}  // namespace contactor::charging::testing
