#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace contactor::task {

/// Actions ordered by when they are due; equal times keep the order they were added in.
///
/// The heap holds small plain entries, so sifting never moves a closure.
class TimerHeap {
 public:
  using Clock = std::chrono::steady_clock;
  using Action = std::move_only_function<void()>;

  void add(Clock::time_point due, Action action) {
    entries_.push_back({due, ++added_, keep(std::move(action))});
    std::push_heap(entries_.begin(), entries_.end(), later);
  }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] Clock::time_point next() const { return entries_.front().due; }
  /// Takes out the action that is due first.
  [[nodiscard]] Action take() {
    std::pop_heap(entries_.begin(), entries_.end(), later);
    const auto slot = entries_.back().slot;
    entries_.pop_back();
    free_.push_back(slot);
    return std::exchange(actions_[slot], nullptr);
  }

 private:
  struct Entry {
    Clock::time_point due;
    std::uint64_t order;
    std::uint32_t slot;
  };
  static bool later(const Entry& a, const Entry& b) {
    return a.due != b.due ? a.due > b.due : a.order > b.order;
  }
  std::uint32_t keep(Action action) {
    if (free_.empty()) {
      actions_.push_back(std::move(action));
      return static_cast<std::uint32_t>(actions_.size() - 1);
    }
    const auto slot = free_.back();
    free_.pop_back();
    actions_[slot] = std::move(action);
    return slot;
  }

  std::vector<Entry> entries_;
  std::vector<Action> actions_;
  std::vector<std::uint32_t> free_;
  std::uint64_t added_ = 0;
};

}  // namespace contactor::task
