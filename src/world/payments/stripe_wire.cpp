#include "world/payments/stripe_wire.h"

namespace contactor::world {

std::string charge_id_of(const Payment& payment) {
  return "ch_" + (payment.id.starts_with("pi_") ? payment.id.substr(3) : payment.id);
}

std::string charge_json(const Payment& payment) {
  return fmt::format(
      R"({{"id":{},"object":"charge","amount":{},"amount_captured":{},"amount_refunded":{},"captured":{},"refunded":{},)"
      R"("currency":{},"payment_intent":{},"created":{}}})",
      quoted(charge_id_of(payment)), payment.amount, payment.captured, payment.refunded, payment.captured > 0,
      payment.captured > 0 && payment.refunded == payment.captured, quoted(payment.currency),
      quoted(payment.id), payment.created_at.millis() / 1000);
}

std::string payment_json(const Payment& payment, bool expand_charge) {
  const bool held = payment.state == PaymentState::requires_capture;
  return fmt::format(
      R"({{"id":{},"object":"payment_intent","amount":{},"amount_capturable":{},"amount_received":{},)"
      R"("capture_method":"manual","currency":{},"status":"{}","cancellation_reason":{},"latest_charge":{},)"
      R"("created":{},"livemode":false}})",
      quoted(payment.id), payment.amount, held ? payment.amount : 0, payment.captured,
      quoted(payment.currency), to_string(payment.state),
      payment.cancellation_reason.empty() ? std::string("null") : quoted(payment.cancellation_reason),
      expand_charge ? charge_json(payment) : quoted(charge_id_of(payment)),
      payment.created_at.millis() / 1000);
}

std::string refund_json(const Refund& refund, const Payment& payment) {
  return fmt::format(
      R"({{"id":{},"object":"refund","amount":{},"charge":{},"currency":{},"payment_intent":{},"status":"{}","created":{}}})",
      quoted(refund.id), refund.amount, quoted(charge_id_of(payment)), quoted(payment.currency),
      quoted(payment.id), to_string(refund.state), refund.created_at.millis() / 1000);
}

ports::HttpResponse stripe_error(const StripeError& error) {
  std::string code = error.code.empty() ? "" : fmt::format(R"("code":"{}",)", error.code);
  return json_response(error.status, fmt::format(R"({{"error":{{{}"message":{},"type":"{}"}}}})", code,
                                                 quoted(error.message), error.type));
}

ports::HttpResponse book_error(BookError error, const Payment& payment) {
  switch (error) {
    case BookError::amount_too_large:
      return stripe_error({.code = "amount_too_large", .message = "The amount is larger than what is left."});
    case BookError::already_refunded:
      return stripe_error(
          {.code = "charge_already_refunded", .message = "The charge has already been refunded."});
    case BookError::unexpected_state:
      break;
  }
  const std::string message = fmt::format("This PaymentIntent has a status of {}, which does not allow this.",
                                          to_string(payment.state));
  return json_response(400,
                       fmt::format(R"({{"error":{{"code":"payment_intent_unexpected_state","message":{},)"
                                   R"("payment_intent":{},"type":"invalid_request_error"}}}})",
                                   quoted(message), payment_json(payment, false)));
}

}  // namespace contactor::world
