#include "batch.h"

#include "workers.h"

namespace contactor::sim {
namespace {

/// A guard that only matters between nodes is broken where there are some, every other where there is one
/// process.
std::optional<std::size_t> nodes_of(const BatchParams& params) {
  if (params.nodes) return params.nodes;
  return params.mutant == nullptr ? std::nullopt : std::optional(params.mutant->nodes);
}

void run_one(const BatchParams& params, std::uint64_t seed, Tally& tally) {
  const Scenario scenario = scenario_of(seed, params.canary, nodes_of(params));
  const auto tell = [&](const RunResult& result) {
    return fmt::format("seed {}: {} activations", scenario.seed, result.activations);
  };
  const RunResult result = run_seed(
      params.verify_determinism, params.verbose, [&] { return simulate(scenario, params.mutant); }, tell,
      [&](const RunResult& failed) { return report_of(scenario, failed); });
  add_to(tally, scenario, result);
}

void print(const Tally& sum, double wall_s) {
  const auto of = [&](const char* name) {
    const auto found = sum.sums.find(name);
    return found == sum.sums.end() ? 0 : found->second;
  };
  fmt::print(
      "{} seeds ({} quiet), {} activations of {} orders ({} refused, {} repeated), {} crashes, {} events\n"
      "{:.1f} virtual days in {:.1f} s: {:.0f} activations/s; {} of {} ended Active or Failed\n",
      sum.runs, sum.quiet, of("activations"), of("orders"), of("refused"), of("repeated"), sum.crashes,
      sum.events, static_cast<double>(sum.virtual_ms) / 8.64e7, wall_s,
      static_cast<double>(of("activations")) / wall_s, sum.good_ends, sum.wanted_on);
}

}  // namespace

void add_to(Tally& tally, const Scenario& scenario, const RunResult& result) {
  tally.add_run(scenario, result);
  tally.good_ends += result.good_ends;
  tally.sums["activations"] += result.activations;
  tally.sums["orders"] += result.orders;
  tally.sums["refused"] += result.refused_orders;
  tally.sums["repeated"] += result.repeated_orders;
}

bool is_vacuous(const Tally& tally) {
  return tally.wanted_on >= 20 && tally.good_ends * 10 < tally.wanted_on * 6;
}

Scenario scenario_of(std::uint64_t seed, bool canary, std::optional<std::size_t> nodes) {
  Scenario scenario = draw_scenario(seed, nodes);
  scenario.canary = canary;
  return scenario;
}

std::string report_of(const Scenario& scenario, const RunResult& result) {
  return report_text(fmt::format("sim --seed={} --nodes={} @{}", scenario.seed, scenario.nodes, version()),
                     scenario, result, [](const Violation& violation) {
                       return violation.about.empty() ? std::string("-") : to_string(violation.about);
                     });
}

int run_batch(const BatchParams& params) {
  return run_frame({.seeds = params.seeds,
                    .from = params.from,
                    .jobs = params.jobs,
                    .run_one = [&](std::uint64_t seed, Tally& tally) { run_one(params, seed, tally); },
                    .print = print,
                    .is_vacuous = is_vacuous,
                    .name = ""});
}

}  // namespace contactor::sim
