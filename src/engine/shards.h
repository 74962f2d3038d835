#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "ports/nodes.h"

namespace contactor::engine {

/// Which shards are this node's to work on, and under which epochs.
class Shards {
 public:
  enum class Hold : std::uint8_t {
    away,     ///< another node's, or nobody's
    reading,  ///< ours, and what the store knows of it is on its way into memory
    working,
    resting,  ///< to be handed back: nothing new is started, what is under way ends
    at_rest,  ///< nothing of it is in memory any more: goes with the next beat
  };

  Shards();
  /// One node without others: every shard is its own for good.
  void own_all();
  [[nodiscard]] Hold hold(std::uint8_t shard) const { return holds_[shard]; }
  [[nodiscard]] std::uint64_t epoch(std::uint8_t shard) const { return epochs_[shard]; }
  /// Is anything of it kept in memory?
  [[nodiscard]] bool has(std::uint8_t shard) const {
    return holds_[shard] != Hold::away && holds_[shard] != Hold::at_rest;
  }
  [[nodiscard]] bool works_on(std::uint8_t shard) const { return holds_[shard] == Hold::working; }
  [[nodiscard]] ports::ShardSet in(Hold hold) const;
  [[nodiscard]] std::size_t count() const { return holds_.size() - count(Hold::away); }  ///< not away

  struct Change {
    ports::ShardSet lost;                  ///< of these nothing may be kept: they have changed hands
    std::vector<ports::HeldShard> gained;  ///< `reading` now
  };
  /// What the store says is ours.
  Change hold_now(const std::vector<ports::HeldShard>& held);
  /// What was read for these is complete: they are worked on, where they are still held under the same epoch.
  void read(const std::vector<ports::HeldShard>& shards);
  /// Puts as many to rest as are more than `share`. @return those
  ports::ShardSet rest_above(std::size_t share);
  void at_rest(const ports::ShardSet& shards);

 private:
  [[nodiscard]] std::size_t count(Hold hold) const { return counts_[static_cast<std::size_t>(hold)]; }
  void set(std::size_t shard, Hold hold);

  std::array<Hold, 256> holds_{};
  std::array<std::size_t, 5> counts_{};  ///< by hold
  std::array<std::uint64_t, 256> epochs_{};
};

}  // namespace contactor::engine
