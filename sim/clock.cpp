#include "clock.h"

#include <algorithm>
#include <utility>

namespace contactor::sim {

void Clock::plan(Instant at, LifeRef life, Action action) {
  std::uint32_t slot = 0;
  if (free_.empty()) {
    slot = static_cast<std::uint32_t>(planned_.size());
    planned_.push_back({std::move(life), std::move(action)});
  } else {
    slot = free_.back();
    free_.pop_back();
    planned_[slot] = {std::move(life), std::move(action)};
  }
  heap_.push_back({std::max(at, now_), added_++, slot});
  std::ranges::push_heap(heap_, later);
}

void Clock::step() {
  if (heap_.empty()) return;
  std::ranges::pop_heap(heap_, later);
  const Entry first = heap_.back();
  heap_.pop_back();
  now_ = first.at;
  Planned planned = std::exchange(planned_[first.slot], {});
  free_.push_back(first.slot);
  if (planned.life && !planned.life->alive) return;
  if (planned.life && planned.life->frozen_until > now_) {
    const Instant thaw = planned.life->frozen_until;
    return plan(thaw, std::move(planned.life), std::move(planned.action));
  }
  ++steps_;
  planned.action();
}

void ProcessTime::call_at(Instant at, std::move_only_function<void()> action) {
  if (!life_->alive || at.is_never()) return;
  clock_.plan(true_moment(at), life_, std::move(action));
}

Instant ProcessTime::true_moment(Instant at) const {
  if (at.is_never()) return at;
  return clock_.now() + std::max(at - now(), Millis(0));
}

}  // namespace contactor::sim
