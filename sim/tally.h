#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <string>

#include <fmt/format.h>

#include "base/instant.h"

namespace contactor::sim {

using Counts = std::map<std::string, std::uint64_t>;

/// Sums over many runs, of either simulation; also what a worker process tells its parent.
struct Tally {
  std::uint64_t runs = 0, quiet = 0, crashes = 0, events = 0, wanted_on = 0, good_ends = 0, virtual_ms = 0,
                failed_runs = 0;
  Counts sums;  ///< what only one of the simulations counts
  Counts faults, outcomes;

  /// What both simulations tell of a run.
  template <class Scenario, class Result>
  void add_run(const Scenario& scenario, const Result& result) {
    runs += 1;
    quiet += scenario.quiet ? 1 : 0;
    crashes += result.crashes;
    events += result.events;
    wanted_on += result.wanted_on;
    virtual_ms += static_cast<std::uint64_t>(result.virtual_time.count());
    failed_runs += result.violations.empty() ? 0 : 1;
    for (const auto& [name, count] : result.faults) faults[name] += count;
    for (const auto& [name, count] : result.outcomes) outcomes[name] += count;
  }
  void add(const Tally& other);
  [[nodiscard]] std::string to_text() const;
  [[nodiscard]] static Tally from_text(const std::string& text);
};

/// A batch of seeds, of either simulation.
struct BatchFrame {
  std::uint64_t seeds = 100;
  std::uint64_t from = 1;
  unsigned jobs = 0;  ///< 0: one a processor
  std::function<void(std::uint64_t seed, Tally&)> run_one;
  std::function<void(const Tally&, double wall_s)> print;
  /// A batch in which hardly anything ends well proves nothing.
  std::function<bool(const Tally&)> is_vacuous;
  std::string name;  ///< before what is told: "fleet: "; may be empty
};
/// Runs all seeds in worker processes and prints the counts. @return the exit status of the program.
[[nodiscard]] int run_frame(const BatchFrame& frame);

/// One seed, told as it ends. @param simulate  runs it; @param tell  a line of what it counted;
/// @param report  what a failing run prints.
template <class Simulate, class Tell, class Report>
auto run_seed(bool verify_determinism, bool verbose, Simulate simulate, Tell tell, Report report) {
  const auto start = std::chrono::steady_clock::now();
  auto result = simulate();
  if (verify_determinism && simulate().trace != result.trace)
    result.violations.push_back(
        {.invariant = "replay", .text = "the same seed ran differently", .about = {}, .at = {}});
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
  if (verbose)
    fmt::print("{}, {} crashes, {} events, {:.1f} h virtual, {:.0f} ms, trace {:016x}{}\n", tell(result),
               result.crashes, result.events, static_cast<double>(result.virtual_time.count()) / 3.6e6,
               wall.count(), result.trace, result.violations.empty() ? "" : " VIOLATED");
  if (!result.violations.empty()) fmt::print("{}\n", report(result));
  std::fflush(stdout);
  return result;
}

/// What a failing run prints: the line that replays it, what was violated, and the story.
/// @param name_of  what a violation is about.
template <class Scenario, class Result, class NameOf>
std::string report_text(const std::string& replay, const Scenario& scenario, const Result& result,
                        NameOf name_of) {
  std::string text = fmt::format("{}\n{}\n", replay, describe(scenario));
  for (const auto& violation : result.violations)
    text += fmt::format("VIOLATED {} at {} by {}: {}\n", violation.invariant, to_rfc3339(violation.at),
                        name_of(violation), violation.text);
  return text + result.story;
}

}  // namespace contactor::sim
