#include "fleet/fleet_batch.h"

#include "workers.h"

namespace contactor::sim {
namespace {

void run_one(const FleetBatchParams& params, std::uint64_t seed, Tally& tally) {
  FleetScenario scenario = draw_fleet_scenario(seed);
  scenario.canary = params.canary;
  const auto tell = [&](const FleetRunResult& result) {
    return fmt::format("fleet seed {}: {} vehicles, {} runs, {} calls", seed, result.vehicles, result.runs,
                       result.calls);
  };
  const FleetRunResult result = run_seed(
      params.verify_determinism, params.verbose, [&] { return simulate_fleet(scenario, params.mutant); },
      tell, [&](const FleetRunResult& failed) { return report_of(scenario, failed); });
  tally.add_run(scenario, result);
  tally.good_ends += result.on;
  tally.sums["vehicles"] += result.vehicles;
  tally.sums["runs"] += result.runs;
  tally.sums["calls"] += result.calls;
  tally.sums["changes"] += result.changes;
}

void print(const Tally& sum, double wall_s) {
  const auto of = [&](const char* name) {
    const auto found = sum.sums.find(name);
    return found == sum.sums.end() ? 0 : found->second;
  };
  fmt::print(
      "fleet: {} seeds ({} quiet), {} vehicles, {} runs, {} crashes, {} calls, {} changes at the clouds, {} "
      "events\n"
      "{:.1f} virtual days in {:.1f} s; {} of {} that can be on are on\n",
      sum.runs, sum.quiet, of("vehicles"), of("runs"), sum.crashes, of("calls"), of("changes"), sum.events,
      static_cast<double>(sum.virtual_ms) / 8.64e7, wall_s, sum.good_ends, sum.wanted_on);
}

}  // namespace

std::string report_of(const FleetScenario& scenario, const FleetRunResult& result) {
  return report_text(fmt::format("sim --fleet --seed={} @{}", scenario.seed, version()), scenario, result,
                     [](const FleetViolation& violation) {
                       return violation.about ? std::string(violation.about->str()) : std::string("-");
                     });
}

int run_fleet_batch(const FleetBatchParams& params) {
  return run_frame(
      {.seeds = params.seeds,
       .from = params.from,
       .jobs = params.jobs,
       .run_one = [&](std::uint64_t seed, Tally& tally) { run_one(params, seed, tally); },
       .print = print,
       .is_vacuous =
           [](const Tally& sum) { return sum.wanted_on >= 100 && sum.good_ends * 10 < sum.wanted_on * 9; },
       .name = "fleet: "});
}

}  // namespace contactor::sim
