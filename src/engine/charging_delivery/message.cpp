#include "engine/charging_delivery/message.h"

#include <fmt/format.h>

#include "charging_json/codec.h"
#include "crypto/webhook_signature.h"
#include "json/json.h"

namespace contactor::engine {
namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

/// The service's own address for this type of event.
std::optional<std::string> elsewhere(const charging::Service& service, std::string_view type) {
  const auto document = json::parse(service.endpoints.text);
  if (!document || !document->is_object()) return std::nullopt;
  const auto found = json::string_at(document->as_object(), type);
  return found ? std::optional<std::string>(*found) : std::nullopt;
}

std::string body_of(const ports::Delivery& delivery) {
  const auto at = delivery.event.updated_at.value_or(delivery.event.started_at);
  return fmt::format(R"({{"type":"{}","timestamp":"{}","data":{}}})", delivery.log.event_type, to_rfc3339(at),
                     charging_json::encode(delivery.event));
}

Result<std::string> signature(const Vault& vault, const std::optional<Secret>& sealed,
                              const charging::ClientService& link, std::string_view member,
                              const crypto::WebhookMessage& message) {
  CTR_TRY(secret, vault.open(sealed->reveal(), seal_context("client_service", link.id.str(), member)));
  return crypto::sign_webhook(message, secret);
}

Result<std::string> signatures(const Vault& vault, const charging::ClientService& link,
                               const crypto::WebhookMessage& message, Instant now) {
  if (!link.signing_secret)
    return fail(ErrorKind::unauthorized, "delivery",
                "the subscription has no secret to sign with: rotate it");
  CTR_TRY(signed_by, signature(vault, link.signing_secret, link, "signing_secret", message));
  const bool is_rotating =
      link.previous_signing_secret && link.previous_signing_secret_until.value_or(Instant()) > now;
  if (is_rotating) {
    CTR_TRY(previous,
            signature(vault, link.previous_signing_secret, link, "previous_signing_secret", message));
    signed_by += " " + previous;
  }
  return signed_by;
}

}  // namespace

std::string seal_context(std::string_view table, std::string_view id, std::string_view member) {
  return fmt::format("{}/{}/{}", table, id, member);
}

Result<ports::HttpRequest> message_of(const ports::Delivery& delivery, const charging::Subscription& to,
                                      const Vault& vault, const ports::EgressPolicy& egress, Instant now) {
  std::string url = charging::address_of(to, elsewhere(to.service, delivery.log.event_type));
  const auto hosts = words_of(to.client.allowed_hosts.value_or(""));
  CTR_CHECK(ports::check_url(egress, url, hosts));
  std::string body = body_of(delivery);
  const std::int64_t seconds = now.millis() / 1000;
  const std::string& id = delivery.log.id.str();
  CTR_TRY(signed_by, signatures(vault, to.link, {.id = id, .timestamp_seconds = seconds, .body = body}, now));
  return ports::HttpRequest{.method = "POST",
                            .url = std::move(url),
                            .headers = {{"Content-Type", "application/json"},
                                        {"webhook-id", id},
                                        {"webhook-timestamp", fmt::to_string(seconds)},
                                        {"webhook-signature", std::move(signed_by)}},
                            .body = std::move(body)};
}

}  // namespace contactor::engine
