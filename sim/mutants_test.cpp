#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "base/log.h"
#include "batch.h"

namespace contactor::sim {
namespace {

constexpr std::uint64_t kSeedsMax = 80;

void be_quiet() {
  log::install([](log::Level, std::string_view, std::string_view) {}, log::Level::error);
}

/// The invariants that a list of names allows.
std::set<std::string> words_of(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::set<std::string> words;
  for (std::string word; in >> word;) words.insert(word);
  return words;
}

class BrokenGuard : public ::testing::TestWithParam<const Mutant*> {};

TEST_P(BrokenGuard, IsCaughtByItsInvariant) {
  be_quiet();
  const std::set<std::string> expected = words_of(GetParam()->caught_by);
  const std::uint64_t from = GetParam()->from;
  for (std::uint64_t seed = from; seed < from + kSeedsMax; ++seed)
    for (const auto& violation : simulate(draw_scenario(seed, GetParam()->nodes), GetParam()).violations)
      if (expected.contains(violation.invariant)) return;
  FAIL() << GetParam()->name << " went unnoticed through " << kSeedsMax << " seeds";
}

std::vector<const Mutant*> all_mutants() {
  std::vector<const Mutant*> all;
  for (const auto& mutant : mutants()) all.push_back(&mutant);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Sim, BrokenGuard, ::testing::ValuesIn(all_mutants()),
                         [](const auto& test) { return std::string(test.param->name); });

TEST(SimCanary, AWorldThatTakesTheMoneyByItselfMakesTheCheckersCryOut) {
  be_quiet();
  int cries = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed)
    cries += simulate(scenario_of(seed, true)).violations.empty() ? 0 : 1;
  EXPECT_EQ(cries, 5);
}

}  // namespace
}  // namespace contactor::sim
