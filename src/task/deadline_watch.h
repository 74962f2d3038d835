#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "task/loop.h"

namespace contactor::task {

/// One timer for the deadlines of many connections: it is only moved to earlier times, and when it fires the
/// owner looks at all of them once. A deadline that was met in time costs nothing.
class DeadlineWatch {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr Clock::time_point never = Clock::time_point::max();
  /// @param sweep  ends what is overdue and returns the earliest deadline that is left.
  using Sweep = std::move_only_function<Clock::time_point(Clock::time_point now)>;

  DeadlineWatch(Loop& loop, Sweep sweep) : loop_(loop), state_(std::make_shared<State>(std::move(sweep))) {}
  ~DeadlineWatch() { state_->sweep = nullptr; }
  DeadlineWatch(const DeadlineWatch&) = delete;
  DeadlineWatch& operator=(const DeadlineWatch&) = delete;

  /// Makes sure that a sweep happens at or within a few milliseconds after `deadline`.
  void cover(Clock::time_point deadline) {
    if (deadline < state_->armed_for) arm(loop_, state_, deadline);
  }

 private:
  struct State {
    explicit State(Sweep action) : sweep(std::move(action)) {}
    Sweep sweep;
    Clock::time_point armed_for = never;
    unsigned epoch = 0;
  };

  static void arm(Loop& loop, const std::shared_ptr<State>& state, Clock::time_point deadline) {
    // At least a few milliseconds apart: staggered deadlines must not cost one sweep each.
    constexpr auto spacing = Millis(4);
    const auto now = Clock::now();
    const auto wait = std::max(std::chrono::ceil<Millis>(deadline - now), spacing);
    state->armed_for = now + wait;
    loop.call_at(loop.now() + wait, [&loop, state, epoch = ++state->epoch] {
      if (epoch == state->epoch && state->sweep) fire(loop, state);
    });
  }
  static void fire(Loop& loop, const std::shared_ptr<State>& state) {
    state->armed_for = never;
    const auto next = state->sweep(Clock::now());
    if (next < state->armed_for) arm(loop, state, next);
  }

  Loop& loop_;
  std::shared_ptr<State> state_;
};

}  // namespace contactor::task
