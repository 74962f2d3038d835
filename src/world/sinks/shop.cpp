#include "world/sinks/shop.h"

#include "crypto/webhook_signature.h"
#include "json/json.h"
#include "world/route.h"

namespace contactor::world {
namespace {

/// The payload stands in `data`, as Standard Webhooks advises, or at the top.
const json::object& payload_of(const json::object& body) {
  const auto* const data = json::object_at(body, "data");
  return data == nullptr ? body : *data;
}

}  // namespace

Reply Shop::handle(const ports::HttpRequest& request, Instant now) {
  Reply reply{.response = {}, .at = now + context_.between(Millis(20), Millis(200))};
  Faults& faults = context_.faults;
  if (faults.strikes(FaultKind::shop_lost_before))
    reply.fate = Fate::lost_before;
  else if (faults.strikes(FaultKind::shop_hang))
    reply.fate = Fate::hang;
  else if (faults.strikes(FaultKind::shop_server_error))
    reply.response = html_response(500, "Shop is closed");
  else
    reply.response = take(request, now);
  if (reply.fate == Fate::delivered && faults.strikes(FaultKind::shop_lost_after))
    reply.fate = Fate::lost_after;
  return reply;
}

ports::HttpResponse Shop::take(const ports::HttpRequest& request, Instant now) {
  if (request.method != "POST") return json_response(405, R"({"error":"method not allowed"})");
  const crypto::WebhookHeaders headers{header_of(request, "webhook-id"),
                                       header_of(request, "webhook-timestamp"),
                                       header_of(request, "webhook-signature")};
  const std::array secrets{Secret(context_.params.shop_secret)};
  if (!crypto::verify_webhook(headers, request.body, secrets, now))
    return json_response(401, R"({"error":"wrong or old signature"})");
  const auto document = json::parse(request.body);
  const auto* const body = document ? document->if_object() : nullptr;
  if (body == nullptr) return json_response(400, R"({"error":"not a JSON object"})");
  const json::object& payload = payload_of(*body);
  context_.logs.shop_notices.push_back(
      {.webhook_id = std::string(headers.id),
       .type = std::string(json::string_at(*body, "type").value_or("")),
       .transaction_id = std::string(json::string_at(payload, "transaction_id").value_or("")),
       .amount = json::integer_at(payload, "amount").value_or(0),
       .first = known_.insert(std::string(headers.id)).second,
       .at = now});
  return {.status = 204};
}

}  // namespace contactor::world
