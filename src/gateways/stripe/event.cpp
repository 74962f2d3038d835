#include "gateways/stripe/event.h"

#include <array>

#include "crypto/webhook_signature.h"
#include "json/json.h"

namespace contactor::gateways::stripe {
namespace {

using Type = Event::Type;

struct TypeRow {
  std::string_view name;
  Type type;
  std::string_view payment_key;  ///< which member of the event's object names the PaymentIntent
};
constexpr std::array<TypeRow, 8> kTypes{{
    {"payment_intent.succeeded", Type::payment_succeeded, "id"},
    {"payment_intent.canceled", Type::payment_canceled, "id"},
    {"payment_intent.amount_capturable_updated", Type::payment_capturable, "id"},
    {"charge.refunded", Type::refunded, "payment_intent"},
    {"charge.refund.updated", Type::refund_updated, "payment_intent"},
    {"refund.created", Type::refund_updated, "payment_intent"},
    {"refund.updated", Type::refund_updated, "payment_intent"},
    {"refund.failed", Type::refund_failed, "payment_intent"},
}};

std::unexpected<Error> not_an_event(std::string_view what) {
  return fail(ErrorKind::invalid, "stripe", fmt::format("not an event: {}", what));
}

std::string payment_in(const json::object& body, std::string_view key) {
  const auto* data = json::object_at(body, "data");
  const auto* object = data == nullptr ? nullptr : json::object_at(*data, "object");
  if (object == nullptr) return {};
  if (const auto* expanded = json::object_at(*object, key))
    return std::string(json::string_at(*expanded, "id").value_or(""));
  return std::string(json::string_at(*object, key).value_or(""));
}

Result<Event> read_body(std::string_view text) {
  CTR_TRY(document, json::parse(text));
  if (!document.is_object()) return not_an_event("not an object");
  const auto& body = document.get_object();
  const auto id = json::string_at(body, "id");
  const auto type = json::string_at(body, "type");
  const auto created = json::integer_at(body, "created");
  if (!id || id->empty() || id->size() > 255 || !type) return not_an_event("id or type");
  if (!created || *created < 0 || *created > 253'402'300'799) return not_an_event("created");
  Event event{
      .event_id = std::string(*id), .transaction_id = {}, .at = Instant::from_millis(*created * 1000)};
  for (const TypeRow& row : kTypes) {
    if (row.name != *type) continue;
    event.transaction_id = payment_in(body, row.payment_key);
    // Charges made without a PaymentIntent exist; they are not ours.
    if (!event.transaction_id.empty()) event.type = row.type;
  }
  return event;
}

}  // namespace

Result<Event> read_event(std::string_view signature_header, std::string_view body,
                         std::span<const Secret> secrets, Instant now) {
  CTR_CHECK(crypto::verify_stripe(signature_header, body, secrets, now));
  return read_body(body);
}

}  // namespace contactor::gateways::stripe
