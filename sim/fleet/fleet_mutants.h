#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "fleet/fleet_universe.h"
#include "ports/fleet_store.h"
#include "ports/oem_cloud.h"

namespace contactor::sim {

/// A guard of the fleet capability that is broken on purpose, at a port. Anything left empty is the real
/// thing.
struct FleetMutant {
  std::string_view name;
  std::string_view breaks;     ///< the guard, in words
  std::string_view caught_by;  ///< the invariants, one of which must fail, blank-separated
  std::function<std::unique_ptr<ports::FleetStore>(FleetUniverse&, LifeRef, ports::FleetStore&)> store = {};
  std::function<std::unique_ptr<ports::OemCloud>(ports::OemCloud&)> cloud = {};
  std::function<void(FleetScenario&)> make_likely = {};
};
[[nodiscard]] std::span<const FleetMutant> fleet_mutants();
/// @return null where there is none of that name.
[[nodiscard]] const FleetMutant* find_fleet_mutant(std::string_view name);

}  // namespace contactor::sim
