#pragma once

#include "ota/activation.h"

namespace contactor::ota {

/// The three movements we ask a provider for. At most one of each kind happens to one activation.
enum class MoneyPurpose : std::uint8_t { capture, release, refund };

/// The movement that a state of the axis waits for; nothing where it waits for none.
[[nodiscard]] std::optional<MoneyPurpose> purpose_of(MoneyState state);
[[nodiscard]] std::string_view to_string(MoneyPurpose purpose);
[[nodiscard]] std::optional<MoneyPurpose> parse_money_purpose(std::string_view text);

/// The money axis with which an order enters.
[[nodiscard]] MoneyState money_at_entry(const Payment& payment);
/// Is this movement of the money axis one that can happen at all?
[[nodiscard]] bool is_money_transition(MoneyState from, MoneyState to);

/// Proof that the car confirmed. Only the step that records a confirmation can make one, and only with one
/// can money be taken.
class Confirmation {
 public:
  [[nodiscard]] Instant at() const { return at_; }

 private:
  friend class StepBuilder;
  explicit Confirmation(Instant at) : at_(at) {}
  Instant at_;
};

/// Where the money goes once the car has confirmed: a hold is taken, prepaid money may be kept.
[[nodiscard]] MoneyState money_after(const Confirmation& proof, MoneyState before);
/// Where the money goes when nothing is delivered: a hold is released, taken money is refunded.
[[nodiscard]] MoneyState money_reversed(MoneyState before);

}  // namespace contactor::ota
