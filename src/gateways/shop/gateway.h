#pragma once

#include <string>

#include "base/secret.h"
#include "ports/payments.h"
#include "ports/timekeeper.h"

namespace contactor::gateways::shop {

struct GatewayParams {
  ports::HttpTransport& transport;
  ports::Timekeeper& timekeeper;
  std::string url;
  Secret signing_secret;  ///< `whsec_<base64>`, or any text
};

/// Tells the shop that money is due: `payment.capture_due` or `payment.reversal_due` with
/// `{activation_id, transaction_id, purpose, amount, currency, idempotency_key}`. A 2xx is the
/// acknowledgement and counts as done.
///
/// Every movement may be repeated: the `webhook-id` is computed from the idempotency key, so the shop can
/// drop doubles.
/// @errors  of `move`: invalid (400, 422), conflict (409), unauthorized (401, 403), rate_limited, unavailable
/// (every
///          other answer: a shop's endpoint that is wrong today is mended tomorrow). `look_up` is not
///          supported: invalid.
class Gateway : public ports::Payments {
 public:
  explicit Gateway(GatewayParams params);

  void move(ports::MoneyRequest request, Instant respond_by, ports::Done<Status> done) override;
  void look_up(std::string transaction_id, Instant respond_by,
               ports::Done<Result<ports::PaymentFacts>> done) override;

 private:
  [[nodiscard]] Result<ports::HttpRequest> message_of(const ports::MoneyRequest& request) const;

  ports::HttpTransport& transport_;
  ports::Timekeeper& timekeeper_;
  std::string url_;
  Secret signing_secret_;
};

}  // namespace contactor::gateways::shop
