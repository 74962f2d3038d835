#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace contactor::crypto {

inline constexpr Millis kSignatureTolerance = std::chrono::minutes(5);

/// The three headers of a Standard Webhooks message.
struct WebhookHeaders {
  std::string_view id;         ///< `webhook-id`
  std::string_view timestamp;  ///< `webhook-timestamp`, seconds since 1970
  std::string_view signature;  ///< `webhook-signature`, `v1,<base64>` once or more, parted by blanks
};

struct WebhookMessage {
  std::string_view id;
  std::int64_t timestamp_seconds = 0;
  std::string_view body;
};

/// The `webhook-signature` of a message: `v1,<base64>`.
/// @param secret  `whsec_<base64>`, or any other text, which is then the key itself.
/// @errors        invalid: the secret is empty or its base64 is broken.
/// @source        Standard Webhooks 1.0.
[[nodiscard]] Result<std::string> sign_webhook(const WebhookMessage& message, const Secret& secret);

/// Is the message from a holder of one of the secrets (two while one is replaced), and fresh?
/// @errors  unauthorized, whatever is wrong; the shape is checked before anything is computed.
[[nodiscard]] Status verify_webhook(const WebhookHeaders& headers, std::string_view body,
                                    std::span<const Secret> secrets, Instant now,
                                    Millis tolerance = kSignatureTolerance);

/// The value of `Stripe-Signature`: `t=<seconds>,v1=<hex>`. The secret is used as it is, `whsec_` included.
/// @errors  invalid: the secret is empty.
[[nodiscard]] Result<std::string> sign_stripe(std::int64_t timestamp_seconds, std::string_view body,
                                              const Secret& secret);
/// @errors  unauthorized, whatever is wrong. Several `v1` may stand in the header; other schemes are passed
/// over.
[[nodiscard]] Status verify_stripe(std::string_view header, std::string_view body,
                                   std::span<const Secret> secrets, Instant now,
                                   Millis tolerance = kSignatureTolerance);

}  // namespace contactor::crypto
