#pragma once

#include <optional>
#include <string>

#include "base/instant.h"
#include "charging/field.h"
#include "charging/references.h"
#include "charging/units.h"

namespace contactor::charging {

/// A place where vehicles charge; charging events refer to it by `location_id`.
struct Location {
  IdOf<Location> id;
  TenMillionthDegrees latitude;
  TenMillionthDegrees longitude;
  std::optional<std::string> address;
  std::optional<std::string> country;
  std::optional<std::string> address_source;
  std::optional<Instant> resolved_at;
  std::optional<Instant> created_at;
  std::optional<Instant> updated_at;

  friend bool operator==(const Location&, const Location&) = default;
};

template <>
struct Table<Location> {
  static constexpr std::string_view name = "location", title = "Location", route = "locations";
  static constexpr std::string_view doc =
      "A place where vehicles charge; charging events refer to it by location_id.";
  static constexpr auto fields = std::tuple{
      field("id", &Location::id, Presence::ours, kIdText, "Names this place.", "the program"),
      field("latitude", &Location::latitude, Presence::required, kLatitude, "North of the equator, WGS 84.",
            "the provider"),
      field("longitude", &Location::longitude, Presence::required, kLongitude, "East of Greenwich, WGS 84.",
            "the provider"),
      field("address", &Location::address, Presence::optional, kLongText,
            "The address that was found for it.", "the gazetteer"),
      field("country", &Location::country, Presence::optional, {2, 2}, "ISO 3166-1 alpha-2.",
            "the gazetteer"),
      field("address_source", &Location::address_source, Presence::optional, kShortText,
            "Who found the address.", "the program"),
      field("resolved_at", &Location::resolved_at, Presence::optional, kMoment, "When the address was found.",
            "the program"),
      field("created_at", &Location::created_at, Presence::ours, kMoment, "When it was put on record.",
            "the program"),
      field("updated_at", &Location::updated_at, Presence::ours, kMoment, "When it last changed.",
            "the program"),
  };
};

}  // namespace contactor::charging
