#pragma once

#include "checkers/evidence.h"

namespace contactor::sim {

/// S9: once nothing hurts any more, everything comes to its end within a bound that the policy gives.
class LivenessChecker {
 public:
  explicit LivenessChecker(Evidence& evidence) : evidence_(evidence) {}
  [[nodiscard]] bool all_done() const;
  /// How long after the healing everything may take.
  [[nodiscard]] Millis bound() const;
  /// Complains about everything that is not done.
  void at_end();

 private:
  [[nodiscard]] bool is_done(const ota::Activation& row) const;
  [[nodiscard]] bool may_be_owed(const ports::OutboxEntry& entry) const;
  [[nodiscard]] bool may_wait_for_ever(const ota::Activation& row) const;
  [[nodiscard]] std::size_t commands_on_busiest_car() const;

  Evidence& evidence_;
};

}  // namespace contactor::sim
