#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "charging/units.h"

namespace contactor::charging {

/// A town, as seen from somewhere. The texts live as long as the table.
struct Place {
  std::string_view name;
  std::string_view region;   ///< the first level below the country; empty where nobody says
  std::string_view country;  ///< ISO 3166-1 alpha-2
  Metres distance;           ///< to its middle, along the ground
};

/// Beyond that the nearest town says nothing about where one is, not even the country.
inline constexpr Metres kPlaceDistanceMax{50'000};

/// Which town is nearest, without asking anybody: a k-d tree of points on the globe, in one table of bytes
/// that `cmake/gazetteer_table.py` writes. Being points in space, they have no poles and no date line.
class Gazetteer {
 public:
  /// One that knows no place.
  Gazetteer() = default;

  /// @param table  must outlive it; nothing is copied. Checked once, so that no lookup leaves it.
  /// @errors       invalid. Cost: O(places).
  [[nodiscard]] static Result<Gazetteer> over(std::string_view table);

  [[nodiscard]] std::size_t size() const { return places_; }

  /// @param distance_max  up to a quarter of the globe
  /// @return  nothing where no town is near enough. Of two equally near ones always the same. Cost: O(log n)
  ///          near towns, some microseconds.
  [[nodiscard]] std::optional<Place> nearest(TenMillionthDegrees latitude, TenMillionthDegrees longitude,
                                             Metres distance_max = kPlaceDistanceMax) const;

 private:
  struct Search;
  [[nodiscard]] std::int64_t along(std::size_t place, int axis) const;
  [[nodiscard]] std::string_view name_at(std::uint32_t offset) const;
  [[nodiscard]] bool names_are_sound() const;
  void search(Search& wanted, std::size_t first, std::size_t last, int axis) const;

  const char* points_ = nullptr;      ///< three 32-bit metres a place, from the middle of the Earth
  const char* names_of_ = nullptr;    ///< 32 bits a place: where its name is
  const char* regions_ = nullptr;     ///< two letters of country, two of padding, 32 bits: where its name is
  const char* regions_of_ = nullptr;  ///< 16 bits a place: its region
  std::string_view names_;            ///< a byte of length before each
  std::size_t places_ = 0;
  std::size_t region_count_ = 0;
};

/// As people write it: `Garching bei München, Bavaria`; the country stands beside it.
[[nodiscard]] std::string address_of(const Place& place);

}  // namespace contactor::charging
