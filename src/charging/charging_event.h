#pragma once

#include <optional>
#include <string>

#include "base/instant.h"
#include "charging/field.h"
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

template <>
struct Table<ChargingEvent> {
  static constexpr std::string_view name = "charging_event", title = "ChargingEvent", route = "events";
  static constexpr std::string_view doc = "The record of one charging session, versioned.";
  static constexpr auto fields = std::tuple{
      field("id", &ChargingEvent::id, Presence::ours, kIdText,
            "Names this event in all its versions: a hash of provider and provider_event_id, else of "
            "provider, device and "
            "start. Never of end or energy, which move.",
            "the program"),
      field("provider", &ChargingEvent::provider, Presence::required, kShortText, "The system that told us.",
            "the provider"),
      field("provider_event_id", &ChargingEvent::provider_event_id, Presence::optional, kShortText,
            "The provider's own id of it.", "the provider"),
      field("vehicle_id", &ChargingEvent::vehicle_id, Presence::optional, kIdText, "The vehicle on record.",
            "the program"),
      field("vin", &ChargingEvent::vin, Presence::optional, {17, 17},
            "The vehicle identification number (ISO 3779).", "the provider"),
      field("device_id", &ChargingEvent::device_id, Presence::optional, kShortText,
            "The telematics device or charger in the provider's words.", "the provider"),
      field("credential_id", &ChargingEvent::credential_id, Presence::optional, kIdText,
            "The credential that it was read with.", "the program"),
      field("location_id", &ChargingEvent::location_id, Presence::optional, kIdText, "The place on record.",
            "the program"),
      field("started_at", &ChargingEvent::started_at, Presence::required, kMoment, "When charging began.",
            "the provider"),
      field("ended_at", &ChargingEvent::ended_at, Presence::optional, kMoment,
            "When charging ended; null: the session is open.", "the provider"),
      field("duration_seconds", &ChargingEvent::duration, Presence::optional, kDuration,
            "How long it charged, where the provider says it; else from start to end.",
            "the provider, or the program"),
      field("direction", &ChargingEvent::direction, Presence::optional, kIdText,
            "import: into the vehicle; export: out of it.", "the provider"),
      field("energy_kwh", &ChargingEvent::energy, Presence::optional, kEnergy,
            "Energy consumed, as reported; else what the registers say. Negative only with direction export.",
            "the provider, or the program"),
      field("start_energy_micro_watt_hours", &ChargingEvent::start_energy, Presence::optional, kRegister,
            "The energy register at the start.", "the provider"),
      field("end_energy_micro_watt_hours", &ChargingEvent::end_energy, Presence::optional, kRegister,
            "The energy register at the end.", "the provider"),
      field("energy_difference_micro_watt_hours", &ChargingEvent::energy_difference, Presence::ours,
            kRegister, "Reported energy less what the registers say; null where one of them is unknown.",
            "the program"),
      field("charging_power_kw", &ChargingEvent::charging_power, Presence::optional, kPower,
            "Charging power, the highest of the session.", "the provider"),
      field("voltage_milli_volts", &ChargingEvent::voltage, Presence::optional, kVoltage, "Charging voltage.",
            "the provider"),
      field("current_milli_amps", &ChargingEvent::current, Presence::optional, kCurrent,
            "Charging current; negative while energy leaves the vehicle.", "the provider"),
      field("start_state_of_charge_milli_percent", &ChargingEvent::start_state_of_charge, Presence::optional,
            kPercent, "How full the battery was at the start.", "the vehicle", 255'000),
      field("end_state_of_charge_milli_percent", &ChargingEvent::end_state_of_charge, Presence::optional,
            kPercent, "How full the battery was at the end.", "the vehicle", 255'000),
      field("latitude", &ChargingEvent::latitude, Presence::optional, kLatitude,
            "North of the equator, WGS 84; with longitude, or neither. 0/0 is unknown.", "the provider"),
      field("longitude", &ChargingEvent::longitude, Presence::optional, kLongitude,
            "East of Greenwich, WGS 84.", "the provider"),
      field("provider_info", &ChargingEvent::provider_info, Presence::optional, kObjectText,
            "What else the provider says, in its own words.", "the provider"),
      field("quality", &ChargingEvent::quality, Presence::optional, kLongText, "What is not as it should be.",
            "the program, or who imports"),
      field("quarantined", &ChargingEvent::quarantined, Presence::ours, {},
            "Impossible as it is: kept, shown and not delivered.", "the program"),
      field("version", &ChargingEvent::version, Presence::ours, {1, 1'000'000},
            "Rises with each changed content.", "the program"),
      field("supersedes", &ChargingEvent::supersedes, Presence::ours, {1, 1'000'000},
            "The version that this one corrects.", "the program"),
      field("same_as", &ChargingEvent::same_as, Presence::ours, kIdText,
            "Another event of the same session: another provider's; of a withdrawn event, the one that "
            "covers it.",
            "the program"),
      field("created_at", &ChargingEvent::created_at, Presence::ours, kMoment,
            "When its first version was stored.", "the program"),
      field("updated_at", &ChargingEvent::updated_at, Presence::ours, kMoment,
            "When this version was stored.", "the program"),
  };
};

}  // namespace contactor::charging
