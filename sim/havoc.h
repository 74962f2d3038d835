#pragma once

#include "cluster.h"
#include "universe.h"

namespace contactor::sim {

/// The faults that come with time rather than with a call: crashes, restarts, outages, a clock that is set.
class Havoc {
 public:
  Havoc(Universe& universe, Cluster& cluster) : universe_(universe), cluster_(cluster) {}
  void begin() { plan_next(); }
  /// Nothing hurts any more: the clock is right, the world works, the processes stay up.
  void heal();

 private:
  void plan_next();
  void strike();
  void set_clock(Millis by);

  Universe& universe_;
  Cluster& cluster_;
  bool healed_ = false;
};

}  // namespace contactor::sim
