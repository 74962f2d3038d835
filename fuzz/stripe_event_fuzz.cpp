// What claims to be an event of Stripe: the header `Stripe-Signature`, then the body.
// The header `good` stands for the right one.

#include "crypto/webhook_signature.h"
#include "fuzz/input.h"
#include "gateways/stripe/event.h"

namespace contactor::gateways::stripe {
namespace {

const Secret& secret() {
  static const Secret secret("whsec_fuzz");
  return secret;
}

void check_event(const std::string& header, std::string_view body) {
  const auto event = read_event(header, body, {&secret(), 1}, fuzz::kNow);
  if (!event) {
    CTR_ASSERT(event.error().kind == ErrorKind::unauthorized || event.error().kind == ErrorKind::invalid);
    return;
  }
  CTR_ASSERT(!crypto::verify_stripe(header, std::string(body) + " ", {&secret(), 1}, fuzz::kNow));
  CTR_ASSERT(!event->event_id.empty() && event->event_id.size() <= 255 && fuzz::is_utf8(event->event_id));
  CTR_ASSERT((event->type == Event::Type::ignored) == event->transaction_id.empty());
  CTR_ASSERT(event->at >= Instant() && parse_rfc3339(to_rfc3339(event->at)) == event->at);
}

}  // namespace
}  // namespace contactor::gateways::stripe

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace stripe = contactor::gateways::stripe;
  contactor::fuzz::Input input(data, size);
  std::string header(input.line());
  const auto body = input.rest();
  if (header == "good")
    header = *contactor::crypto::sign_stripe(contactor::fuzz::kNow.millis() / 1000, body, stripe::secret());
  stripe::check_event(header, body);
  return 0;
}
