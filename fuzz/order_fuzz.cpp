// The body of an order, through everything that its words reach: our store, the customer's mail and push, our
// answers.

#include "api/order_codec.h"

#include "api/fields.h"
#include "fuzz/input.h"
#include "gateways/fcm/wire.h"
#include "gateways/smtp/mime.h"
#include "json/json.h"
#include "ota/notices.h"
#include "store/order_codec.h"

namespace contactor::fuzz {
namespace {

const ports::Service& catalogue_entry() {
  static const ports::Service service{.id = ServiceId("heated-seats"),
                                      .version = 3,
                                      .name = "Heated seats",
                                      .document = R"({"template":{"seats.heating":true}})"};
  return service;
}

const ports::Service* find_service(const ServiceId& id) {
  return id == catalogue_entry().id ? &catalogue_entry() : nullptr;
}

void check_refusal(const api::Faults& faults) {
  CTR_ASSERT(!faults.empty() && faults.size() <= 100);
  const auto answer = api::to_response(api::validation_problem(faults), "req_1");
  const auto document = json::parse(answer.body);
  CTR_ASSERT(answer.status == 422 && document && document->is_object());
}

void check_facts(const ota::Order& order) {
  CTR_ASSERT(!order.order_id.empty() && !order.customer.id.empty());
  CTR_ASSERT(order.payment.amount.minor_units >= 0 && (!order.duration || *order.duration > Millis(0)));
  CTR_ASSERT(order.configuration == R"({"seats.heating":true})" && order.template_version == 3);
  CTR_ASSERT(order.requested_at == kNow && order.ordered_by == "shop");
}

void check_store(const ota::Order& order) {
  const std::string written = store::encode(order);
  const auto again = store::decode_order(written);
  CTR_ASSERT(again && store::encode(**again) == written);
}

/// An accepted order is one whose customer can be told how it ended.
void check_words(const ota::Order& order) {
  ota::Activation activation{.id = ActivationId(1 << 21)};
  activation.order = std::make_shared<const ota::Order>(order);
  ota::Activation plain = activation;
  auto harmless = order;
  harmless.customer.name = harmless.vehicle_model = "x";
  plain.order = std::make_shared<const ota::Order>(std::move(harmless));
  for (const auto event : {ota::NoticeEvent::PaymentConfirmed, ota::NoticeEvent::ActivationFailed}) {
    const auto notice = ota::compose(event, {.activation = &activation, .now = kNow});
    const auto expected = ota::compose(event, {.activation = &plain, .now = kNow});
    CTR_ASSERT(std::ranges::count(notice.email_html, '<') == std::ranges::count(expected.email_html, '<'));
    CTR_ASSERT(is_utf8(notice.email_html) && is_utf8(notice.email_text) && is_one_line(notice.push_body));
    const auto mail = gateways::smtp::render_mail({.message_id = "m1",
                                                   .to = order.customer.email,
                                                   .to_name = order.customer.name,
                                                   .subject = notice.email_subject,
                                                   .text = notice.email_text,
                                                   .html = notice.email_html},
                                                  {.address = "shop@example.org", .name = "Shop"}, kNow);
    CTR_ASSERT(mail.has_value());
    const auto push = gateways::fcm::message_body({.device_token = order.customer.push_token,
                                                   .title = notice.push_title,
                                                   .body = notice.push_body,
                                                   .collapse_key = "k"});
    CTR_ASSERT(json::parse(push).has_value());
  }
}

void check_order(std::string_view text) {
  const auto body = api::Body::parse(text);
  if (!body) {
    const auto answer = api::to_response(body.error(), "req_1");
    CTR_ASSERT((answer.status == 400 || answer.status == 422) && json::parse(answer.body));
    return;
  }
  const auto order =
      api::read_order(body->object(), {.find_service = find_service, .ordered_by = "shop", .now = kNow});
  if (!order) return check_refusal(order.error());
  check_facts(*order);
  check_store(*order);
  check_words(*order);
}

}  // namespace
}  // namespace contactor::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  contactor::fuzz::check_order(contactor::fuzz::Input(data, size).rest());
  return 0;
}
