#pragma once

#include "process.h"
#include "universe.h"

namespace contactor::sim {

/// What the world says by itself: carries callbacks and payment events to the process, through the real
/// readers.
class Outside {
 public:
  Outside(Universe& universe, Process& process) : universe_(universe), process_(process) {}
  void carry(world::Outgoing outgoing);

 private:
  void hand_over(const std::shared_ptr<world::Outgoing>& outgoing);
  void hand_callback(const std::shared_ptr<world::Outgoing>& outgoing);
  void hand_event(const std::shared_ptr<world::Outgoing>& outgoing);
  void answered(const world::Outgoing& outgoing, int status);
  [[nodiscard]] bool drops(std::string_view command_id) const;

  Universe& universe_;
  Process& process_;
};

}  // namespace contactor::sim
