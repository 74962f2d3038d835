#pragma once

#include <string>

#include "fleet/fleet_simulation.h"

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

/// Sums over many runs; also what a worker process tells its parent.
struct FleetTally {
  std::uint64_t runs = 0, quiet = 0, vehicles = 0, reconciled = 0, crashes = 0, events = 0, calls = 0,
                changes = 0;
  std::uint64_t wanted_on = 0, on = 0, virtual_ms = 0, failed_runs = 0;
  std::map<std::string, std::uint64_t> faults, outcomes;

  void add(const FleetScenario& scenario, const FleetRunResult& result);
  void add(const FleetTally& other);
  [[nodiscard]] std::string to_text() const;
  [[nodiscard]] static FleetTally from_text(const std::string& text);
  /// A batch in which hardly anything is switched on proves nothing.
  [[nodiscard]] bool is_vacuous() const { return wanted_on >= 100 && on * 10 < wanted_on * 9; }
};

/// What a failing run prints: the line that replays it, what was violated, and the story.
[[nodiscard]] std::string report_of(const FleetScenario& scenario, const FleetRunResult& result);
/// Runs all seeds in worker processes and prints the counts. @return the exit status of the program.
[[nodiscard]] int run_fleet_batch(const FleetBatchParams& params);

}  // namespace contactor::sim
