#pragma once

#include <functional>
#include <map>
#include <memory>

#include "fleet/fleet_scenario.h"
#include "store/memory/disk.h"
#include "world/world.h"

namespace contactor::sim {

class FleetWitness;

/// One run: true time, the makers' clouds, the disk that survives crashes, the configuration, and what goes
/// wrong.
struct FleetUniverse {
  explicit FleetUniverse(const FleetScenario& from);
  FleetUniverse(const FleetUniverse&) = delete;

  const FleetScenario& scenario;
  Clock clock;
  FleetFaults faults;
  world::World world;
  store::memory::Disk disk;
  engine::FleetSettings settings;                                     ///< what every process was started with
  std::map<std::string, Instant, std::less<>> sign_in_refused_until;  ///< by the cloud's prefix
  Instant slack_dead_until;
  FleetWitness* witness = nullptr;
  std::function<void(const LifeRef&)> crash;  ///< ends a running process, from anywhere inside it
  std::uint64_t processes = 0;                ///< begun so far
  std::uint64_t trace = 0xcbf29ce484222325ULL;

  /// Ends the caller's process where the dice say so. @return true: nothing of it lives any more.
  [[nodiscard]] bool crashes(FleetFault point, const LifeRef& life);
  /// Stops a process where it stands, past its leases more often than not.
  void freeze(const LifeRef& life);
  [[nodiscard]] Millis between(Millis low, Millis high);
  void note(std::string_view what);
  [[nodiscard]] world::Cloud& cloud(fleet::Oem oem);
  /// Reads the configuration's routes. @pre  they are well-formed.
  void set_routes(std::string_view changes);
};

}  // namespace contactor::sim
