#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/prng.h"

// What goes wrong around the fleet's runs, besides what each cloud does by itself.
#define CTR_FLEET_SIM_FAULTS(X)                                                                             \
  X(net_refused)                                                                                            \
  X(net_request_lost) X(net_reply_lost) X(net_hang) X(net_slow) X(store_slow) X(store_refused)              \
      X(store_commit_unknown) X(store_read_failed) X(crash_before_commit) X(crash_after_commit)             \
          X(crash_before_call) X(crash_after_call) X(freeze_after_commit) X(freeze) X(crash_anytime)        \
              X(graceful_restart) X(cloud_refuses_all) X(cloud_silent) X(tokens_revoked) X(sign_in_refused) \
                  X(slack_dead) X(meddled) X(route_changed) X(plan_made) X(plan_applied) X(wish_changed)

namespace contactor::sim {

enum class FleetFault : std::uint8_t {
#define CTR_X(name) name,
  CTR_FLEET_SIM_FAULTS(CTR_X)
#undef CTR_X
};
inline constexpr std::size_t kFleetFaultCount = 0
#define CTR_X(name) +1
    CTR_FLEET_SIM_FAULTS(CTR_X)
#undef CTR_X
    ;
[[nodiscard]] std::string_view to_string(FleetFault fault);

/// A probability a visit for each kind, 0 where the seed left it off.
using FleetFaultRates = std::array<double, kFleetFaultCount>;

/// Rolls the dice of one run and counts what struck.
class FleetFaults {
 public:
  FleetFaults(const FleetFaultRates& rates, std::uint64_t seed) : rates_(rates), dice_(seed) {}

  /// Draws only for kinds that are on.
  [[nodiscard]] bool strikes(FleetFault fault);
  void count(FleetFault fault) { ++fired_[static_cast<std::size_t>(fault)]; }
  void heal() { rates_.fill(0); }
  [[nodiscard]] std::uint64_t fired(FleetFault fault) const {
    return fired_[static_cast<std::size_t>(fault)];
  }
  [[nodiscard]] Prng& dice() { return dice_; }

 private:
  FleetFaultRates rates_;
  Prng dice_;
  std::array<std::uint64_t, kFleetFaultCount> fired_{};
};

}  // namespace contactor::sim
