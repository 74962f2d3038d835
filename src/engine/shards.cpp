#include "engine/shards.h"

#include "base/result.h"

namespace contactor::engine {

void Shards::own_all() { holds_.fill(Hold::working); }

ports::ShardSet Shards::in(Hold hold) const {
  ports::ShardSet found;
  for (std::size_t shard = 0; shard < holds_.size(); ++shard) found.set(shard, holds_[shard] == hold);
  return found;
}

std::size_t Shards::count() const { return holds_.size() - in(Hold::away).count(); }

Shards::Change Shards::hold_now(const std::vector<ports::HeldShard>& held) {
  Change change;
  ports::ShardSet kept;
  for (const auto& [shard, epoch] : held) {
    const bool is_same = holds_[shard] != Hold::away && epochs_[shard] == epoch;
    if (is_same) {
      kept.set(shard);
    } else {
      change.gained.push_back({shard, epoch});
    }
  }
  for (std::size_t shard = 0; shard < holds_.size(); ++shard) {
    if (holds_[shard] == Hold::away || kept.test(shard)) continue;
    change.lost.set(shard);
    holds_[shard] = Hold::away;
  }
  for (const auto& [shard, epoch] : change.gained) {
    holds_[shard] = Hold::reading;
    epochs_[shard] = epoch;
  }
  return change;
}

void Shards::read(const std::vector<ports::HeldShard>& shards) {
  for (const auto& [shard, epoch] : shards)
    if (holds_[shard] == Hold::reading && epochs_[shard] == epoch) holds_[shard] = Hold::working;
}

ports::ShardSet Shards::rest_above(std::size_t share) {
  ports::ShardSet surplus;
  std::size_t staying = in(Hold::working).count() + in(Hold::reading).count();
  for (std::size_t shard = holds_.size(); shard-- > 0 && staying > share;) {
    if (holds_[shard] != Hold::working && holds_[shard] != Hold::reading) continue;
    holds_[shard] = Hold::resting;
    surplus.set(shard);
    staying -= 1;
  }
  return surplus;
}

void Shards::at_rest(const ports::ShardSet& shards) {
  for (std::size_t shard = 0; shard < holds_.size(); ++shard)
    if (shards.test(shard) && holds_[shard] == Hold::resting) holds_[shard] = Hold::at_rest;
}

}  // namespace contactor::engine
