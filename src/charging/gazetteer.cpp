#include "charging/gazetteer.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <numbers>

namespace contactor::charging {
namespace {

static_assert(std::endian::native == std::endian::little, "the table is little-endian");

constexpr std::string_view kMagic = "CTRGAZ1\n";
constexpr std::size_t kHeadBytes = 24, kPointBytes = 12, kRegionBytes = 8;
constexpr double kEarthRadius = 6'371'008.8;
constexpr std::uint32_t kPlacesMax = 10'000'000, kNameBytesMax = 1u << 30;
constexpr std::uint32_t kRegionsMax = 65'536;

template <class Number>
Number load(const char* from) {
  Number number;
  std::memcpy(&number, from, sizeof number);
  return number;
}

struct Point {
  std::int64_t part[3];
};

Point point_at(TenMillionthDegrees latitude, TenMillionthDegrees longitude) {
  const auto radians = [](TenMillionthDegrees angle) {
    return static_cast<double>(angle.count()) * 1e-7 * (std::numbers::pi / 180);
  };
  const double lat = radians(latitude), lon = radians(longitude);
  return {{std::llround(kEarthRadius * std::cos(lat) * std::cos(lon)),
           std::llround(kEarthRadius * std::cos(lat) * std::sin(lon)),
           std::llround(kEarthRadius * std::sin(lat))}};
}

/// The straight way through the ground for one along it, squared; and back.
std::int64_t chord_squared(Metres along) {
  const double angle = std::min(static_cast<double>(along.count()) / kEarthRadius, std::numbers::pi / 2);
  const double chord = 2 * kEarthRadius * std::sin(angle / 2);
  return std::llround(chord * chord);
}
Metres along_ground(std::int64_t chord_squared) {
  const double half = std::sqrt(static_cast<double>(chord_squared)) / 2;
  return Metres(std::llround(2 * kEarthRadius * std::asin(std::min(1.0, half / kEarthRadius))));
}

Error unsound() {
  return {.kind = ErrorKind::invalid, .origin = "gazetteer", .detail = "not a gazetteer's table"};
}

}  // namespace

struct Gazetteer::Search {
  Point from;
  std::int64_t best;  ///< squared; what is not below it is too far
  std::optional<std::size_t> found;
};

Result<Gazetteer> Gazetteer::over(std::string_view table) {
  if (table.size() < kHeadBytes || !table.starts_with(kMagic)) return fail(unsound());
  const auto places = load<std::uint32_t>(table.data() + 8), regions = load<std::uint32_t>(table.data() + 12),
             name_bytes = load<std::uint32_t>(table.data() + 16);
  if (places > kPlacesMax || regions > kRegionsMax || name_bytes > kNameBytesMax) return fail(unsound());
  const std::size_t a_place = kPointBytes + sizeof(std::uint32_t) + sizeof(std::uint16_t);
  if (table.size() != kHeadBytes + places * a_place + regions * kRegionBytes + name_bytes)
    return fail(unsound());
  Gazetteer made;
  made.places_ = places;
  made.region_count_ = regions;
  made.points_ = table.data() + kHeadBytes;
  made.names_of_ = made.points_ + places * kPointBytes;
  made.regions_ = made.names_of_ + places * sizeof(std::uint32_t);
  made.regions_of_ = made.regions_ + regions * kRegionBytes;
  made.names_ = table.substr(table.size() - name_bytes);
  if (!made.names_are_sound()) return fail(unsound());
  return made;
}

bool Gazetteer::names_are_sound() const {
  const auto is_sound = [this](std::uint32_t offset) {
    return offset < names_.size() && names_.size() - offset > static_cast<unsigned char>(names_[offset]);
  };
  for (std::size_t i = 0; i < region_count_; ++i)
    if (!is_sound(load<std::uint32_t>(regions_ + i * kRegionBytes + 4))) return false;
  for (std::size_t i = 0; i < places_; ++i)
    if (!is_sound(load<std::uint32_t>(names_of_ + i * 4)) ||
        load<std::uint16_t>(regions_of_ + i * 2) >= region_count_)
      return false;
  return true;
}

std::int64_t Gazetteer::along(std::size_t place, int axis) const {
  return load<std::int32_t>(points_ + place * kPointBytes + static_cast<std::size_t>(axis) * 4);
}

std::string_view Gazetteer::name_at(std::uint32_t offset) const {
  return names_.substr(offset + 1, static_cast<unsigned char>(names_[offset]));
}

// The half that holds the point first; the other one only if the cut is nearer than the best found. A range
// halves with each call, so that the depth is the logarithm of the places.
void Gazetteer::search(Search& wanted, std::size_t first, std::size_t last, int axis) const {
  if (first == last) return;
  const std::size_t middle = first + (last - first) / 2;
  std::int64_t away = 0;
  for (int i = 0; i < 3; ++i) {
    const std::int64_t part = wanted.from.part[i] - along(middle, i);
    away += part * part;
  }
  if (away < wanted.best) {
    wanted.best = away;
    wanted.found = middle;
  }
  const std::int64_t beyond = wanted.from.part[axis] - along(middle, axis);
  const int next = (axis + 1) % 3;
  const auto low = [&] { search(wanted, first, middle, next); };
  const auto high = [&] { search(wanted, middle + 1, last, next); };
  beyond < 0 ? low() : high();
  if (beyond * beyond < wanted.best) beyond < 0 ? high() : low();
}

std::optional<Place> Gazetteer::nearest(TenMillionthDegrees latitude, TenMillionthDegrees longitude,
                                        Metres distance_max) const {
  Search wanted{point_at(latitude, longitude), chord_squared(distance_max) + 1, std::nullopt};
  search(wanted, 0, places_, 0);
  if (!wanted.found) return std::nullopt;
  const std::size_t place = *wanted.found;
  const char* region = regions_ + load<std::uint16_t>(regions_of_ + place * 2) * kRegionBytes;
  return Place{.name = name_at(load<std::uint32_t>(names_of_ + place * 4)),
               .region = name_at(load<std::uint32_t>(region + 4)),
               .country = {region, 2},
               .distance = along_ground(wanted.best)};
}

std::string address_of(const Place& place) {
  std::string text(place.name);
  if (!place.region.empty() && place.region != place.name) text.append(", ").append(place.region);
  return text;
}

}  // namespace contactor::charging
