#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fleet/steps.h"
#include "ports/fleet_store.h"
#include "ports/timekeeper.h"

namespace contactor::engine {

/// What people want of one vehicle, as it arrived.
struct WishedVehicle {
  Vin vin;
  fleet::Wish wish;
};

/// What became of one wish.
struct WishOutcome {
  enum class Kind : std::uint8_t {
    created,
    changed,
    unchanged,
    claimed,  ///< another fleet has this vehicle; which one it belongs to is for people to decide
  };
  Vin vin;
  Kind kind = Kind::unchanged;
  std::string fleet;  ///< where it is claimed: by which
};
[[nodiscard]] std::string_view to_string(WishOutcome::Kind kind);

struct WishParts {
  ports::FleetStore& store;
  ports::Timekeeper& time;
  std::string who;  ///< for the history: "import", the name of a token
};

/// Puts wishes on record: reads, decides, writes; what somebody else changed meanwhile is read once more. One
/// outcome each, in their order. @param moves  a vehicle may change its fleet.
/// @errors  those of the store, conflict where somebody else was faster three times.
void put_wishes(WishParts parts, std::vector<WishedVehicle> wishes, bool moves,
                ports::Done<Result<std::vector<WishOutcome>>> done);

}  // namespace contactor::engine
