#include "batch.h"

#include <chrono>
#include <cstdio>
#include <sstream>

#include <fmt/format.h>

#include "workers.h"

namespace contactor::sim {
namespace {

using Wall = std::chrono::steady_clock;

double seconds_since(Wall::time_point start) {
  return std::chrono::duration<double>(Wall::now() - start).count();
}

/// A guard that only matters between nodes is broken where there are some, every other where there is one
/// process.
std::optional<std::size_t> nodes_of(const BatchParams& params) {
  if (params.nodes) return params.nodes;
  return params.mutant == nullptr ? std::nullopt : std::optional(params.mutant->nodes);
}

/// One worker: every `jobs`-th seed, beginning with its own number.
Tally run_share(const BatchParams& params, unsigned worker, unsigned jobs) {
  Tally tally;
  for (std::uint64_t i = worker; i < params.seeds; i += jobs) {
    const Scenario scenario = scenario_of(params.from + i, params.canary, nodes_of(params));
    const auto start = Wall::now();
    RunResult result = simulate(scenario, params.mutant);
    if (params.verify_determinism) {
      if (const RunResult again = simulate(scenario, params.mutant); again.trace != result.trace)
        result.violations.push_back(
            {.invariant = "replay", .text = "the same seed ran differently", .about = {}, .at = {}});
    }
    tally.add(scenario, result);
    if (params.verbose)
      fmt::print(
          "seed {}: {} activations, {} crashes, {} events, {:.1f} h virtual, {:.0f} ms, trace {:016x}{}\n",
          scenario.seed, result.activations, result.crashes, result.events,
          static_cast<double>(result.virtual_time.count()) / 3.6e6, seconds_since(start) * 1000, result.trace,
          result.violations.empty() ? "" : " VIOLATED");
    if (!result.violations.empty()) fmt::print("{}\n", report_of(scenario, result));
    std::fflush(stdout);
  }
  return tally;
}

}  // namespace

void Tally::add(const Scenario& scenario, const RunResult& result) {
  runs += 1;
  quiet += scenario.quiet ? 1 : 0;
  activations += result.activations;
  orders += result.orders;
  refused += result.refused_orders;
  repeated += result.repeated_orders;
  crashes += result.crashes;
  events += result.events;
  wanted_on += result.wanted_on;
  good_ends += result.good_ends;
  virtual_ms += static_cast<std::uint64_t>(result.virtual_time.count());
  failed_runs += result.violations.empty() ? 0 : 1;
  for (const auto& [name, count] : result.faults) faults[name] += count;
  for (const auto& [name, count] : result.outcomes) outcomes[name] += count;
}

void Tally::add(const Tally& other) {
  runs += other.runs;
  quiet += other.quiet;
  activations += other.activations;
  orders += other.orders;
  refused += other.refused;
  repeated += other.repeated;
  crashes += other.crashes;
  events += other.events;
  wanted_on += other.wanted_on;
  good_ends += other.good_ends;
  virtual_ms += other.virtual_ms;
  failed_runs += other.failed_runs;
  for (const auto& [name, count] : other.faults) faults[name] += count;
  for (const auto& [name, count] : other.outcomes) outcomes[name] += count;
}

std::string Tally::to_text() const {
  std::string text =
      fmt::format("{} {} {} {} {} {} {} {} {} {} {} {}\n", runs, quiet, activations, orders, refused,
                  repeated, crashes, events, wanted_on, good_ends, virtual_ms, failed_runs);
  for (const auto& [name, count] : faults) text += fmt::format("f{}\t{}\n", name, count);
  for (const auto& [name, count] : outcomes) text += fmt::format("o{}\t{}\n", name, count);
  return text;
}

Tally Tally::from_text(const std::string& text) {
  Tally tally;
  std::istringstream in(text);
  std::string line;
  std::getline(in, line);
  std::istringstream(line) >> tally.runs >> tally.quiet >> tally.activations >> tally.orders >>
      tally.refused >> tally.repeated >> tally.crashes >> tally.events >> tally.wanted_on >>
      tally.good_ends >> tally.virtual_ms >> tally.failed_runs;
  while (std::getline(in, line)) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos) continue;
    (line[0] == 'f' ? tally.faults : tally.outcomes)[line.substr(1, tab - 1)] =
        std::stoull(line.substr(tab + 1));
  }
  return tally;
}

Scenario scenario_of(std::uint64_t seed, bool canary, std::optional<std::size_t> nodes) {
  Scenario scenario = draw_scenario(seed, nodes);
  scenario.canary = canary;
  return scenario;
}

std::string report_of(const Scenario& scenario, const RunResult& result) {
  std::string text = fmt::format("sim --seed={} --nodes={} @{}\n{}\n", scenario.seed, scenario.nodes,
                                 version(), describe(scenario));
  for (const auto& violation : result.violations)
    text += fmt::format("VIOLATED {} at {} by {}: {}\n", violation.invariant, to_rfc3339(violation.at),
                        violation.about.empty() ? "-" : to_string(violation.about), violation.text);
  return text + result.story;
}

int run_batch(const BatchParams& params) {
  const auto start = Wall::now();
  const unsigned jobs = workers_for(params.seeds, params.jobs);
  Tally sum;
  if (jobs == 1) {
    sum = run_share(params, 0, 1);
  } else {
    const Told told =
        run_workers(jobs, [&](unsigned worker) { return run_share(params, worker, jobs).to_text(); });
    for (const auto& text : told.texts) sum.add(Tally::from_text(text));
    sum.failed_runs += told.broken;
  }
  const double wall = seconds_since(start);
  print_counts("outcomes", sum.outcomes);
  print_counts("faults", sum.faults);
  fmt::print(
      "{} seeds ({} quiet), {} activations of {} orders ({} refused, {} repeated), {} crashes, {} events\n"
      "{:.1f} virtual days in {:.1f} s: {:.0f} activations/s; {} of {} ended Active or Failed\n",
      sum.runs, sum.quiet, sum.activations, sum.orders, sum.refused, sum.repeated, sum.crashes, sum.events,
      static_cast<double>(sum.virtual_ms) / 8.64e7, wall, static_cast<double>(sum.activations) / wall,
      sum.good_ends, sum.wanted_on);
  if (sum.is_vacuous())
    fmt::print("VACUOUS: too few activations ended Active or Failed for this to prove anything\n");
  const bool complete = sum.runs == params.seeds;
  if (!complete) fmt::print("only {} of {} seeds were run\n", sum.runs, params.seeds);
  const bool fine = sum.failed_runs == 0 && !sum.is_vacuous() && complete;
  fmt::print("{}\n", fine ? "no invariant was violated" : fmt::format("FAILED: {} runs", sum.failed_runs));
  return fine ? 0 : 1;
}

}  // namespace contactor::sim
