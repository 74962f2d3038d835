#pragma once

#include "process.h"
#include "universe.h"

namespace contactor::sim {

/// The faults that come with time rather than with a call: crashes, restarts, outages, a clock that is set.
class Havoc {
 public:
  Havoc(Universe& universe, Process& process) : universe_(universe), process_(process) {}
  void begin() { plan_next(); }
  /// Nothing hurts any more: the clock is right, the world works, the process stays up.
  void heal();

 private:
  void plan_next();
  void strike();
  void set_clock(Millis by);

  Universe& universe_;
  Process& process_;
  bool healed_ = false;
};

}  // namespace contactor::sim
