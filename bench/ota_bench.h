#pragma once

#include <cstdint>
#include <string>

#include "iot_stub.h"

namespace contactor::bench {

struct DrainResult {
  std::uint64_t activations = 0;
  double seconds = 0;
  double cpu_seconds = 0;  ///< of this process, store lanes included
  double stub_cpu_seconds = 0;
  double resident_mb = 0;  ///< peak
};
/// Puts `count` queued activations into a fresh SQLite store, then starts an engine on it and lets it run
/// them all to the end.
[[nodiscard]] DrainResult drain(IotStub::Mode mode, std::uint64_t count);

struct LatencyResult {
  double p50_ms = 0;
  double p99_ms = 0;
  double max_ms = 0;
  std::uint64_t activations = 0;
  double cpu_seconds = 0;
};
/// Orders at a steady rate; from the moment an order was due to the commit of its end.
[[nodiscard]] LatencyResult latency(IotStub::Mode mode, std::uint64_t per_second, std::uint64_t seconds);

struct HoldingResult {
  std::uint64_t waiting = 0;
  double resident_mb = 0;
  double start_seconds = 0;  ///< from opening the store to the first command
};
/// Memory and start of a node that holds `waiting` activations which are not due.
[[nodiscard]] HoldingResult holding(std::uint64_t waiting);

}  // namespace contactor::bench
