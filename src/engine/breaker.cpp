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
  let_go(now);
  return true;
}

void Breaker::hold(std::string cause, Instant now) {
  if (!open_) open(std::move(cause), now);
}

void Breaker::let_go(Instant now) {
  open_ = probing_ = false;
  allowance_ = std::min(kFirstWave, concurrency_max_);
  window_start_ = now;
  calls_ = failures_ = 0;
}

void Breaker::open(std::string cause, Instant now) {
  open_ = true;
  cause_ = std::move(cause);
  probe_at_ = now + kProbeInterval;
}

Breaker::Outcome outcome_of(const Error& error) {
  if (error.kind == ErrorKind::unauthorized) return Breaker::Outcome::unauthorized;
  const bool broken = error.kind == ErrorKind::unavailable || error.kind == ErrorKind::timed_out ||
                      error.kind == ErrorKind::protocol;
  return broken ? Breaker::Outcome::broken : Breaker::Outcome::fine;
}

}  // namespace contactor::engine
