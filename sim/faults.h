#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/prng.h"

// What goes wrong around the engine, besides what the world does to it.
#define CTR_SIM_FAULTS(X)                                                                             \
  X(net_refused)                                                                                      \
  X(net_request_lost)                                                                                 \
  X(net_reply_lost)                                                                                   \
  X(net_hang)                                                                                         \
  X(net_duplicate) X(net_slow_request) X(net_slow_reply) X(iot_outage) X(stripe_outage) X(store_slow) \
      X(store_refused) X(store_commit_unknown) X(store_read_failed) X(crash_before_commit)            \
          X(crash_after_commit) X(crash_before_effect) X(crash_after_effect) X(crash_anytime)         \
              X(crash_while_starting) X(graceful_restart) X(clock_forward) X(clock_back) X(freeze)    \
                  X(freeze_after_commit) X(partition)

namespace contactor::sim {

enum class Fault : std::uint8_t {
#define CTR_X(name) name,
  CTR_SIM_FAULTS(CTR_X)
#undef CTR_X
};
inline constexpr std::size_t kFaultCount = 0
#define CTR_X(name) +1
    CTR_SIM_FAULTS(CTR_X)
#undef CTR_X
    ;
[[nodiscard]] std::string_view to_string(Fault fault);

/// A probability a visit for each kind, 0 where the seed left it off.
using FaultRates = std::array<double, kFaultCount>;
using FaultCounts = std::array<std::uint64_t, kFaultCount>;

/// Rolls the dice of one run and counts what struck.
class Faults {
 public:
  Faults(const FaultRates& rates, std::uint64_t seed) : rates_(rates), dice_(seed) {}

  /// Draws only for kinds that are on, so that a quiet run costs nothing.
  [[nodiscard]] bool strikes(Fault fault);
  [[nodiscard]] bool is_on(Fault fault) const { return rates_[static_cast<std::size_t>(fault)] > 0; }
  void count(Fault fault) { ++fired_[static_cast<std::size_t>(fault)]; }
  void heal() { rates_.fill(0); }
  [[nodiscard]] const FaultCounts& fired() const { return fired_; }
  [[nodiscard]] Prng& dice() { return dice_; }

 private:
  FaultRates rates_;
  Prng dice_;
  FaultCounts fired_{};
};

}  // namespace contactor::sim
