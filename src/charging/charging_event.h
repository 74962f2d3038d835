#pragma once

#include <optional>
#include <string>

#include "base/instant.h"
#include "charging/quality.h"
#include "charging/references.h"
#include "charging/units.h"
#include "vin/vin.h"

namespace contactor::charging {

/// The record of one charging session, versioned. What each member means, its unit and its range:
/// `kChargingEventFields`.
struct ChargingEvent {
  IdOf<ChargingEvent> id;
  std::string provider;
  std::optional<std::string> provider_event_id;
  std::optional<IdOf<Vehicle>> vehicle_id;
  std::optional<Vin> vin;
  std::optional<std::string> device_id;
  std::optional<IdOf<Credential>> credential_id;
  std::optional<IdOf<Location>> location_id;
  Instant started_at;
  std::optional<Instant> ended_at;  ///< absent: still charging
  std::optional<Seconds> duration;
  Direction direction = Direction::import_;
  std::optional<WattHours> energy;             ///< as reported; negative only with direction export
  std::optional<MicroWattHours> start_energy;  ///< the register at the start
  std::optional<MicroWattHours> end_energy;
  std::optional<MicroWattHours> energy_difference;  ///< reported energy less what the registers say
  std::optional<Watts> charging_power;
  std::optional<MilliVolts> voltage;
  std::optional<MilliAmps> current;
  std::optional<MilliPercent> start_state_of_charge;
  std::optional<MilliPercent> end_state_of_charge;
  std::optional<TenMillionthDegrees> latitude;  ///< with longitude, or neither; (0, 0) is unknown
  std::optional<TenMillionthDegrees> longitude;
  JsonObject provider_info;
  Quality quality;
  bool quarantined = false;
  std::int64_t version = 1;
  std::optional<std::int64_t> supersedes;  ///< the version that this one corrects
  std::optional<IdOf<ChargingEvent>> same_as;
  std::optional<Instant> created_at;
  std::optional<Instant> updated_at;

  friend bool operator==(const ChargingEvent&, const ChargingEvent&) = default;
};

}  // namespace contactor::charging
