#pragma once

#include "cluster.h"
#include "universe.h"

namespace contactor::sim {

/// What the world says by itself: carries callbacks and payment events to the process, through the real
/// readers.
class Outside {
 public:
  Outside(Universe& universe, Cluster& cluster) : universe_(universe), cluster_(cluster) {}
  void carry(world::Outgoing outgoing);

 private:
  void hand_over(const std::shared_ptr<world::Outgoing>& outgoing);
  void hand_callback(engine::Engine& engine, const std::shared_ptr<world::Outgoing>& outgoing);
  [[nodiscard]] std::uint8_t shard_of(const ports::HttpRequest& request, bool is_event) const;
  void hand_event(engine::Engine& engine, const std::shared_ptr<world::Outgoing>& outgoing);
  void answered(const world::Outgoing& outgoing, int status);
  [[nodiscard]] bool drops(std::string_view command_id) const;

  Universe& universe_;
  Cluster& cluster_;
};

}  // namespace contactor::sim
