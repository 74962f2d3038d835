#include "crypto/webhook_signature.h"

#include <charconv>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "crypto/crypto.h"
#include "crypto/encoding.h"

namespace contactor::crypto {
namespace {

constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::size_t kIdMax = 256;
constexpr std::size_t kHeaderMax = 4096;
constexpr std::size_t kSignaturesMax = 16;
constexpr std::size_t kBase64DigestSize = 44;
constexpr std::size_t kHexDigestSize = 64;

std::unexpected<Error> refuse(std::string_view why) {
  return fail(ErrorKind::unauthorized, "webhook_signature", std::string(why));
}

/// The HMAC key of a Standard Webhooks secret; nothing where it has none. An empty key would let anyone sign.
std::optional<std::string> key_of(const Secret& secret) {
  const std::string& text = secret.reveal();
  auto key = text.starts_with(kSecretPrefix)
                 ? from_base64(std::string_view(text).substr(kSecretPrefix.size()))
                 : std::optional(text);
  if (key && key->empty()) key.reset();
  return key;
}

std::optional<std::int64_t> read_seconds(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || text.size() > 12 || error != std::errc{} || end != text.data() + text.size() ||
      seconds < 0)
    return std::nullopt;
  return seconds;
}

bool is_fresh(std::int64_t seconds, Instant now, Millis tolerance) {
  const Millis age = now - Instant::from_millis(seconds * 1000);
  return age <= tolerance && age >= -tolerance;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty() && parts.size() <= kSignaturesMax) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

/// The candidates of one scheme, without its name; only those that have the right length.
std::vector<std::string_view> candidates(const std::vector<std::string_view>& parts, std::string_view scheme,
                                         std::size_t size) {
  std::vector<std::string_view> found;
  for (const std::string_view part : parts)
    if (part.size() == scheme.size() + size && part.starts_with(scheme))
      found.push_back(part.substr(scheme.size()));
  return found;
}

bool any_matches(const std::vector<std::string_view>& candidates, std::string_view expected) {
  bool matches = false;
  for (const std::string_view candidate : candidates) matches |= equal_in_constant_time(candidate, expected);
  return matches;
}

std::string webhook_digest(std::string_view key, std::string_view id, std::string_view timestamp,
                           std::string_view body) {
  return to_base64(bytes_of(hmac_sha256(key, fmt::format("{}.{}.{}", id, timestamp, body))));
}

std::string stripe_digest(const Secret& secret, std::string_view timestamp, std::string_view body) {
  return to_hex(bytes_of(hmac_sha256(secret.reveal(), fmt::format("{}.{}", timestamp, body))));
}

}  // namespace

Result<std::string> sign_webhook(const WebhookMessage& message, const Secret& secret) {
  const auto key = key_of(secret);
  if (!key)
    return fail(ErrorKind::invalid, "webhook_signature", "the secret is empty or not whsec_ and base64");
  return "v1," + webhook_digest(*key, message.id, fmt::to_string(message.timestamp_seconds), message.body);
}

Status verify_webhook(const WebhookHeaders& headers, std::string_view body, std::span<const Secret> secrets,
                      Instant now, Millis tolerance) {
  if (headers.id.empty() || headers.id.size() > kIdMax) return refuse("webhook-id is missing or too long");
  const auto seconds = read_seconds(headers.timestamp);
  if (!seconds) return refuse("webhook-timestamp is not a number of seconds");
  if (!is_fresh(*seconds, now, tolerance)) return refuse("webhook-timestamp is too old or too new");
  if (headers.signature.size() > kHeaderMax) return refuse("webhook-signature is too long");
  const auto parts = split(headers.signature, ' ');
  if (parts.size() > kSignaturesMax) return refuse("webhook-signature holds too many signatures");
  const auto offered = candidates(parts, "v1,", kBase64DigestSize);
  if (offered.empty()) return refuse("webhook-signature holds no v1 signature");
  for (const Secret& secret : secrets)
    if (const auto key = key_of(secret);
        key && any_matches(offered, webhook_digest(*key, headers.id, headers.timestamp, body)))
      return {};
  return refuse("the signature does not match");
}

Result<std::string> sign_stripe(std::int64_t timestamp_seconds, std::string_view body, const Secret& secret) {
  if (secret.empty()) return fail(ErrorKind::invalid, "webhook_signature", "the secret is empty");
  const std::string timestamp = fmt::to_string(timestamp_seconds);
  return fmt::format("t={},v1={}", timestamp, stripe_digest(secret, timestamp, body));
}

Status verify_stripe(std::string_view header, std::string_view body, std::span<const Secret> secrets,
                     Instant now, Millis tolerance) {
  if (header.size() > kHeaderMax) return refuse("Stripe-Signature is too long");
  const auto parts = split(header, ',');
  if (parts.empty() || parts.size() > kSignaturesMax)
    return refuse("Stripe-Signature is missing or too long");
  std::string_view timestamp;
  for (const std::string_view part : parts)
    if (part.starts_with("t=")) timestamp = part.substr(2);
  const auto seconds = read_seconds(timestamp);
  if (!seconds || !is_fresh(*seconds, now, tolerance))
    return refuse("Stripe-Signature has no fresh timestamp");
  const auto offered = candidates(parts, "v1=", kHexDigestSize);
  if (offered.empty()) return refuse("Stripe-Signature holds no v1 signature");
  for (const Secret& secret : secrets)
    if (!secret.empty() && any_matches(offered, stripe_digest(secret, timestamp, body))) return {};
  return refuse("the signature does not match");
}

}  // namespace contactor::crypto
