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

template <>
struct Table<ChargingStat> {
  static constexpr std::string_view name = "charging_stat", title = "ChargingStat", route = "stats";
  static constexpr std::string_view doc = "One measurement of a vehicle at one moment.";
  static constexpr auto fields = std::tuple{
      field("id", &ChargingStat::id, Presence::ours, kIdText,
            "Names this stat: a hash of provider, device and moment.", "the program"),
      field("provider", &ChargingStat::provider, Presence::required, kShortText, "The system that told us.",
            "the provider"),
      field("device_id", &ChargingStat::device_id, Presence::optional, kShortText,
            "The telematics device or charger in the provider's words.", "the provider"),
      field("vehicle_id", &ChargingStat::vehicle_id, Presence::optional, kIdText, "The vehicle on record.",
            "the program"),
      field("vin", &ChargingStat::vin, Presence::optional, {17, 17},
            "The vehicle identification number (ISO 3779).", "the provider"),
      field("credential_id", &ChargingStat::credential_id, Presence::optional, kIdText,
            "The credential that it was read with.", "the program"),
      field("charging_event_id", &ChargingStat::charging_event_id, Presence::ours, kIdText,
            "The session that it became part of.", "the program"),
      field("measured_at", &ChargingStat::measured_at, Presence::required, kMoment,
            "When it was measured, by the vehicle's clock.", "the vehicle"),
      field("charging", &ChargingStat::charging, Presence::optional, {},
            "Energy flows; null: the provider does not say.", "the vehicle"),
      field("state_of_charge_milli_percent", &ChargingStat::state_of_charge, Presence::optional, kPercent,
            "How full the battery is.", "the vehicle", 255'000),
      field("voltage_milli_volts", &ChargingStat::voltage, Presence::optional, kVoltage, "Charging voltage.",
            "the vehicle"),
      field("current_milli_amps", &ChargingStat::current, Presence::optional, kCurrent,
            "Charging current; negative while energy leaves the vehicle.", "the vehicle"),
      field("charging_power_kw", &ChargingStat::charging_power, Presence::optional, kPower,
            "Charging power; negative while energy leaves the vehicle.", "the vehicle"),
      field("energy_micro_watt_hours", &ChargingStat::energy, Presence::optional, kRegister,
            "The register of energy charged; grows, and starts again after a reset.", "the vehicle"),
      field("latitude", &ChargingStat::latitude, Presence::optional, kLatitude,
            "North of the equator, WGS 84; with longitude, or neither. 0/0 is unknown.", "the vehicle"),
      field("longitude", &ChargingStat::longitude, Presence::optional, kLongitude,
            "East of Greenwich, WGS 84.", "the vehicle"),
      field("odometer_meters", &ChargingStat::odometer, Presence::optional, kDistance,
            "How far it was driven since it was made.", "the vehicle"),
      field("battery_temperature_milli_celsius", &ChargingStat::battery_temperature, Presence::optional,
            kTemperature, "How warm the battery is.", "the vehicle"),
      field("telemetry", &ChargingStat::telemetry, Presence::optional, kObjectText,
            "What else the vehicle says, in the provider's words.", "the vehicle"),
      field("quality", &ChargingStat::quality, Presence::optional, kLongText, "What is not as it should be.",
            "the program, or who imports"),
      field("created_at", &ChargingStat::created_at, Presence::ours, kMoment, "When it was stored.",
            "the program"),
  };
};

}  // namespace contactor::charging
