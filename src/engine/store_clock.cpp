#include "engine/store_clock.h"

namespace contactor::engine {
namespace {

/// A clock that is off by one second in a hundred is broken; nothing better is assumed of ours.
constexpr int kDriftShare = 100;

}  // namespace

Instant StoreClock::now() const {
  if (!known_) return wall_.now();
  shown_ = std::max(shown_, reckoned());
  return shown_;
}

void StoreClock::learn(Instant at, Millis asked_at, Millis answered_at) {
  // A millisecond is what rounding may hide on either side.
  const Millis error = (answered_at - asked_at) / 2 + Millis(1);
  if (known_ && this->error() < error) return;
  known_ = true;
  at_ = at;
  read_at_ = asked_at + (answered_at - asked_at) / 2;
  error_ = error;
}

Millis StoreClock::error() const {
  return known_ ? error_ + (monotonic() - read_at_) / kDriftShare : Millis(0);
}

Instant StoreClock::on_the_wall(Instant at) const {
  return at.is_never() || !known_ ? at : wall_.now() + (at - now());
}

}  // namespace contactor::engine
