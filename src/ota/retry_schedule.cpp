#include "ota/retry_schedule.h"

#include <algorithm>

#include "base/prng.h"

namespace contactor::ota {
namespace {

/// min(2^retry × base, max), without ever computing a number above max.
Millis doubled(Millis base, std::uint32_t retry, Millis max) {
  if (base <= Millis::zero() || max <= Millis::zero()) return Millis::zero();
  if (retry >= 63 || base.count() > (max.count() >> retry)) return max;
  return Millis(base.count() << retry);
}

Millis planned_delay(const RetryPolicy& policy, std::uint32_t retry) {
  if (retry >= policy.explicit_delays.size()) return doubled(policy.base_delay, retry, policy.max_delay);
  return std::clamp(policy.explicit_delays[retry], Millis::zero(),
                    std::max(Millis::zero(), policy.max_delay));
}

/// A number in [0, 1) that belongs to this activation and this retry for ever.
double unit_share(ActivationId id, std::uint32_t retry) {
  Prng prng(static_cast<std::uint64_t>(id.value()) ^ (static_cast<std::uint64_t>(retry) << 32));
  return static_cast<double>(prng.next() >> 11) * 0x1.0p-53;
}

}  // namespace

RetryPolicy seed_example() {
  using std::chrono::seconds;
  RetryPolicy policy;
  policy.explicit_delays = {seconds(30), seconds(60), seconds(120), seconds(240), seconds(450)};
  return policy;
}

Millis delay_before(const RetryPolicy& policy, std::uint32_t retry, ActivationId id) {
  const auto delay = planned_delay(policy, retry);
  if (!(policy.jitter > 0.0)) return delay;
  // Drawn from the activation and the retry alone: a node that takes over computes the same moment.
  const double share = std::min(policy.jitter, 1.0) * unit_share(id, retry);
  const Millis added(static_cast<std::int64_t>(static_cast<double>(delay.count()) * share));
  return delay + std::min(added, policy.max_delay - delay);
}

Millis final_grace(const RetryPolicy& policy, ActivationId id) {
  if (policy.final_grace) return std::max(*policy.final_grace, Millis::zero());
  return delay_before(policy, policy.retries_max, id);
}

Timeline timeline(const RetryPolicy& policy, Millis attempt_duration) {
  RetryPolicy exact = policy;
  exact.jitter = 0.0;
  Timeline plan;
  Millis at{};
  for (std::uint32_t retry = 0;; ++retry) {
    plan.attempts.push_back({.number = retry + 1, .at = at});
    at += attempt_duration;
    if (retry >= exact.retries_max) break;
    at += delay_before(exact, retry, ActivationId());
  }
  plan.escalation = at + final_grace(exact, ActivationId());
  return plan;
}

}  // namespace contactor::ota
