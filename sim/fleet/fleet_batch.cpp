#include "fleet/fleet_batch.h"

#include <array>
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

/// The sums in the order in which they are told to the parent.
auto sums_of(auto& tally) {
  return std::array{&tally.runs,      &tally.quiet,  &tally.vehicles,   &tally.reconciled,
                    &tally.crashes,   &tally.events, &tally.calls,      &tally.changes,
                    &tally.wanted_on, &tally.on,     &tally.virtual_ms, &tally.failed_runs};
}

void run_one(const FleetBatchParams& params, std::uint64_t seed, FleetTally& tally) {
  FleetScenario scenario = draw_fleet_scenario(seed);
  scenario.canary = params.canary;
  const auto start = Wall::now();
  FleetRunResult result = simulate_fleet(scenario, params.mutant);
  if (params.verify_determinism && simulate_fleet(scenario, params.mutant).trace != result.trace)
    result.violations.push_back(
        {.invariant = "replay", .text = "the same seed ran differently", .about = {}, .at = {}});
  tally.add(scenario, result);
  if (params.verbose)
    fmt::print(
        "fleet seed {}: {} vehicles, {} runs, {} crashes, {} calls, {} events, {:.1f} h virtual, {:.0f} ms, "
        "trace {:016x}{}\n",
        seed, result.vehicles, result.runs, result.crashes, result.calls, result.events,
        static_cast<double>(result.virtual_time.count()) / 3.6e6, seconds_since(start) * 1000, result.trace,
        result.violations.empty() ? "" : " VIOLATED");
  if (!result.violations.empty()) fmt::print("{}\n", report_of(scenario, result));
  std::fflush(stdout);
}

FleetTally run_share(const FleetBatchParams& params, unsigned worker, unsigned jobs) {
  FleetTally tally;
  for (std::uint64_t i = worker; i < params.seeds; i += jobs) run_one(params, params.from + i, tally);
  return tally;
}

}  // namespace

void FleetTally::add(const FleetScenario& scenario, const FleetRunResult& result) {
  runs += 1;
  quiet += scenario.quiet ? 1 : 0;
  vehicles += result.vehicles;
  reconciled += result.runs;
  crashes += result.crashes;
  events += result.events;
  calls += result.calls;
  changes += result.changes;
  wanted_on += result.wanted_on;
  on += result.on;
  virtual_ms += static_cast<std::uint64_t>(result.virtual_time.count());
  failed_runs += result.violations.empty() ? 0 : 1;
  for (const auto& [name, count] : result.faults) faults[name] += count;
  for (const auto& [name, count] : result.outcomes) outcomes[name] += count;
}

void FleetTally::add(const FleetTally& other) {
  const auto theirs = sums_of(other);
  const auto ours = sums_of(*this);
  for (std::size_t i = 0; i < ours.size(); ++i) *ours[i] += *theirs[i];
  for (const auto& [name, count] : other.faults) faults[name] += count;
  for (const auto& [name, count] : other.outcomes) outcomes[name] += count;
}

std::string FleetTally::to_text() const {
  std::string text;
  for (const auto* sum : sums_of(*this)) text += fmt::format("{} ", *sum);
  text += '\n';
  for (const auto& [name, count] : faults) text += fmt::format("f{}\t{}\n", name, count);
  for (const auto& [name, count] : outcomes) text += fmt::format("o{}\t{}\n", name, count);
  return text;
}

FleetTally FleetTally::from_text(const std::string& text) {
  FleetTally tally;
  std::istringstream in(text);
  std::string line;
  std::getline(in, line);
  std::istringstream numbers(line);
  for (auto* sum : sums_of(tally)) numbers >> *sum;
  while (std::getline(in, line)) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos) continue;
    (line[0] == 'f' ? tally.faults : tally.outcomes)[line.substr(1, tab - 1)] =
        std::stoull(line.substr(tab + 1));
  }
  return tally;
}

std::string report_of(const FleetScenario& scenario, const FleetRunResult& result) {
  std::string text =
      fmt::format("sim --fleet --seed={} @{}\n{}\n", scenario.seed, version(), describe(scenario));
  for (const auto& violation : result.violations)
    text += fmt::format("VIOLATED {} at {} by {}: {}\n", violation.invariant, to_rfc3339(violation.at),
                        violation.about ? violation.about->str() : "-", violation.text);
  return text + result.story;
}

int run_fleet_batch(const FleetBatchParams& params) {
  const auto start = Wall::now();
  const unsigned jobs = workers_for(params.seeds, params.jobs);
  FleetTally sum;
  if (jobs == 1) {
    sum = run_share(params, 0, 1);
  } else {
    const Told told =
        run_workers(jobs, [&](unsigned worker) { return run_share(params, worker, jobs).to_text(); });
    for (const auto& text : told.texts) sum.add(FleetTally::from_text(text));
    sum.failed_runs += told.broken;
  }
  const double wall = seconds_since(start);
  print_counts("fleet outcomes, vehicles by run", sum.outcomes);
  print_counts("fleet faults", sum.faults);
  fmt::print(
      "fleet: {} seeds ({} quiet), {} vehicles, {} runs, {} crashes, {} calls, {} changes at the clouds, {} "
      "events\n"
      "{:.1f} virtual days in {:.1f} s; {} of {} that can be on are on\n",
      sum.runs, sum.quiet, sum.vehicles, sum.reconciled, sum.crashes, sum.calls, sum.changes, sum.events,
      static_cast<double>(sum.virtual_ms) / 8.64e7, wall, sum.on, sum.wanted_on);
  if (sum.is_vacuous()) fmt::print("VACUOUS: too few vehicles were switched on for this to prove anything\n");
  const bool complete = sum.runs == params.seeds;
  if (!complete) fmt::print("only {} of {} seeds were run\n", sum.runs, params.seeds);
  const bool fine = sum.failed_runs == 0 && !sum.is_vacuous() && complete;
  fmt::print("{}\n",
             fine ? "fleet: no invariant was violated" : fmt::format("FAILED: {} runs", sum.failed_runs));
  return fine ? 0 : 1;
}

}  // namespace contactor::sim
