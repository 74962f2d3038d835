#pragma once

#include <optional>
#include <string>

#include "base/instant.h"
#include "charging/field.h"
#include "charging/references.h"
#include "vin/vin.h"

namespace contactor::charging {

/// A vehicle as charging data sees it. The fleet's wishes for the same vehicle are columns of the same table.
struct Vehicle {
  IdOf<Vehicle> id;
  std::optional<Vin> vin;
  std::optional<std::string> device_id;
  std::optional<std::string> device_hardware_id;
  std::optional<std::string> device_name;
  std::optional<IdOf<Credential>> credential_id;
  JsonObject metadata;
  std::optional<Instant> created_at;
  std::optional<Instant> updated_at;

  friend bool operator==(const Vehicle&, const Vehicle&) = default;
};

template <>
struct Table<Vehicle> {
  static constexpr std::string_view name = "vehicle", title = "Vehicle", route = "vehicles";
  static constexpr std::string_view doc = "A vehicle and the telematics device that speaks for it.";
  static constexpr auto fields = std::tuple{
      field("id", &Vehicle::id, Presence::ours, kIdText,
            "Names this vehicle where its VIN must not be shown.", "the program"),
      field("vin", &Vehicle::vin, Presence::required, {17, 17},
            "The vehicle identification number (ISO 3779).", "the maker"),
      field("device_id", &Vehicle::device_id, Presence::optional, kShortText,
            "The telematics device in its provider's words.", "the telematics provider"),
      field("device_hardware_id", &Vehicle::device_hardware_id, Presence::optional, kShortText,
            "What is printed on the device.", "the telematics provider"),
      field("device_name", &Vehicle::device_name, Presence::optional, kShortText,
            "What people call the device.", "the telematics provider"),
      field("credential_id", &Vehicle::credential_id, Presence::optional, kIdText,
            "The credential that its data is read with.", "the operator"),
      field("metadata", &Vehicle::metadata, Presence::optional, kObjectText,
            "Whatever else is worth keeping of it.", "whoever put it on record"),
      field("created_at", &Vehicle::created_at, Presence::ours, kMoment, "When it was put on record.",
            "the program"),
      field("updated_at", &Vehicle::updated_at, Presence::ours, kMoment, "When it last changed.",
            "the program"),
  };
};

}  // namespace contactor::charging
