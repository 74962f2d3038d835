#pragma once

#include <cstdint>
#include <string>

#include "base/money.h"
#include "ota/money_axis.h"
#include "ports/http.h"

namespace contactor::ports {

using ota::MoneyPurpose;

/// One movement of money, under a key that is the same on every node, repeat and restart.
struct MoneyRequest {
  MoneyPurpose purpose = MoneyPurpose::capture;
  std::string transaction_id;   ///< the provider's id of the payment
  std::string idempotency_key;  ///< computed from activation, purpose and ordinal
  std::string reference;        ///< our activation id, for the provider's books
  Money amount;
};

/// What the provider says of a payment, read rather than remembered.
struct PaymentFacts {
  enum class Phase : std::uint8_t { incomplete, held, captured, voided };
  Phase phase = Phase::incomplete;
  std::int64_t authorized = 0;  ///< minor units
  std::int64_t captured = 0;
  std::int64_t refunded = 0;  ///< succeeded refunds only
  std::int64_t refund_pending = 0;
};

/// A payment provider. Each call is one attempt: repeating, looking up and giving up is the engine's
/// business.
class Payments {
 public:
  virtual ~Payments() = default;

  /// @return  success when the provider has done it (or says that it was done under this key).
  /// @errors  conflict (the payment's state forbids it: look up), invalid (never repeat), unauthorized,
  /// rate_limited,
  ///          unavailable, timed_out, protocol; `applied` = maybe unless the answer proves otherwise.
  virtual void move(MoneyRequest request, Instant respond_by, Done<Status> done) = 0;
  virtual void look_up(std::string transaction_id, Instant respond_by, Done<Result<PaymentFacts>> done) = 0;
};

}  // namespace contactor::ports
