#pragma once

#include <memory>
#include <vector>

#include "process.h"

namespace contactor::sim {

/// All processes of one run: one that knows no others, or one to three nodes that share the disk.
class Cluster {
 public:
  Cluster(Universe& universe, const Mutant* mutant);
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  /// The first at once; the others join within the first minutes.
  void start();
  /// Any that answers, mostly the one that holds the shard, as whoever balances load would not know; null
  /// where the one that was asked does not answer.
  [[nodiscard]] engine::Engine* ask(std::uint8_t shard);
  [[nodiscard]] Process& any();
  [[nodiscard]] const std::vector<std::unique_ptr<Process>>& processes() const { return processes_; }
  [[nodiscard]] const Mutant* mutant() const { return mutant_; }
  [[nodiscard]] std::uint64_t crashes() const;
  void heal();

 private:
  void crash(const LifeRef& life);
  [[nodiscard]] std::vector<std::uint64_t> serving() const;
  [[nodiscard]] Instant healthy_since() const;

  Universe& universe_;
  const Mutant* mutant_;
  std::vector<std::unique_ptr<Process>> processes_;
};

}  // namespace contactor::sim
