#pragma once

#include <string>

#include "fleet/fleet_simulation.h"
#include "tally.h"

namespace contactor::sim {

struct FleetBatchParams {
  std::uint64_t seeds = 100;
  std::uint64_t from = 1;
  unsigned jobs = 0;  ///< 0: one a processor
  const FleetMutant* mutant = nullptr;
  bool verify_determinism = false;
  bool canary = false;
  bool verbose = false;
};

/// What a failing run prints: the line that replays it, what was violated, and the story.
[[nodiscard]] std::string report_of(const FleetScenario& scenario, const FleetRunResult& result);
/// Runs all seeds in worker processes and prints the counts. @return the exit status of the program.
[[nodiscard]] int run_fleet_batch(const FleetBatchParams& params);

}  // namespace contactor::sim
