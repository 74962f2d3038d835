#include "engine/shards.h"

namespace contactor::engine {

Shards::Shards() { counts_[static_cast<std::size_t>(Hold::away)] = holds_.size(); }

void Shards::set(std::size_t shard, Hold hold) {
  counts_[static_cast<std::size_t>(holds_[shard])] -= 1;
  counts_[static_cast<std::size_t>(hold)] += 1;
  holds_[shard] = hold;
}

void Shards::own_all() {
  for (std::size_t shard = 0; shard < holds_.size(); ++shard) set(shard, Hold::working);
}

ports::ShardSet Shards::in(Hold hold) const {
  ports::ShardSet found;
  if (count(hold) == 0) return found;
  for (std::size_t shard = 0; shard < holds_.size(); ++shard) found.set(shard, holds_[shard] == hold);
  return found;
}

Shards::Change Shards::hold_now(const std::vector<ports::HeldShard>& held) {
  Change change;
  ports::ShardSet kept;
  for (const auto& [shard, epoch] : held) {
    if (holds_[shard] != Hold::away && epochs_[shard] == epoch)
      kept.set(shard);
    else
      change.gained.push_back({shard, epoch});
  }
  if (kept.count() < count())
    for (std::size_t shard = 0; shard < holds_.size(); ++shard) {
      if (holds_[shard] == Hold::away || kept.test(shard)) continue;
      change.lost.set(shard);
      set(shard, Hold::away);
    }
  for (const auto& [shard, epoch] : change.gained) {
    set(shard, Hold::reading);
    epochs_[shard] = epoch;
  }
  return change;
}

void Shards::read(const std::vector<ports::HeldShard>& shards) {
  for (const auto& [shard, epoch] : shards)
    if (holds_[shard] == Hold::reading && epochs_[shard] == epoch) set(shard, Hold::working);
}

ports::ShardSet Shards::rest_above(std::size_t share) {
  ports::ShardSet surplus;
  std::size_t staying = count(Hold::working) + count(Hold::reading);
  for (std::size_t shard = holds_.size(); staying > share && shard-- > 0;) {
    if (holds_[shard] != Hold::working && holds_[shard] != Hold::reading) continue;
    set(shard, Hold::resting);
    surplus.set(shard);
    staying -= 1;
  }
  return surplus;
}

void Shards::at_rest(const ports::ShardSet& shards) {
  for (std::size_t shard = 0; shard < holds_.size(); ++shard)
    if (shards.test(shard) && holds_[shard] == Hold::resting) set(shard, Hold::at_rest);
}

}  // namespace contactor::engine
