#include "charging/locate.h"

#include "charging/identity.h"

namespace contactor::charging {
namespace {

constexpr std::int64_t kCellSide = 10'000;
constexpr std::int64_t kHalfTurn = kLongitude.max / kCellSide;

}  // namespace

std::optional<Cell> cell_of(TenMillionthDegrees latitude, TenMillionthDegrees longitude) {
  if (latitude.count() < kLatitude.min || latitude.count() > kLatitude.max ||
      longitude.count() < kLongitude.min || longitude.count() > kLongitude.max)
    return std::nullopt;
  const std::int64_t north = *scaled(latitude.count(), 1, kCellSide);
  std::int64_t east = *scaled(longitude.count(), 1, kCellSide);
  if (north == 0 && east == 0) return std::nullopt;
  if (east == kHalfTurn) east = -kHalfTurn;
  if (north == kLatitude.max / kCellSide || north == kLatitude.min / kCellSide) east = 0;
  return Cell{TenMillionthDegrees(north * kCellSide), TenMillionthDegrees(east * kCellSide)};
}

Location location_at(Cell cell, const Gazetteer& gazetteer, Instant now) {
  Location made{.id = identity_of(cell), .latitude = cell.latitude, .longitude = cell.longitude};
  const auto place = gazetteer.nearest(cell.latitude, cell.longitude);
  if (place) {
    made.address = address_of(*place);
    made.country = std::string(place->country);
  }
  made.address_source = "gazetteer";
  made.resolved_at = now;
  return made;
}

}  // namespace contactor::charging
