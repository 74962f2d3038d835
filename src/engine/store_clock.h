#pragma once

#include "ports/timekeeper.h"

namespace contactor::engine {

/// The store's clock, kept by this process's monotonic one: what several nodes agree upon, whatever their
/// wall clocks say. Until something was learnt it is the wall clock.
class StoreClock final : public ports::Timekeeper {
 public:
  explicit StoreClock(ports::Timekeeper& wall) : wall_(wall) {}

  /// Never less than before once something was learnt: what was due is still due after a better look at the
  /// clock.
  [[nodiscard]] Instant now() const override;
  [[nodiscard]] Millis monotonic() const override { return wall_.monotonic(); }
  void call_at(Instant at, std::move_only_function<void()> action) override {
    wall_.call_at(on_the_wall(at), std::move(action));
  }

  /// The store's clock showed `at` at some moment between these two. The better of this and what was known is
  /// kept: clocks drift, so that knowledge ages.
  void learn(Instant at, Millis asked_at, Millis answered_at);

  /// What `now` may be wrong by, either way; 0 while nothing was learnt and there is nothing to differ from.
  [[nodiscard]] Millis error() const;
  /// No earlier than the true moment, and no later than it.
  [[nodiscard]] Instant latest() const { return now() + error(); }
  [[nodiscard]] Instant earliest() const { return reckoned() - error(); }

  /// The same moment by the wall clock: for deadlines that are handed to who has no other.
  [[nodiscard]] Instant on_the_wall(Instant at) const;

 private:
  [[nodiscard]] Instant reckoned() const { return known_ ? at_ + (monotonic() - read_at_) : wall_.now(); }

  ports::Timekeeper& wall_;
  bool known_ = false;
  Instant at_;
  Millis read_at_{};  ///< monotonic
  Millis error_{};    ///< when it was read
  mutable Instant shown_;
};

}  // namespace contactor::engine
