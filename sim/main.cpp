// contactor_sim_run: many seeds, their faults and outcomes, and the line that replays the first that fails.

#include <charconv>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/log.h"
#include "batch.h"

namespace {

using namespace contactor;

constexpr std::string_view kHelp = R"(usage: contactor_sim_run [--seeds N] [--from S] [--seed S] [options]

  --seeds N             run N seeds (default 100)
  --from S              the first of them (default 1)
  --seed S              run this one only and tell everything about it
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

}  // namespace

int main(int argc, char** argv) {
  log::install([](log::Level, std::string_view, std::string_view) {}, log::Level::error);
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  sim::BatchParams params;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view value;
    std::uint64_t number = 0;
    if (words[i] == "--help" || words[i] == "-h") {
      fmt::print("{}", kHelp);
      return 0;
    }
    if (words[i] == "--verbose") {
      params.verbose = true;
    } else if (words[i] == "--verify-determinism") {
      params.verify_determinism = true;
    } else if (words[i] == "--canary") {
      params.canary = true;
    } else if (words[i] == "--mutants") {
      for (const auto& mutant : sim::mutants())
        fmt::print("{:<26} {} ({})\n", mutant.name, mutant.breaks, mutant.caught_by);
      return 0;
    } else if (take_value(words, i, "--mutant", value)) {
      params.mutant = sim::find_mutant(value);
      if (params.mutant == nullptr) return usage(fmt::format("no mutant '{}'; --mutants lists them", value));
    } else if (take_value(words, i, "--seeds", value) && read_number(value, number)) {
      params.seeds = number;
    } else if (take_value(words, i, "--from", value) && read_number(value, number)) {
      params.from = number;
    } else if (take_value(words, i, "--jobs", value) && read_number(value, number) && number >= 1 &&
               number <= 256) {
      params.jobs = static_cast<unsigned>(number);
    } else if (take_value(words, i, "--nodes", value) && read_number(value, number) && number <= 3) {
      params.nodes = number;
    } else if (take_value(words, i, "--seed", value) && read_number(value, number)) {
      params.from = number;
      params.seeds = 1;
      params.verbose = true;
    } else {
      return usage(fmt::format("cannot read '{}'", words[i]));
    }
  }
  return sim::run_batch(params);
}
