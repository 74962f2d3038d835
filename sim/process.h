#pragma once

#include <memory>

#include "engine/engine.h"
#include "mutants.h"
#include "universe.h"

namespace contactor::sim {

/// The process that is tested: the real engine with the real gateways, again and again over the same disk.
class Process {
 public:
  /// @param place  among the processes of the run
  Process(Universe& universe, const Mutant* mutant, std::size_t place);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void start();
  /// Dies at once, wherever it is; a new one is started after a while.
  void crash();
  /// As SIGTERM does: stops starting things, then ends; a new one is started after a while.
  void restart_gracefully();
  /// Its machine's clock is set; the true one where nothing else is said.
  void set_clock(Millis by);
  /// Stands still for a while.
  void freeze();
  /// Does not reach the store for a while.
  void cut_off();
  void heal();
  /// The next process starts while this one goes on for a while, as after a lease that nobody checks.
  void leave_zombie();

  /// Null while there is no process that takes requests.
  [[nodiscard]] engine::Engine* engine();
  [[nodiscard]] std::uint64_t number() const;
  [[nodiscard]] bool owns(const LifeRef& life) const;
  /// Since when it has taken requests without being disturbed; never: it does not now.
  [[nodiscard]] Instant healthy_since() const;
  [[nodiscard]] std::uint64_t crashes() const { return crashes_; }

 private:
  struct Parts;
  void end_later();
  void start_later(Millis low, Millis high);
  void started(Status status);
  void stopped(const LifeRef& life);

  Universe& universe_;
  const Mutant* mutant_;
  std::size_t place_;
  Millis clock_error_{};  ///< of its machine's wall clock
  Instant away_until_;    ///< cut off from the store
  Instant ready_at_;
  Instant stop_asked_at_;
  std::unique_ptr<Parts> parts_;
  std::vector<std::unique_ptr<Parts>> zombies_;
  bool ready_ = false;
  bool stopping_ = false;
  std::uint64_t incarnation_ = 0;
  std::uint64_t crashes_ = 0;
};

}  // namespace contactor::sim
