// contactor_sim_run: many seeds, their faults and outcomes, and the line that replays the first that fails.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/log.h"
#include "batch.h"
#include "fleet/fleet_batch.h"

namespace {

using namespace contactor;

constexpr std::string_view kHelp = R"(usage: contactor_sim_run [--seeds N] [--from S] [--seed S] [options]

  --seeds N             run N seeds (default 100), of both capabilities
  --fleet               the fleet capability only; --ota: the paid features only
  --from S              the first of them (default 1)
  --seed S              run this one only and tell everything about it; without --fleet, one of paid features
  --nodes N             this many nodes on one disk, 0 to 3; 0: one process that knows of no others
  --jobs N              worker processes (default: one a processor)
  --mutant NAME         break one guard of sim/README.md; the run must then fail
  --mutants             list the guards that can be broken
  --verify-determinism  run every seed twice and compare
  --canary              run in a world that must fail
  --verbose             print a line a seed

exit status: 0 nothing was violated, 1 something was, 2 usage
)";

bool read_number(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

int usage(std::string_view what) {
  fmt::print(stderr, "contactor_sim_run: {}\n{}", what, kHelp);
  return 2;
}

/// Takes `--name value` and `--name=value`.
bool take_value(const std::vector<std::string_view>& words, std::size_t& at, std::string_view name,
                std::string_view& value) {
  const std::string_view word = words[at];
  if (word.size() > name.size() && word.starts_with(name) && word[name.size()] == '=') {
    value = word.substr(name.size() + 1);
    return true;
  }
  if (word != name || at + 1 >= words.size()) return false;
  value = words[++at];
  return true;
}

/// What the words of the command line ask for.
struct Asked {
  bool ota = true;
  bool fleet = true;
  bool is_single = false;
  bool lists_mutants = false;
  std::string_view mutant;
  sim::BatchParams params;
};

/// @return  false: it is no such word.
bool read_flag(std::string_view word, Asked& asked) {
  if (word == "--verbose")
    asked.params.verbose = true;
  else if (word == "--verify-determinism")
    asked.params.verify_determinism = true;
  else if (word == "--canary")
    asked.params.canary = true;
  else if (word == "--mutants")
    asked.lists_mutants = true;
  else if (word == "--fleet")
    asked.ota = false;
  else if (word == "--ota")
    asked.fleet = false;
  else
    return false;
  return true;
}

bool read_value(const std::vector<std::string_view>& words, std::size_t& at, Asked& asked) {
  sim::BatchParams& params = asked.params;
  std::string_view value;
  std::uint64_t number = 0;
  if (take_value(words, at, "--mutant", value)) {
    asked.mutant = value;
  } else if (take_value(words, at, "--seeds", value) && read_number(value, number)) {
    params.seeds = number;
  } else if (take_value(words, at, "--from", value) && read_number(value, number)) {
    params.from = number;
  } else if (take_value(words, at, "--jobs", value) && read_number(value, number) && number >= 1 &&
             number <= 256) {
    params.jobs = static_cast<unsigned>(number);
  } else if (take_value(words, at, "--nodes", value) && read_number(value, number) && number <= 3) {
    params.nodes = number;
  } else if (take_value(words, at, "--seed", value) && read_number(value, number)) {
    params.from = number;
    params.seeds = 1;
    params.verbose = asked.is_single = true;
  } else {
    return false;
  }
  return true;
}

int list_mutants() {
  const auto line = [](const auto& mutant) {
    fmt::print("{:<26} {} ({})\n", mutant.name, mutant.breaks, mutant.caught_by);
  };
  for (const auto& mutant : sim::mutants()) line(mutant);
  for (const auto& mutant : sim::fleet_mutants()) line(mutant);
  return 0;
}

int run_fleet(const Asked& asked, const sim::FleetMutant* mutant) {
  const sim::BatchParams& params = asked.params;
  return sim::run_fleet_batch({.seeds = params.seeds,
                               .from = params.from,
                               .jobs = params.jobs,
                               .mutant = mutant,
                               .verify_determinism = params.verify_determinism,
                               .canary = params.canary,
                               .verbose = params.verbose});
}

int run(Asked asked) {
  const sim::FleetMutant* const fleet_mutant = sim::find_fleet_mutant(asked.mutant);
  asked.params.mutant = sim::find_mutant(asked.mutant);
  if (!asked.mutant.empty()) {
    if (asked.params.mutant == nullptr && fleet_mutant == nullptr)
      return usage(fmt::format("no mutant '{}'; --mutants lists them", asked.mutant));
    asked.ota = asked.params.mutant != nullptr;
    asked.fleet = !asked.ota;
  }
  // A number alone means a seed of paid features, as it always did.
  if (asked.ota && (asked.is_single || asked.params.nodes)) asked.fleet = false;
  const int ota = asked.ota ? sim::run_batch(asked.params) : 0;
  const int fleet = asked.fleet ? run_fleet(asked, fleet_mutant) : 0;
  return std::max(ota, fleet);
}

}  // namespace

int main(int argc, char** argv) {
  log::install([](log::Level, std::string_view, std::string_view) {}, log::Level::error);
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  Asked asked;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--help" || words[i] == "-h") {
      fmt::print("{}", kHelp);
      return 0;
    }
    if (!read_flag(words[i], asked) && !read_value(words, i, asked))
      return usage(fmt::format("cannot read '{}'", words[i]));
  }
  if (asked.lists_mutants) return list_mutants();
  return run(asked);
}
