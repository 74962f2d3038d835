#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "mutants.h"
#include "simulation.h"

namespace contactor::sim {

struct BatchParams {
  std::uint64_t seeds = 100;
  std::uint64_t from = 1;
  unsigned jobs = 0;  ///< 0: one a processor
  const Mutant* mutant = nullptr;
  bool verify_determinism = false;
  bool canary = false;
  std::optional<std::size_t> nodes;  ///< instead of what the seeds draw
  bool verbose = false;
};

/// Sums over many runs; also what a worker process tells its parent.
struct Tally {
  std::uint64_t runs = 0, quiet = 0, activations = 0, orders = 0, refused = 0, repeated = 0, crashes = 0,
                events = 0;
  std::uint64_t wanted_on = 0, good_ends = 0, virtual_ms = 0, failed_runs = 0;
  std::map<std::string, std::uint64_t> faults, outcomes;
  std::map<std::string, std::uint64_t> probes;

  void add(const Scenario& scenario, const RunResult& result);
  void add(const Tally& other);
  [[nodiscard]] std::string to_text() const;
  [[nodiscard]] static Tally from_text(const std::string& text);
  /// A batch in which hardly anything ends well proves nothing.
  [[nodiscard]] bool is_vacuous() const { return wanted_on >= 20 && good_ends * 10 < wanted_on * 6; }
};

/// The scenario of a seed, as the batch runs it.
[[nodiscard]] Scenario scenario_of(std::uint64_t seed, bool canary, std::optional<std::size_t> nodes = {});
/// What a failing run prints: the line that replays it, what was violated, and the story.
[[nodiscard]] std::string report_of(const Scenario& scenario, const RunResult& result);
/// Runs all seeds in worker processes and prints the counts. @return the exit status of the program.
[[nodiscard]] int run_batch(const BatchParams& params);

}  // namespace contactor::sim
