#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "world/context.h"

namespace contactor::world {

enum class PaymentState : std::uint8_t { requires_payment_method, requires_capture, succeeded, canceled };
enum class RefundState : std::uint8_t { pending, succeeded, failed };
[[nodiscard]] std::string_view to_string(PaymentState state);
[[nodiscard]] std::string_view to_string(RefundState state);

/// One PaymentIntent with its charge.
struct Payment {
  std::string id;
  std::string currency;  ///< lower case, as Stripe writes it
  std::int64_t amount = 0;
  std::int64_t captured = 0;
  std::int64_t refunded = 0;  ///< succeeded refunds
  std::int64_t refund_pending = 0;
  PaymentState state = PaymentState::requires_capture;
  std::string cancellation_reason;
  Instant created_at;
  std::vector<std::uint32_t> refunds;
};

struct Refund {
  std::string id;
  std::uint32_t payment = 0;
  std::int64_t amount = 0;
  RefundState state = RefundState::pending;
  Instant created_at;
};

struct NewPayment {
  std::string id;  ///< empty: the books choose one
  std::int64_t amount = 0;
  std::string currency = "eur";
  bool captured = false;  ///< a shop that captured at once
  std::string idempotency_key;
};

/// Why the books refuse, by Stripe's own codes.
enum class BookError : std::uint8_t { unexpected_state, amount_too_large, already_refunded };

/// What happened to a payment: the type of the event that tells it, and the refund it is about.
struct BookEvent {
  std::string type;
  std::uint32_t payment = 0;
  std::int64_t refund = -1;
};

/// The provider's ledger: holds, captures, refunds. Knows states and amounts, nothing of HTTP.
class Books {
 public:
  explicit Books(Context& context) : context_(context) {}

  /// @return the index; the existing one where the id is taken.
  std::uint32_t open(NewPayment payment, Instant now);
  /// @param amount  0 captures all that is held; less releases the rest.
  [[nodiscard]] std::expected<void, BookError> capture(std::uint32_t payment, std::int64_t amount,
                                                       std::string_view key, Instant now);
  [[nodiscard]] std::expected<void, BookError> cancel(std::uint32_t payment, std::string_view reason,
                                                      std::string_view key, Instant now);
  /// @param amount  0 refunds all that is left.
  [[nodiscard]] std::expected<std::uint32_t, BookError> refund(std::uint32_t payment, std::int64_t amount,
                                                               std::string_view key, Instant now);
  void hold_expires(std::uint32_t payment, Instant now);
  void refund_settles(std::uint32_t refund, bool succeeds, Instant now);

  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view payment_id) const;
  [[nodiscard]] std::optional<std::uint32_t> find_refund(std::string_view refund_id) const;
  [[nodiscard]] const Payment& payment(std::uint32_t index) const { return payments_[index]; }
  [[nodiscard]] const Refund& refund_at(std::uint32_t index) const { return refunds_[index]; }
  [[nodiscard]] const std::vector<Payment>& payments() const { return payments_; }
  /// Events since the last call, oldest first.
  [[nodiscard]] std::vector<BookEvent> take_events() { return std::exchange(events_, {}); }

 private:
  void log(MoneyEffectKind kind, const Payment& payment, std::string_view refund_id, std::int64_t amount,
           std::string_view key, Instant now);

  Context& context_;
  std::vector<Payment> payments_;
  std::vector<Refund> refunds_;
  std::unordered_map<std::string, std::uint32_t> by_id_;
  std::unordered_map<std::string, std::uint32_t> refund_by_id_;
  std::vector<BookEvent> events_;
};

}  // namespace contactor::world
