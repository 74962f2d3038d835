#pragma once

#include <memory>

#include "engine/engine.h"
#include "mutants.h"
#include "universe.h"

namespace contactor::sim {

/// The process that is tested: the real engine with the real gateways, again and again over the same disk.
class Process {
 public:
  Process(Universe& universe, const Mutant* mutant);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void start();
  /// Dies at once, wherever it is; a new one is started after a while.
  void crash();
  /// As SIGTERM does: stops starting things, then ends; a new one is started after a while.
  void restart_gracefully();
  /// The next process starts while this one goes on for a while, as after a lease that nobody checks.
  void leave_zombie();

  /// Null while there is no process that takes requests.
  [[nodiscard]] engine::Engine* engine();
  [[nodiscard]] Instant wall_clock() const { return universe_.clock.now() + universe_.clock_error; }
  [[nodiscard]] const Mutant* mutant() const { return mutant_; }
  [[nodiscard]] std::uint64_t crashes() const { return crashes_; }
  [[nodiscard]] const engine::Counters& counters() const { return counters_; }

 private:
  struct Parts;
  void end_later();
  void start_later(Millis low, Millis high);
  void started(Status status);
  void stopped(const LifeRef& life);

  Universe& universe_;
  const Mutant* mutant_;
  std::unique_ptr<Parts> parts_;
  std::vector<std::unique_ptr<Parts>> zombies_;
  bool ready_ = false;
  bool stopping_ = false;
  std::uint64_t incarnation_ = 0;
  std::uint64_t crashes_ = 0;
  engine::Counters counters_;
};

}  // namespace contactor::sim
