// Stripe's answers. The first line is what was asked: capture, release, refund, payment or refunds.

#include "fuzz/input.h"
#include "gateways/stripe/wire.h"

namespace contactor::gateways::stripe {
namespace {

using ports::MoneyPurpose;

void check_failure(const ports::HttpResponse& response, const Error& error) {
  CTR_ASSERT(fuzz::is_utf8(error.detail) && error.detail.size() < 4096);
  // Money whose fate is open is looked up; only an answer that proves it may say that nothing moved.
  if (response.status >= 500) CTR_ASSERT(error.applied == Applied::maybe);
  if (error.kind == ErrorKind::protocol) CTR_ASSERT(error.applied == Applied::maybe);
}

void check_move(const ports::HttpResponse& response, MoneyPurpose purpose) {
  const ports::MoneyRequest request{.purpose = purpose,
                                    .transaction_id = "pi_1",
                                    .idempotency_key = "k",
                                    .reference = "act_1",
                                    .amount = {.minor_units = 1290, .currency = *Currency::parse("EUR")}};
  const auto moved = read_move(response, request, fuzz::kNow);
  if (!moved) return check_failure(response, moved.error());
  CTR_ASSERT(response.status == 200 && response.body.size() >= 20);
}

void check_payment(const ports::HttpResponse& response) {
  const auto facts = read_payment(response, "pi_1", fuzz::kNow);
  if (!facts) {
    CTR_ASSERT(facts.error().applied == Applied::no && fuzz::is_utf8(facts.error().detail));
    return;
  }
  CTR_ASSERT(facts->authorized >= 0 && facts->captured >= 0 && facts->refunded == 0);
  CTR_ASSERT(facts->phase == ports::PaymentFacts::Phase::held ||
             facts->phase == ports::PaymentFacts::Phase::captured || facts->authorized == 0);
}

void check_refunds(const ports::HttpResponse& response) {
  ports::PaymentFacts facts;
  const auto next = add_refunds(response, "pi_1", fuzz::kNow, facts);
  if (!next) {
    CTR_ASSERT(next.error().applied == Applied::no && fuzz::is_utf8(next.error().detail));
    return;
  }
  CTR_ASSERT(facts.refunded >= 0 && facts.refund_pending >= 0);
}

}  // namespace
}  // namespace contactor::gateways::stripe

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace stripe = contactor::gateways::stripe;
  contactor::fuzz::Input input(data, size);
  const auto asked = input.line();
  const auto response = input.response();
  if (asked == "capture") stripe::check_move(response, stripe::MoneyPurpose::capture);
  if (asked == "release") stripe::check_move(response, stripe::MoneyPurpose::release);
  if (asked == "refund") stripe::check_move(response, stripe::MoneyPurpose::refund);
  if (asked == "payment") stripe::check_payment(response);
  if (asked == "refunds") stripe::check_refunds(response);
  return 0;
}
