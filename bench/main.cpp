// contactor_bench: one run of one figure. The driver (`run.py`) starts what a run needs and takes the
// medians.

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "ota_bench.h"
#include "transitions.h"
#include "vin_bench.h"

namespace {

using namespace contactor::bench;

constexpr std::string_view kHelp = R"(usage: contactor_bench RUN --name value …

  preload      --db URL --count N [--first K] [--due-in SECONDS]
  drain        --db URL --iot URL --count N
  latency      --db URL --iot URL [--rate 200] [--seconds 7]
  transitions  --db URL [--rows N] [--count N] [--in-flight N]
  bare         --db URL --tables FILE --statement FILE [--rows N] [--count N] [--batch N] [--connections N]
  vin          --list FILE [--count N]

Each run says {"ready":true}, waits for a line, says {"begun":true} and then what it measured.
)";

[[noreturn]] void usage(std::string_view what) {
  fmt::print(stderr, "contactor_bench: {}\n{}", what, kHelp);
  std::exit(2);
}

/// `--name value` pairs; every name that was given must be asked for.
class Words {
 public:
  Words(int count, char** words) {
    if (count % 2 != 0) usage("every --name needs a value");
    for (int i = 0; i < count; i += 2) {
      const std::string_view name = words[i];
      if (!name.starts_with("--")) usage(fmt::format("'{}' is not a --name", name));
      values_.emplace(name.substr(2), words[i + 1]);
    }
  }
  std::string text(const std::string& name) {
    const auto found = values_.find(name);
    if (found == values_.end()) usage(fmt::format("--{} is missing", name));
    std::string value = std::move(found->second);
    values_.erase(found);
    return value;
  }
  std::uint64_t number(const std::string& name) {
    const std::string value = text(name);
    std::uint64_t read = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), read);
    if (error != std::errc() || end != value.data() + value.size())
      usage(fmt::format("--{} takes a number, not '{}'", name, value));
    return read;
  }
  std::uint64_t number(const std::string& name, std::uint64_t otherwise) {
    return values_.contains(name) ? number(name) : otherwise;
  }
  void end() const {
    if (!values_.empty()) usage(fmt::format("--{} is not known here", values_.begin()->first));
  }

 private:
  std::map<std::string, std::string> values_;
};

int run(std::string_view name, Words words) {
  if (name == "preload") {
    const PreloadParams params{.store_url = words.text("db"),
                               .first = words.number("first", 0),
                               .count = words.number("count"),
                               .due_in = std::chrono::seconds(words.number("due-in", 0))};
    words.end();
    preload(params);
  } else if (name == "drain") {
    const std::string store = words.text("db");
    const std::string iot = words.text("iot");
    const std::uint64_t count = words.number("count");
    words.end();
    drain(store, iot, count);
  } else if (name == "latency") {
    const LatencyParams params{.store_url = words.text("db"),
                               .iot_url = words.text("iot"),
                               .per_second = words.number("rate", 200),
                               .seconds = words.number("seconds", 7)};
    words.end();
    latency(params);
  } else if (name == "transitions") {
    TransitionParams params{.store_url = words.text("db")};
    params.rows = words.number("rows", params.rows);
    params.count = words.number("count", params.count);
    params.in_flight = words.number("in-flight", params.in_flight);
    words.end();
    transitions(params);
  } else if (name == "bare") {
    BareParams params{.connection = words.text("db"),
                      .schema_file = words.text("tables"),
                      .statement_file = words.text("statement")};
    params.rows = words.number("rows", params.rows);
    params.count = words.number("count", params.count);
    params.batch = words.number("batch", params.batch);
    params.connections = words.number("connections", params.connections);
    words.end();
    bare_libpq(params);
  } else if (name == "vin") {
    const std::string list = words.text("list");
    const std::uint64_t count = words.number("count", 10'000'000);
    words.end();
    decode_vins(list, count);
  } else {
    usage(fmt::format("no run '{}'", name));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) usage("which run?");
  return run(argv[1], Words(argc - 2, argv + 2));
}
