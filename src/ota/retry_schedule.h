#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/id.h"
#include "base/instant.h"

namespace contactor::ota {

/// When an attempt that failed is repeated, and how long after the last one it is given up. Defaults are the
/// brief's.
struct RetryPolicy {
  std::uint32_t retries_max = 5;  ///< attempts after the first: 5 retries are 6 attempts
  Millis base_delay = std::chrono::seconds(30);
  Millis max_delay = std::chrono::minutes(15);
  std::optional<Millis> final_grace;    ///< none: the capped next delay; 0 escalates at once
  std::vector<Millis> explicit_delays;  ///< a named schedule; retries past its end follow the formula
  double jitter = 0.0;                  ///< share of a delay that may be added, 0 to 1
};

/// The named schedule `seed-example`: the waits of the brief's example timeline, 30, 60, 120, 240 and 450
/// seconds.
[[nodiscard]] RetryPolicy seed_example();

/// How long to wait, from the end of an attempt, before retry number `retry`.
/// @param retry  0 before the first retry, which therefore waits for the base delay.
/// @return       min(2^retry × base, max); jitter only adds, is the same whenever it is asked for, and never
/// leads past max.
/// @source       RULINGS T1, T4, T5.
[[nodiscard]] Millis delay_before(const RetryPolicy& policy, std::uint32_t retry, ActivationId id);
/// How long the car is still watched after the last attempt, without another command, before the escalation.
/// RULINGS T2.
[[nodiscard]] Millis final_grace(const RetryPolicy& policy, ActivationId id);

struct PlannedAttempt {
  std::uint32_t number = 0;  ///< 1 is the first
  Millis at{};               ///< since the start of the first
};
struct Timeline {
  std::vector<PlannedAttempt> attempts;
  Millis escalation{};
};
/// What happens when, without jitter, if every attempt fails after `attempt_duration`: 0 for refusals, the
/// command timeout for a silent car.
[[nodiscard]] Timeline timeline(const RetryPolicy& policy, Millis attempt_duration);

}  // namespace contactor::ota
