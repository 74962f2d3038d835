#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "mutants.h"
#include "simulation.h"
#include "tally.h"

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

void add_to(Tally& tally, const Scenario& scenario, const RunResult& result);
/// Hardly any activation ended Active or Failed.
[[nodiscard]] bool is_vacuous(const Tally& tally);
/// The scenario of a seed, as the batch runs it.
[[nodiscard]] Scenario scenario_of(std::uint64_t seed, bool canary, std::optional<std::size_t> nodes = {});
/// What a failing run prints: the line that replays it, what was violated, and the story.
[[nodiscard]] std::string report_of(const Scenario& scenario, const RunResult& result);
/// Runs all seeds in worker processes and prints the counts. @return the exit status of the program.
[[nodiscard]] int run_batch(const BatchParams& params);

}  // namespace contactor::sim
