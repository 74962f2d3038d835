#pragma once

#include <map>
#include <string>
#include <vector>

#include "fleet/fleet_mutants.h"
#include "fleet/fleet_scenario.h"
#include "fleet/fleet_witness.h"

namespace contactor::sim {

/// What one run showed.
struct FleetRunResult {
  std::uint64_t seed = 0;
  std::vector<FleetViolation> violations;
  std::string story;        ///< of the vehicle that the first violation is about
  std::uint64_t trace = 0;  ///< equal traces: equal runs
  Millis virtual_time{};
  std::uint64_t events = 0, runs = 0, crashes = 0, calls = 0, changes = 0;
  std::uint64_t vehicles = 0;
  std::uint64_t wanted_on = 0, on = 0;  ///< at the end, of vehicles that some cloud would take
  std::map<std::string, std::uint64_t> faults, outcomes;
};

/// Runs one scenario to its end, and a second one beside it where one cloud alone fails.
[[nodiscard]] FleetRunResult simulate_fleet(const FleetScenario& scenario,
                                            const FleetMutant* mutant = nullptr);

}  // namespace contactor::sim
