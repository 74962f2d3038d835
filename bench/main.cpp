#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "ota_bench.h"

namespace {

using namespace contactor::bench;

struct Words {
  bool json = false;
  std::uint64_t count = 50'000;
  std::uint64_t runs = 3;
  std::uint64_t holding = 0;
};

struct Row {
  std::string figure;
  std::vector<double> runs;
  std::string unit;
  std::string goal;

  [[nodiscard]] double median() const {
    std::vector<double> sorted = runs;
    std::ranges::sort(sorted);
    return sorted[sorted.size() / 2];
  }
};

void print(const std::vector<Row>& rows, bool json) {
  if (json)
    fmt::print("{{\"rows\":[");
  else
    fmt::print("{:<46} {:>12} {:>12} {:>12}  {:<8} {}\n", "figure", "median", "min", "max", "unit", "goal");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    const auto [least, most] = std::ranges::minmax(row.runs);
    if (json)
      fmt::print("{}{{\"figure\":\"{}\",\"median\":{:.3f},\"min\":{:.3f},\"max\":{:.3f},\"unit\":\"{}\"}}",
                 i == 0 ? "" : ",", row.figure, row.median(), least, most, row.unit);
    else
      fmt::print("{:<46} {:>12.3f} {:>12.3f} {:>12.3f}  {:<8} {}\n", row.figure, row.median(), least, most,
                 row.unit, row.goal);
  }
  if (json) fmt::print("]}}\n");
}

std::vector<Row> bench_ota(const Words& words) {
  std::vector<Row> rows;
  for (const auto mode : {IotStub::Mode::A, IotStub::Mode::B}) {
    const std::string name = mode == IotStub::Mode::A ? "A" : "B";
    Row speed{"ota drain, mode " + name + ", SQLite", {}, "1/s", mode == IotStub::Mode::A ? ">= 8000" : ""};
    Row cpu{"  CPU per 1000, this process", {}, "s", ""};
    Row stub{"  CPU per 1000, stub", {}, "s", ""};
    Row memory{"  resident memory", {}, "MB", "<= 64"};
    Row p50{"  200/s: p50", {}, "ms", ""};
    Row p99{"  200/s: p99", {}, "ms", ""};
    for (std::uint64_t run = 0; run < words.runs; ++run) {
      const auto drained = drain(mode, words.count);
      const double thousands = static_cast<double>(drained.activations) / 1000;
      speed.runs.push_back(static_cast<double>(drained.activations) / drained.seconds);
      cpu.runs.push_back(drained.cpu_seconds / thousands);
      stub.runs.push_back(drained.stub_cpu_seconds / thousands);
      memory.runs.push_back(drained.resident_mb);
      const auto waited = latency(mode, 200, 5);
      p50.runs.push_back(waited.p50_ms);
      p99.runs.push_back(waited.p99_ms);
    }
    for (auto* row : {&speed, &cpu, &stub, &memory, &p50, &p99}) rows.push_back(std::move(*row));
  }
  if (words.holding > 0) {
    const auto held = holding(words.holding);
    rows.push_back(
        {fmt::format("holding {} waiting: memory", held.waiting), {held.resident_mb}, "MB", "<= 200"});
    rows.push_back({"  start to the first command", {held.start_seconds}, "s", "<= 5"});
  }
  return rows;
}

int usage() {
  fmt::print(stderr, "contactor_bench ota [--count N] [--runs N] [--holding N] [--json]\n");
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  if (words.empty() || words[0] != "ota") return usage();
  Words asked;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto number = [&](std::uint64_t& into) {
      if (i + 1 < words.size()) into = std::strtoull(words[++i].data(), nullptr, 10);
      return into > 0;
    };
    const bool fine = words[i] == "--json"      ? (asked.json = true)
                      : words[i] == "--count"   ? number(asked.count)
                      : words[i] == "--runs"    ? number(asked.runs)
                      : words[i] == "--holding" ? number(asked.holding)
                                                : false;
    if (!fine) return usage();
  }
  print(bench_ota(asked), asked.json);
  return 0;
}
