#pragma once

#include <optional>
#include <string>

#include "base/instant.h"
#include "charging/quality.h"
#include "charging/references.h"
#include "charging/units.h"
#include "vin/vin.h"

namespace contactor::charging {

/// One measurement of a vehicle at one moment. What each member means, its unit and its range:
/// `kChargingStatFields`.
struct ChargingStat {
  IdOf<ChargingStat> id;
  std::string provider;
  std::optional<std::string> device_id;
  std::optional<IdOf<Vehicle>> vehicle_id;
  std::optional<Vin> vin;
  std::optional<IdOf<Credential>> credential_id;
  std::optional<IdOf<ChargingEvent>> charging_event_id;  ///< the session that it became part of
  Instant measured_at;
  std::optional<bool> charging;  ///< absent: the provider does not say
  std::optional<MilliPercent> state_of_charge;
  std::optional<MilliVolts> voltage;
  std::optional<MilliAmps> current;  ///< negative while energy leaves the vehicle
  std::optional<Watts> charging_power;
  std::optional<MicroWattHours>
      energy;  ///< the register of energy charged; grows, and starts again after a reset
  std::optional<TenMillionthDegrees> latitude;  ///< with longitude, or neither; (0, 0) is unknown
  std::optional<TenMillionthDegrees> longitude;
  std::optional<Metres> odometer;
  std::optional<MilliCelsius> battery_temperature;
  JsonObject telemetry;
  Quality quality;
  std::optional<Instant> created_at;

  friend bool operator==(const ChargingStat&, const ChargingStat&) = default;
};

}  // namespace contactor::charging
