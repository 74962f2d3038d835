#pragma once

#include <string>

#include "world/payments/books.h"
#include "world/reply.h"

namespace contactor::world {

/// Stripe's objects, with the members that a client of holds, captures and refunds reads.
/// @param expand_charge  `latest_charge` as an object instead of its id.
[[nodiscard]] std::string payment_json(const Payment& payment, bool expand_charge);
[[nodiscard]] std::string refund_json(const Refund& refund, const Payment& payment);
[[nodiscard]] std::string charge_json(const Payment& payment);
[[nodiscard]] std::string charge_id_of(const Payment& payment);

struct StripeError {
  int status = 400;
  std::string_view type = "invalid_request_error";
  std::string_view code;  ///< may be empty
  std::string_view message;
};
[[nodiscard]] ports::HttpResponse stripe_error(const StripeError& error);
/// @param payment  goes into the error, as Stripe does for `payment_intent_unexpected_state`.
[[nodiscard]] ports::HttpResponse book_error(BookError error, const Payment& payment);

}  // namespace contactor::world
