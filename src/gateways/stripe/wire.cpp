#include "gateways/stripe/wire.h"

#include <algorithm>
#include <array>

#include "json/json.h"
#include "ports/retry_after.h"

namespace contactor::gateways::stripe {
namespace {

using ports::MoneyPurpose;
using ports::PaymentFacts;

// The state of the payment forbids it; this very request has moved nothing.
constexpr std::array<std::string_view, 9> kStateCodes{
    "payment_intent_unexpected_state", "charge_already_captured", "charge_already_refunded",
    "charge_expired_for_capture",      "charge_disputed",         "capture_charge_authorization_expired",
    "refund_disputed_payment",         "amount_too_large",        "charge_not_refundable"};

Error stripe_error(ErrorKind kind, Applied applied, std::string detail) {
  return {
      .kind = kind, .applied = applied, .retry_after = {}, .origin = "stripe", .detail = std::move(detail)};
}

/// A 200 that cannot be believed: something may have happened.
std::unexpected<Error> senseless(std::string_view what) {
  return fail(stripe_error(ErrorKind::protocol, Applied::maybe, fmt::format("a senseless answer: {}", what)));
}

struct StripeError {
  bool documented = false;
  std::string type;
  std::string code;
};

StripeError error_in(const std::string& body) {
  const auto document = json::parse(body);
  if (!document || !document->is_object()) return {};
  const auto* error = json::object_at(document->get_object(), "error");
  if (error == nullptr) return {};
  return {.documented = true,
          .type = json::short_text_at(*error, "type", 80),
          .code = json::short_text_at(*error, "code", 80)};
}

Error fold_client_error(int status, const StripeError& error) {
  const std::string detail = fmt::format("answered {} {} {}", status, error.type, error.code);
  if (status == 401 || status == 403) return stripe_error(ErrorKind::unauthorized, Applied::no, detail);
  if (status == 429) return stripe_error(ErrorKind::rate_limited, Applied::no, detail);
  // The key is in flight elsewhere, or was used with other fields: what happened under it must be looked up.
  if (status == 409 || error.type == "idempotency_error")
    return stripe_error(ErrorKind::conflict, Applied::maybe, detail);
  // A proxy's page proves nothing about what stands behind it.
  if (!error.documented) return stripe_error(ErrorKind::protocol, Applied::maybe, detail);
  // Refunds wait for the balance to recover; that is no reason to give up.
  if (error.code == "balance_insufficient") return stripe_error(ErrorKind::unavailable, Applied::no, detail);
  const bool state = status == 402 || std::ranges::find(kStateCodes, error.code) != kStateCodes.end();
  return stripe_error(state ? ErrorKind::conflict : ErrorKind::invalid, Applied::no, detail);
}

Error fold_error(const ports::HttpResponse& response, Instant now) {
  const int status = response.status;
  Error error;
  if (status >= 400 && status <= 499)
    error = fold_client_error(status, error_in(response.body));
  else if (status >= 500 && status <= 599)
    // Stripe stores a 500 under the key, after having done an unknown part of the work.
    error = stripe_error(ErrorKind::unavailable, Applied::maybe, fmt::format("answered {}", status));
  else
    error = stripe_error(ErrorKind::protocol, Applied::maybe,
                         fmt::format("answered {} without a meaning", status));
  error.retry_after = ports::parse_retry_after(response.header("Retry-After"), now);
  return error;
}

Result<json::object> body_of(const ports::HttpResponse& response, Instant now) {
  if (response.status != 200) return fail(fold_error(response, now));
  auto document = json::parse(response.body);
  if (!document || !document->is_object()) return senseless("not a JSON object");
  if (document->get_object().contains("error")) return senseless("a 200 with an error");
  return std::move(document->get_object());
}

std::string_view text(const json::object& object, std::string_view key) {
  return json::string_at(object, key).value_or("");
}

/// An id, given bare or as the expanded object.
std::string_view id_at(const json::object& object, std::string_view key) {
  const auto* expanded = json::object_at(object, key);
  return expanded == nullptr ? text(object, key) : text(*expanded, "id");
}

Status check_capture(const json::object& intent, const ports::MoneyRequest& request) {
  if (text(intent, "id") != request.transaction_id) return senseless("another payment");
  if (text(intent, "status") != "succeeded")
    return senseless(fmt::format("captured, but {}", text(intent, "status")));
  if (json::integer_at(intent, "amount_received") != request.amount.minor_units)
    return senseless("another amount");
  return {};
}

Status check_release(const json::object& intent, const ports::MoneyRequest& request) {
  if (text(intent, "id") != request.transaction_id) return senseless("another payment");
  if (text(intent, "status") != "canceled")
    return senseless(fmt::format("canceled, but {}", text(intent, "status")));
  return {};
}

Status check_refund(const json::object& refund, const ports::MoneyRequest& request) {
  const std::string_view status = text(refund, "status");
  if (id_at(refund, "payment_intent") != request.transaction_id) return senseless("another payment");
  if (json::integer_at(refund, "amount") != request.amount.minor_units) return senseless("another amount");
  if (status == "succeeded") return {};
  if (status == "pending" || status == "requires_action")
    return fail(stripe_error(ErrorKind::unavailable, Applied::yes, "the refund is made and still pending"));
  if (status == "failed" || status == "canceled")
    return fail(stripe_error(ErrorKind::conflict, Applied::no, fmt::format("the refund is {}", status)));
  return senseless("a refund in an unknown state");
}

PaymentFacts::Phase phase_of(std::string_view status) {
  if (status == "requires_capture") return PaymentFacts::Phase::held;
  if (status == "succeeded") return PaymentFacts::Phase::captured;
  if (status == "canceled") return PaymentFacts::Phase::voided;
  return PaymentFacts::Phase::incomplete;
}

/// An amount that must be there and cannot be negative.
Result<std::int64_t> amount_of(const json::object& object, std::string_view key) {
  const auto amount = json::integer_at(object, key);
  if (!amount || *amount < 0 || *amount > INT64_MAX / 1'000'000) return senseless(key);
  return *amount;
}

Result<PaymentFacts> facts_of(const json::object& intent) {
  CTR_TRY(amount, amount_of(intent, "amount"));
  CTR_TRY(capturable, amount_of(intent, "amount_capturable"));
  CTR_TRY(received, amount_of(intent, "amount_received"));
  const auto phase = phase_of(text(intent, "status"));
  PaymentFacts facts{.phase = phase, .captured = received};
  if (phase == PaymentFacts::Phase::held) facts.authorized = capturable;
  if (phase == PaymentFacts::Phase::captured) facts.authorized = amount;
  return facts;
}

Status add_refund(const json::value& item, std::string_view payment_intent, PaymentFacts& facts) {
  if (!item.is_object()) return senseless("a refund is not an object");
  const auto& refund = item.get_object();
  if (id_at(refund, "payment_intent") != payment_intent) return senseless("a refund of another payment");
  CTR_TRY(amount, amount_of(refund, "amount"));
  const std::string_view status = text(refund, "status");
  if (status == "succeeded") facts.refunded += amount;
  if (status == "pending" || status == "requires_action") facts.refund_pending += amount;
  return {};
}

/// A question moves nothing, whatever became of it.
template <class T>
Result<T> harmless(Result<T> result) {
  if (!result) result.error().applied = Applied::no;
  return result;
}

Result<PaymentFacts> payment_in(const ports::HttpResponse& response, std::string_view payment_intent,
                                Instant now) {
  CTR_TRY(intent, body_of(response, now));
  if (text(intent, "id") != payment_intent) return senseless("another payment");
  return facts_of(intent);
}

Result<std::string> refunds_in(const ports::HttpResponse& response, std::string_view payment_intent,
                               Instant now, PaymentFacts& facts) {
  CTR_TRY(page, body_of(response, now));
  const auto* items = json::array_at(page, "data");
  const auto has_more = json::bool_at(page, "has_more");
  if (items == nullptr || !has_more) return senseless("not a list of refunds");
  for (const auto& item : *items) CTR_CHECK(add_refund(item, payment_intent, facts));
  if (!*has_more) return std::string();
  const std::string_view last = items->empty() ? "" : text(items->back().get_object(), "id");
  if (last.empty()) return senseless("a list that goes on after nothing");
  return std::string(last);
}

}  // namespace

Status read_move(const ports::HttpResponse& response, const ports::MoneyRequest& request, Instant now) {
  CTR_TRY(body, body_of(response, now));
  switch (request.purpose) {
    case MoneyPurpose::capture:
      return check_capture(body, request);
    case MoneyPurpose::release:
      return check_release(body, request);
    case MoneyPurpose::refund:
      break;
  }
  return check_refund(body, request);
}

Result<PaymentFacts> read_payment(const ports::HttpResponse& response, std::string_view payment_intent,
                                  Instant now) {
  auto facts = harmless(payment_in(response, payment_intent, now));
  if (!facts && response.status == 404) facts.error().kind = ErrorKind::not_found;
  return facts;
}

Result<std::string> add_refunds(const ports::HttpResponse& response, std::string_view payment_intent,
                                Instant now, PaymentFacts& facts) {
  return harmless(refunds_in(response, payment_intent, now, facts));
}

}  // namespace contactor::gateways::stripe
