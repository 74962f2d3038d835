#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/instant.h"
#include "ports/timekeeper.h"

namespace contactor::sim {

/// Ends with the process that owns it: whatever was planned on its behalf is dropped without being run.
struct Life {
  bool alive = true;
  std::uint64_t process = 0;  ///< its number, never used again
  Millis frozen_for{};        ///< in all
  Instant frozen_until;       ///< it stands still: what falls due meanwhile happens then, in its order
};
using LifeRef = std::shared_ptr<Life>;

/// The true time of one simulated world, and everything that is going to happen in it. It moves only from one
/// planned action to the next.
class Clock {
 public:
  using Action = std::move_only_function<void()>;
  explicit Clock(Instant start) : now_(start) {}

  [[nodiscard]] Instant now() const { return now_; }
  /// Equal moments keep the order of planning. @param life  null: happens whatever process lives.
  void plan(Instant at, LifeRef life, Action action);
  [[nodiscard]] Instant next() const { return heap_.empty() ? Instant::never() : heap_.front().at; }
  /// Runs the first action, if there is one.
  void step();
  /// Moves on without an action; never back.
  void advance_to(Instant at) { now_ = std::max(now_, at); }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }

 private:
  struct Entry {
    Instant at;
    std::uint64_t order;
    std::uint32_t slot;
  };
  struct Planned {
    LifeRef life;
    Action action;
  };
  static bool later(const Entry& a, const Entry& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; }

  Instant now_;
  std::vector<Entry> heap_;
  std::vector<Planned> planned_;  ///< closures stay put while the heap sifts
  std::vector<std::uint32_t> free_;
  std::uint64_t added_ = 0;
  std::uint64_t steps_ = 0;
};

/// What one process takes for the time: the true one and an error. Waits are monotonic, as in the real loop.
class ProcessTime final : public ports::Timekeeper {
 public:
  /// @param stands_still  its monotonic clock stops while the process is frozen: a broken one
  ProcessTime(Clock& clock, LifeRef life, const Millis& error, bool stands_still = false)
      : clock_(clock), life_(std::move(life)), error_(error), stands_still_(stands_still) {}
  [[nodiscard]] Instant now() const override { return clock_.now() + error_; }
  [[nodiscard]] Millis monotonic() const override {
    return Millis(clock_.now().millis()) - (stands_still_ ? life_->frozen_for : Millis(0));
  }
  void call_at(Instant at, std::move_only_function<void()> action) override;
  /// The true moment of one that the process named.
  [[nodiscard]] Instant true_moment(Instant at) const;

 private:
  Clock& clock_;
  LifeRef life_;
  const Millis& error_;  ///< steps while the process runs
  bool stands_still_;
};

}  // namespace contactor::sim
