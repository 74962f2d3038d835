#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace contactor::gateways::stripe {

/// What Stripe tells us unasked. It is a reason to look the payment up, never the truth itself: events repeat
/// and overtake.
struct Event {
  enum class Type : std::uint8_t {
    ignored,  ///< authentic, but of no concern
    payment_succeeded,
    payment_canceled,
    payment_capturable,
    refunded,
    refund_updated,
    refund_failed,
  };
  std::string event_id;  ///< the same on every repeat
  Type type = Type::ignored;
  std::string transaction_id;  ///< the PaymentIntent; empty for ignored events
  Instant at;
};

/// Checks `Stripe-Signature`, then reads the body.
/// @param secrets  one, or two while one is replaced.
/// @errors  unauthorized (wrong, old or missing signature), invalid (authentic, but not an event).
[[nodiscard]] Result<Event> read_event(std::string_view signature_header, std::string_view body,
                                       std::span<const Secret> secrets, Instant now);

}  // namespace contactor::gateways::stripe
