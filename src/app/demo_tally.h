#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

#include "ota/activation.h"

namespace contactor::app {

/// What the demo's screen and summary say of the orders, kept from the engine's committed steps.
class DemoTally {
 public:
  void take(const ota::Activation& activation);

  struct Summary {
    std::uint64_t orders = 0, active = 0, failed = 0, canceled = 0, retried = 0, captured = 0, released = 0,
                  refunded = 0, tickets = 0, captured_not_confirmed = 0, open = 0;
  };
  /// Shop orders only; the switch-offs that follow them are not orders.
  [[nodiscard]] Summary summary() const;
  [[nodiscard]] std::map<std::string, std::uint64_t> by_state() const;
  /// The next things that will happen by themselves, earliest first: "act_… WaitingBackoff: retry 2 after
  /// 1m".
  [[nodiscard]] std::vector<std::string> upcoming(std::size_t most, Instant now) const;

 private:
  std::unordered_map<ActivationId, ota::Activation> orders_;
};

}  // namespace contactor::app
