#include "world/payments/books.h"

namespace contactor::world {
namespace {

constexpr Millis hold_lifetime = std::chrono::hours(7 * 24);

}  // namespace

std::string_view to_string(PaymentState state) {
  switch (state) {
    case PaymentState::requires_payment_method:
      return "requires_payment_method";
    case PaymentState::requires_capture:
      return "requires_capture";
    case PaymentState::succeeded:
      return "succeeded";
    case PaymentState::canceled:
      return "canceled";
  }
  return "";
}

std::string_view to_string(RefundState state) {
  switch (state) {
    case RefundState::pending:
      return "pending";
    case RefundState::succeeded:
      return "succeeded";
    case RefundState::failed:
      return "failed";
  }
  return "";
}

std::uint32_t Books::open(NewPayment wanted, Instant now) {
  if (const auto known = find(wanted.id)) return *known;
  const auto index = static_cast<std::uint32_t>(payments_.size());
  if (wanted.id.empty()) wanted.id = fmt::format("pi_{:08}{:016x}", index, context_.faults.dice().next());
  Payment payment{.id = std::move(wanted.id),
                  .currency = std::move(wanted.currency),
                  .amount = wanted.amount,
                  .created_at = now};
  by_id_.emplace(payment.id, index);
  payments_.push_back(std::move(payment));
  log(MoneyEffectKind::authorized, payments_[index], "", wanted.amount, wanted.idempotency_key, now);
  events_.push_back({"payment_intent.amount_capturable_updated", index});
  if (wanted.captured)
    static_cast<void>(capture(index, 0, wanted.idempotency_key, now));
  else
    context_.timeline.plan(now + hold_lifetime, HappeningKind::hold_expires, index);
  return index;
}

std::expected<void, BookError> Books::capture(std::uint32_t index, std::int64_t amount, std::string_view key,
                                              Instant now) {
  Payment& payment = payments_[index];
  if (payment.state != PaymentState::requires_capture) return std::unexpected(BookError::unexpected_state);
  if (amount > payment.amount) return std::unexpected(BookError::amount_too_large);
  payment.state = PaymentState::succeeded;
  payment.captured = amount == 0 ? payment.amount : amount;
  log(MoneyEffectKind::captured, payment, "", payment.captured, key, now);
  events_.push_back({"payment_intent.succeeded", index});
  return {};
}

std::expected<void, BookError> Books::cancel(std::uint32_t index, std::string_view reason,
                                             std::string_view key, Instant now) {
  Payment& payment = payments_[index];
  if (payment.state != PaymentState::requires_capture &&
      payment.state != PaymentState::requires_payment_method)
    return std::unexpected(BookError::unexpected_state);
  payment.state = PaymentState::canceled;
  payment.cancellation_reason = reason;
  log(MoneyEffectKind::voided, payment, "", payment.amount, key, now);
  events_.push_back({"payment_intent.canceled", index});
  return {};
}

std::expected<std::uint32_t, BookError> Books::refund(std::uint32_t index, std::int64_t amount,
                                                      std::string_view key, Instant now) {
  Payment& payment = payments_[index];
  if (payment.state != PaymentState::succeeded) return std::unexpected(BookError::unexpected_state);
  const std::int64_t left = payment.captured - payment.refunded - payment.refund_pending;
  if (left <= 0) return std::unexpected(BookError::already_refunded);
  if (amount > left) return std::unexpected(BookError::amount_too_large);
  const auto number = static_cast<std::uint32_t>(refunds_.size());
  Refund refund{.id = fmt::format("re_{:08}{:016x}", number, context_.faults.dice().next()),
                .payment = index,
                .amount = amount == 0 ? left : amount,
                .created_at = now};
  payment.refund_pending += refund.amount;
  payment.refunds.push_back(number);
  refund_by_id_.emplace(refund.id, number);
  refunds_.push_back(std::move(refund));
  log(MoneyEffectKind::refund_created, payment, refunds_[number].id, refunds_[number].amount, key, now);
  events_.push_back({"refund.created", index, number});
  const bool fails = context_.faults.strikes(FaultKind::refund_fails_later);
  if (fails || context_.faults.strikes(FaultKind::refund_pending))
    context_.timeline.plan(now + context_.between(std::chrono::minutes(1), std::chrono::hours(48)),
                           HappeningKind::refund_settles, number, fails ? 0U : 1U);
  else
    refund_settles(number, true, now);
  return number;
}

void Books::refund_settles(std::uint32_t number, bool succeeds, Instant now) {
  Refund& refund = refunds_[number];
  if (refund.state != RefundState::pending) return;
  Payment& payment = payments_[refund.payment];
  payment.refund_pending -= refund.amount;
  refund.state = succeeds ? RefundState::succeeded : RefundState::failed;
  if (succeeds) payment.refunded += refund.amount;
  log(succeeds ? MoneyEffectKind::refund_succeeded : MoneyEffectKind::refund_failed, payment, refund.id,
      refund.amount, "", now);
  events_.push_back({succeeds ? "refund.updated" : "refund.failed", refund.payment, number});
  if (succeeds) events_.push_back({"charge.refunded", refund.payment, number});
}

void Books::hold_expires(std::uint32_t index, Instant now) {
  Payment& payment = payments_[index];
  if (payment.state != PaymentState::requires_capture) return;
  payment.state = PaymentState::canceled;
  payment.cancellation_reason = "automatic";
  log(MoneyEffectKind::hold_expired, payment, "", payment.amount, "", now);
  events_.push_back({"payment_intent.canceled", index});
}

std::optional<std::uint32_t> Books::find(std::string_view payment_id) const {
  const auto found = by_id_.find(std::string(payment_id));
  return found == by_id_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::uint32_t> Books::find_refund(std::string_view refund_id) const {
  const auto found = refund_by_id_.find(std::string(refund_id));
  return found == refund_by_id_.end() ? std::nullopt : std::optional(found->second);
}

void Books::log(MoneyEffectKind kind, const Payment& payment, std::string_view refund_id, std::int64_t amount,
                std::string_view key, Instant now) {
  context_.logs.money.push_back({.kind = kind,
                                 .payment_id = payment.id,
                                 .refund_id = std::string(refund_id),
                                 .amount = amount,
                                 .idempotency_key = std::string(key),
                                 .at = now});
}

}  // namespace contactor::world
