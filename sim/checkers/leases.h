#pragma once

#include <array>

#include "checkers/evidence.h"

namespace contactor::sim {

/// L1 to L4: who commits and sends holds the shard, epochs rise, nobody's work waits for long, and whoever is
/// asked to leave is gone in time.
class LeaseChecker {
 public:
  explicit LeaseChecker(Evidence& evidence) : evidence_(evidence) {}
  void committed(const ports::ActivationWrite& write);
  void hands_changed();
  void request_sent(const Life& sender, const ports::HttpRequest& request);
  void left_after(Millis took);
  void look();

 private:
  [[nodiscard]] bool crash_loops() const;
  [[nodiscard]] bool shares() const { return evidence_.universe.scenario.nodes > 0; }

  Evidence& evidence_;
  struct Known {
    std::uint64_t owner = 0;
    std::uint64_t epoch = 0;
    Instant served_at;  ///< the last look at which somebody worked on it
    bool complained = false;
  };
  std::array<Known, 256> shards_{};
  Instant looked_at_;
};

}  // namespace contactor::sim
