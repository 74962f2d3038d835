#pragma once

#include <cstdint>
#include <string>

#include "base/instant.h"

namespace contactor::bench {

struct PreloadParams {
  std::string store_url;
  std::uint64_t first = 0;  ///< number of the first order
  std::uint64_t count = 0;
  Millis due_in{0};  ///< of all of them, from the beginning
};
/// Stores queued activations as the engine would have accepted them, through the store port.
void preload(const PreloadParams& params);

/// Starts an engine on a store with `count` activations that are due, and runs them all to Active.
void drain(const std::string& store_url, const std::string& iot_url, std::uint64_t count);

struct LatencyParams {
  std::string store_url;
  std::string iot_url;
  std::uint64_t per_second = 200;
  std::uint64_t seconds = 7;
};
/// Orders at a steady rate; from the moment at which an order was due to the commit of its end.
void latency(const LatencyParams& params);

}  // namespace contactor::bench
