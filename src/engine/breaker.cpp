#include "engine/breaker.h"

#include <algorithm>

namespace contactor::engine {

bool Breaker::record(Outcome outcome, Instant now) {
  if (open_) return false;
  if (outcome == Outcome::unauthorized) {
    open("unauthorized", now);
    return true;
  }
  if (now - window_start_ > kWindow) {
    window_start_ = now;
    calls_ = failures_ = 0;
  }
  calls_ += 1;
  if (outcome == Outcome::fine) {
    allowance_ = std::min(allowance_ + 1, concurrency_max_);
    return false;
  }
  failures_ += 1;
  if (calls_ < kCallsMin || failures_ * 2 < calls_) return false;
  open("unavailable", now);
  return true;
}

bool Breaker::probe_ended(bool success, Instant now) {
  probing_ = false;
  if (!success) {
    probe_at_ = now + kProbeInterval;
    return false;
  }
  open_ = false;
  allowance_ = std::min(kFirstWave, concurrency_max_);
  window_start_ = now;
  calls_ = failures_ = 0;
  return true;
}

void Breaker::open(std::string cause, Instant now) {
  open_ = true;
  cause_ = std::move(cause);
  probe_at_ = now + kProbeInterval;
}

}  // namespace contactor::engine
