#pragma once

#include <map>
#include <string>
#include <vector>

#include "checkers/evidence.h"
#include "mutants.h"
#include "scenario.h"

namespace contactor::sim {

/// What one run showed.
struct RunResult {
  std::uint64_t seed = 0;
  std::vector<Violation> violations;
  std::string story;        ///< of the activation that the first violation is about
  std::uint64_t trace = 0;  ///< equal traces: equal runs
  Millis virtual_time{};
  std::uint64_t events = 0;
  std::uint64_t orders = 0, refused_orders = 0, repeated_orders = 0;
  std::uint64_t crashes = 0;
  std::map<std::string, std::uint64_t> outcomes;  ///< activations by state; money by state under `money `
  std::map<std::string, std::uint64_t> faults;    ///< by kind, ours and the world's
  std::uint64_t activations = 0;
  std::uint64_t good_ends =
      0;  ///< of activations that switch something on: Active, or Failed with nothing kept
  std::uint64_t wanted_on = 0;  ///< those activations, without the ones that were canceled
};

/// One scenario from its first order to its quiet end. Pure: the same scenario gives the same result, bit by
/// bit.
/// @param mutant  a guard to break, or null.
[[nodiscard]] RunResult simulate(const Scenario& scenario, const Mutant* mutant = nullptr);

}  // namespace contactor::sim
