#include "tally.h"

#include <array>
#include <sstream>

#include "workers.h"

namespace contactor::sim {
namespace {

/// The numbers in the order in which they are told to the parent.
auto numbers_of(auto& tally) {
  return std::array{&tally.runs,      &tally.quiet,     &tally.crashes,    &tally.events,
                    &tally.wanted_on, &tally.good_ends, &tally.virtual_ms, &tally.failed_runs};
}

/// The counts, each with the letter that its lines begin with.
auto counts_of(auto& tally) {
  return std::array{std::pair('s', &tally.sums), std::pair('f', &tally.faults),
                    std::pair('o', &tally.outcomes)};
}

}  // namespace

void Tally::add(const Tally& other) {
  const auto theirs = numbers_of(other);
  const auto ours = numbers_of(*this);
  for (std::size_t i = 0; i < ours.size(); ++i) *ours[i] += *theirs[i];
  const auto their_counts = counts_of(other);
  const auto our_counts = counts_of(*this);
  for (std::size_t i = 0; i < our_counts.size(); ++i)
    for (const auto& [name, count] : *their_counts[i].second) (*our_counts[i].second)[name] += count;
}

std::string Tally::to_text() const {
  std::string text;
  for (const auto* number : numbers_of(*this)) text += fmt::format("{} ", *number);
  text += '\n';
  for (const auto& [letter, counts] : counts_of(*this))
    for (const auto& [name, count] : *counts) text += fmt::format("{}{}\t{}\n", letter, name, count);
  return text;
}

Tally Tally::from_text(const std::string& text) {
  Tally tally;
  std::istringstream in(text);
  std::string line;
  std::getline(in, line);
  std::istringstream numbers(line);
  for (auto* number : numbers_of(tally)) numbers >> *number;
  while (std::getline(in, line)) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos) continue;
    for (const auto& [letter, counts] : counts_of(tally))
      if (line[0] == letter) (*counts)[line.substr(1, tab - 1)] = std::stoull(line.substr(tab + 1));
  }
  return tally;
}

namespace {

Tally run_share(const BatchFrame& frame, unsigned worker, unsigned jobs) {
  Tally tally;
  for (std::uint64_t i = worker; i < frame.seeds; i += jobs) frame.run_one(frame.from + i, tally);
  return tally;
}

Tally run_all(const BatchFrame& frame) {
  const unsigned jobs = workers_for(frame.seeds, frame.jobs);
  if (jobs == 1) return run_share(frame, 0, 1);
  Tally sum;
  const Told told =
      run_workers(jobs, [&](unsigned worker) { return run_share(frame, worker, jobs).to_text(); });
  for (const auto& text : told.texts) sum.add(Tally::from_text(text));
  sum.failed_runs += told.broken;
  return sum;
}

}  // namespace

int run_frame(const BatchFrame& frame) {
  const auto start = std::chrono::steady_clock::now();
  const Tally sum = run_all(frame);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  print_counts(frame.name + "outcomes", sum.outcomes);
  print_counts(frame.name + "faults", sum.faults);
  frame.print(sum, wall.count());
  const bool is_vacuous = frame.is_vacuous(sum);
  if (is_vacuous)
    fmt::print("{}VACUOUS: too few ended as they should for this to prove anything\n", frame.name);
  const bool complete = sum.runs == frame.seeds;
  if (!complete) fmt::print("{}only {} of {} seeds were run\n", frame.name, sum.runs, frame.seeds);
  const bool fine = sum.failed_runs == 0 && !is_vacuous && complete;
  fmt::print("{}{}\n", frame.name,
             fine ? "no invariant was violated" : fmt::format("FAILED: {} runs", sum.failed_runs));
  return fine ? 0 : 1;
}

}  // namespace contactor::sim
