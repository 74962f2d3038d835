#pragma once

#include "world/faults.h"
#include "world/logs.h"
#include "world/outbox.h"
#include "world/params.h"
#include "world/timeline.h"

namespace contactor::world {

/// What all parts of one world share. Owned by `World`, outlives them.
struct Context {
  WorldParams params;
  std::uint64_t seed = 0;
  Faults faults;
  Timeline timeline;
  Outbox outbox;
  Logs logs;

  Context(WorldParams world_params, std::uint64_t world_seed)
      : params(std::move(world_params)),
        seed(world_seed),
        faults(params.faults, world_seed),
        outbox(timeline, faults) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// A duration in [low, high), drawn.
  [[nodiscard]] Millis between(Millis low, Millis high) {
    return low + Millis(faults.dice().below(static_cast<std::uint64_t>((high - low).count())));
  }
};

}  // namespace contactor::world
