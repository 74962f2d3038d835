#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/fleet/fleet_control.h"
#include "fleet/fleet_mutants.h"
#include "fleet/fleet_universe.h"

namespace contactor::sim {

/// One process that reconciles fleets: begun, killed, frozen, asked to leave, and begun again.
class Runner {
 public:
  Runner(FleetUniverse& universe, const FleetMutant* mutant, std::size_t index);
  ~Runner();

  void start();
  /// Ends it where it stands; it comes back after a while.
  void crash(Millis back_after);
  /// Ctrl+C: it ends by itself within seconds.
  void leave(Millis back_after);
  /// It does not come back.
  void retire();
  [[nodiscard]] bool owns(const LifeRef& life) const;
  [[nodiscard]] LifeRef life() const;
  /// Null while it is down or leaving.
  [[nodiscard]] engine::FleetControl* control();
  /// Begins a run of every cloud now, and tells the witness how it ended.
  void begin_run();
  [[nodiscard]] std::uint64_t crashes() const { return crashes_; }
  [[nodiscard]] std::uint64_t runs() const { return runs_; }

 private:
  struct Process;
  void end_process();
  void schedule(const LifeRef& life);

  FleetUniverse& universe_;
  const FleetMutant* mutant_;
  std::size_t index_;
  std::unique_ptr<Process> process_;
  bool leaving_ = false;
  bool retired_ = false;
  std::uint64_t crashes_ = 0;
  std::uint64_t runs_ = 0;
};

}  // namespace contactor::sim
