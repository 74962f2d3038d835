#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"
#include "ports/payments.h"

namespace contactor::gateways::stripe {

/// Answers are read in the shapes of this version, whatever the account's default becomes.
inline constexpr std::string_view kApiVersion = "2024-06-20";

struct Account {
  std::string api_url = "https://api.stripe.com";
  Secret secret_key;
};

/// `POST /v1/payment_intents/{id}/capture`, `…/cancel` or `POST /v1/refunds`, under the request's idempotency
/// key.
[[nodiscard]] ports::HttpRequest move_request(const Account& account, const ports::MoneyRequest& request);
[[nodiscard]] ports::HttpRequest payment_request(const Account& account, std::string_view payment_intent);
/// One page of a payment's refunds.
/// @param after  the last refund of the page before; empty for the first page.
[[nodiscard]] ports::HttpRequest refunds_request(const Account& account, std::string_view payment_intent,
                                                 std::string_view after);

}  // namespace contactor::gateways::stripe
