#pragma once

#include <string>
#include <string_view>

#include "ports/payments.h"

namespace contactor::gateways::stripe {

/// Did the movement happen?
///
/// Success only where a 200 names our payment in its end state with our amount: `succeeded` for a capture,
/// `canceled` for a release, a `succeeded` refund. A refund that is still `pending` is unavailable with
/// `applied` = yes: it must be looked up, not repeated.
/// @errors  conflict: the payment's state forbids it, or the key is in use or was used for something else:
/// look up.
///          invalid, unauthorized, rate_limited: refused, `applied` = no. unavailable (5xx), protocol:
///          `applied` = maybe.
[[nodiscard]] Status read_move(const ports::HttpResponse& response, const ports::MoneyRequest& request,
                               Instant now);

/// The payment itself; refunds are added by `add_refunds`.
[[nodiscard]] Result<ports::PaymentFacts> read_payment(const ports::HttpResponse& response,
                                                       std::string_view payment_intent, Instant now);
/// Adds one page of refunds to the facts.
/// @return  the refund to start the next page after; empty at the end of the list.
[[nodiscard]] Result<std::string> add_refunds(const ports::HttpResponse& response,
                                              std::string_view payment_intent, Instant now,
                                              ports::PaymentFacts& facts);

}  // namespace contactor::gateways::stripe
