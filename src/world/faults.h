#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/prng.h"

// Every way in which the world can go wrong, by the name that scenarios use. `_lost_before`: the request
// never arrives; `_lost_after`: it is acted on and the answer is lost; `_hang`: no answer until the caller
// gives up.
#define CTR_WORLD_FAULTS(X)                                                                                  \
  X(iot_client_error)                                                                                        \
  X(iot_server_error)                                                                                        \
  X(iot_html_error)                                                                                          \
  X(iot_html_error_after) X(iot_redirect) X(iot_rate_limited) X(iot_error_in_200) X(iot_broken_body) X(      \
      iot_empty_body) X(iot_html_ok) X(iot_missing_id) X(iot_wrong_vin) X(iot_huge_body) X(iot_lost_before)  \
      X(iot_lost_after) X(iot_hang) X(iot_slow) X(iot_stale_cache) X(auth_down) X(auth_html) X(              \
          auth_rate_limited) X(auth_early_expiry) X(auth_secret_revoked) X(auth_hang) X(broker_lost)         \
          X(broker_duplicate) X(broker_slow) X(car_ignores_expiry) X(callback_lost) X(callback_answer_lost)  \
              X(callback_duplicate) X(callback_delayed) X(callback_reordered) X(callback_before_answer)      \
                  X(callback_stale) X(callback_bad_signature) X(callback_forged) X(callback_unknown)         \
                      X(stripe_lost_before) X(stripe_lost_after) X(stripe_hang) X(stripe_slow) X(            \
                          stripe_stored_500) X(stripe_rate_limited) X(stripe_conflict) X(stripe_html_error)  \
                          X(stripe_event_lost) X(stripe_event_duplicate) X(stripe_event_reordered)           \
                              X(stripe_event_delayed) X(stripe_event_forged) X(stripe_event_stale)           \
                                  X(refund_pending) X(refund_fails_later) X(mail_greylisted) X(mail_refused) \
                                      X(mail_dropped_after_data) X(push_auth_down) X(push_rate_limited)      \
                                          X(push_server_error) X(push_lost_before) X(push_lost_after)        \
                                              X(shop_server_error) X(shop_lost_before) X(shop_lost_after)    \
                                                  X(shop_hang) X(cloud_server_error) X(cloud_rate_limited)   \
                                                      X(cloud_token_lost) X(cloud_lost_before)               \
                                                          X(cloud_lost_after) X(cloud_hang) X(cloud_slow)    \
                                                              X(cloud_html_ok) X(cloud_broken_body)

namespace contactor::world {

enum class FaultKind : std::uint8_t {
#define CTR_X(name) name,
  CTR_WORLD_FAULTS(CTR_X)
#undef CTR_X
};

inline constexpr std::size_t fault_kinds = 0
#define CTR_X(name) +1
    CTR_WORLD_FAULTS(CTR_X)
#undef CTR_X
    ;

[[nodiscard]] std::string_view to_string(FaultKind kind);
[[nodiscard]] std::optional<FaultKind> parse_fault(std::string_view name);

/// How often each fault strikes: a probability a visit.
class FaultPlan {
 public:
  [[nodiscard]] double rate(FaultKind kind) const { return rates_[static_cast<std::size_t>(kind)]; }
  /// @param rate  clamped to 0..1.
  void set(FaultKind kind, double rate);
  void clear() { rates_.fill(0); }
  /// Each kind is active with probability 1/4, and then strikes at a rate of its own up to 1/4.
  [[nodiscard]] static FaultPlan drawn(std::uint64_t seed);

 private:
  std::array<double, fault_kinds> rates_{};
};

/// Rolls the dice of a plan and counts what struck, so that a run can prove that each fault was exercised.
class Faults {
 public:
  Faults(const FaultPlan& plan, std::uint64_t seed) : plan_(plan), dice_(seed) {}

  /// Draws only for kinds that are on, so that a calm world costs nothing.
  [[nodiscard]] bool strikes(FaultKind kind);
  [[nodiscard]] std::uint64_t fired(FaultKind kind) const { return fired_[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] FaultPlan& plan() { return plan_; }
  [[nodiscard]] const FaultPlan& plan() const { return plan_; }
  [[nodiscard]] Prng& dice() { return dice_; }

 private:
  FaultPlan plan_;
  Prng dice_;
  std::array<std::uint64_t, fault_kinds> fired_{};
};

}  // namespace contactor::world
