#pragma once

#include <optional>
#include <string>
#include <vector>

#include "clock.h"
#include "engine/fleet/settings.h"
#include "fleet/eras.h"
#include "fleet/fleet_faults.h"
#include "world/fleet/cloud.h"
#include "world/params.h"

namespace contactor::sim {

/// One vehicle, and how it meets every cloud.
struct CarPlan {
  Vin vin;
  std::string fleet;
  world::Temper temper = world::Temper::prompt;
};
/// What people ask for, and when.
struct WishPlan {
  Instant at;
  std::size_t car = 0;
  fleet::Wish wish;
};
/// Somebody switches a vehicle at its cloud, behind our back.
struct Meddling {
  Instant at;
  std::size_t car = 0;
  bool active = false;
};

/// Everything about one run of the fleet capability, derived from its seed.
struct FleetScenario {
  std::uint64_t seed = 0;
  bool quiet = false;   ///< nothing goes wrong but the vehicles themselves
  bool canary = false;  ///< somebody rewrites the store behind our back: the checkers must cry out
  /// Only this cloud fails; the run is compared with one in which nothing does. Empty: an ordinary run.
  std::string alone_fails;
  const Era* era = nullptr;
  std::vector<CarPlan> cars;
  std::vector<WishPlan> wishes;  ///< by time
  std::vector<Meddling> meddlings;
  Millis hurts_for{};
  std::size_t runners = 1;
  std::array<Millis, 3> offsets{};  ///< of each runner's schedule
  engine::FleetSettings settings;   ///< routes and zones excepted
  std::optional<Instant> reroute_at;
  std::string routes;        ///< of the configuration, from the start
  std::string later_routes;  ///< from `reroute_at`
  FleetFaultRates rates{};
  world::WorldParams world;
};

inline constexpr Millis kRunEvery = std::chrono::minutes(30);
inline constexpr std::array<std::string_view, 3> kFleetNames{"north", "south", "east"};

[[nodiscard]] FleetScenario draw_fleet_scenario(std::uint64_t seed);
/// The derived options in one line, for the report of a failing seed.
[[nodiscard]] std::string describe(const FleetScenario& scenario);
/// The name of a cloud's model, which is the first segment of its paths.
[[nodiscard]] std::string_view prefix_of(fleet::Oem oem);

}  // namespace contactor::sim
