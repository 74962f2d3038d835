#include "app/config.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include <fmt/format.h>

extern char** environ;

namespace contactor::app {
namespace {

// Sums of many of them must stay a time.
constexpr Millis kDurationMax = std::chrono::days(365);
constexpr std::size_t kDelaysMax = 9;

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view unquoted(std::string_view text) {
  const bool quoted =
      text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  return quoted ? text.substr(1, text.size() - 2) : text;
}

std::unexpected<Error> wrong(std::string_view name, std::string_view expected) {
  return fail(ErrorKind::invalid, "config", fmt::format("{} must be {}", name, expected));
}

Status read_duration(const Environment& from, const char* name, Millis& into) {
  const std::string text = from.get(name);
  if (text.empty()) return {};
  const auto value = parse_duration(text);
  if (!value || *value > kDurationMax) return wrong(name, "a duration like 30s, 5m, 1h or 7d, at most 365d");
  into = *value;
  return {};
}

Status read_number(const Environment& from, const char* name, std::uint32_t& into, std::uint32_t most) {
  const std::string text = from.get(name);
  if (text.empty()) return {};
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > most)
    return wrong(name, fmt::format("a whole number from 0 to {}", most));
  into = value;
  return {};
}

/// Two secrets, separated by a comma, while one is replaced by the other.
std::vector<Secret> secrets_of(const std::string& text) {
  std::vector<Secret> secrets;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    if (const auto one = trimmed(std::string_view(text).substr(at, comma - at)); !one.empty())
      secrets.emplace_back(std::string(one));
    at = comma + 1;
  }
  return secrets;
}

Status read_url(const Environment& from, const char* name, std::string& into) {
  const std::string text = from.get(name, into);
  const std::size_t host = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : text.size();
  if (!text.empty() && (host >= text.size() || text[host] == '/')) return wrong(name, "an http or https URL");
  into = text;
  while (into.ends_with('/')) into.pop_back();
  return {};
}

/// All of these or none of them.
Result<bool> complete(const Environment& from, std::initializer_list<const char*> names) {
  const auto is_set = [&](const char* name) { return from.has(name); };
  if (std::ranges::none_of(names, is_set)) return false;
  for (const char* name : names)
    if (!from.has(name))
      return fail(ErrorKind::invalid, "config",
                  fmt::format("{} is missing, while its companions are set", name));
  return true;
}

/// The texts between the commas.
std::vector<std::string_view> listed(std::string_view text) {
  std::vector<std::string_view> found;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    found.push_back(trimmed(text.substr(0, comma)));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return found;
}

/// Where webhooks may go beside public addresses, and when they are repeated.
Status read_webhooks(const Environment& from, Config& config) {
  const std::string all = from.get("CONTACTOR_ALLOW_PRIVATE_WEBHOOKS", "false");
  if (all != "true" && all != "false") return wrong("CONTACTOR_ALLOW_PRIVATE_WEBHOOKS", "true or false");
  config.allow_private_webhooks = all == "true";
  const std::string networks = from.get("WEBHOOK_ALLOWED_NETWORKS");
  for (const auto text : listed(networks)) {
    const auto network = ports::Network::parse(text);
    if (!network) return wrong("WEBHOOK_ALLOWED_NETWORKS", "networks like 10.0.0.0/8,fd00::/8");
    config.webhook_networks.push_back(*network);
  }
  const std::string delays = from.get("WEBHOOK_RETRY_DELAYS");
  for (const auto text : listed(delays)) {
    const auto delay = parse_duration(text);
    if (!delay || *delay <= Millis(0) || *delay > kDurationMax || config.webhook_delays.size() == kDelaysMax)
      return wrong("WEBHOOK_RETRY_DELAYS", "one to nine durations like 5s,5m,30m; the last one is repeated");
    config.webhook_delays.push_back(*delay);
  }
  return {};
}

Status read_policy(const Environment& from, ota::Policy& policy) {
  CTR_CHECK(read_number(from, "OTA_MAX_RETRIES", policy.retry.retries_max, 20));
  CTR_CHECK(read_duration(from, "OTA_BASE_DELAY", policy.retry.base_delay));
  CTR_CHECK(read_duration(from, "OTA_MAX_DELAY", policy.retry.max_delay));
  CTR_CHECK(read_duration(from, "OTA_COMMAND_TIMEOUT", policy.command_timeout));
  CTR_CHECK(read_number(from, "OTA_COMMANDS_PER_HOUR", policy.commands_per_hour, 1000));
  CTR_CHECK(read_duration(from, "OTA_POLL_MIN", policy.poll_min));
  CTR_CHECK(read_duration(from, "OTA_POLL_MAX", policy.poll_max));
  if (from.has("OTA_FINAL_GRACE")) {
    Millis grace{};
    CTR_CHECK(read_duration(from, "OTA_FINAL_GRACE", grace));
    policy.retry.final_grace = grace;
  }
  if (policy.retry.base_delay > policy.retry.max_delay)
    return wrong("OTA_BASE_DELAY", "at most OTA_MAX_DELAY");
  if (policy.commands_per_hour == 0) return wrong("OTA_COMMANDS_PER_HOUR", "at least 1");
  if (policy.poll_min <= Millis(0) || policy.poll_min > policy.poll_max)
    return wrong("OTA_POLL_MIN", "more than nothing and at most OTA_POLL_MAX");
  return {};
}

Status read_upstreams(const Environment& from, Config& config) {
  CTR_TRY(has_iot, complete(from, {"API_IOT_BASE_URL", "API_IOT_TOKEN_URL", "API_IOT_CLIENT_ID",
                                   "API_IOT_CLIENT_SECRET"}));
  if (has_iot) {
    IotConfig iot{.client_id = from.get("API_IOT_CLIENT_ID"),
                  .client_secret = Secret(from.get("API_IOT_CLIENT_SECRET")),
                  .callback_secrets = secrets_of(from.get("API_IOT_CALLBACK_SECRET")),
                  .ca_file = from.get("API_IOT_CA_FILE"),
                  .client_certificate_file = from.get("API_IOT_CLIENT_CERT_FILE"),
                  .client_key_file = from.get("API_IOT_CLIENT_KEY_FILE")};
    CTR_CHECK(complete(from, {"API_IOT_CLIENT_CERT_FILE", "API_IOT_CLIENT_KEY_FILE"}));
    CTR_CHECK(read_url(from, "API_IOT_BASE_URL", iot.base_url));
    CTR_CHECK(read_url(from, "API_IOT_TOKEN_URL", iot.token_url));
    config.iot = std::move(iot);
  }
  if (from.has("STRIPE_SECRET_KEY")) {
    StripeConfig stripe{.api_url = "https://api.stripe.com",
                        .secret_key = Secret(from.get("STRIPE_SECRET_KEY")),
                        .webhook_secrets = secrets_of(from.get("STRIPE_WEBHOOK_SECRET"))};
    CTR_CHECK(read_url(from, "STRIPE_API_URL", stripe.api_url));
    config.stripe = std::move(stripe);
  }
  CTR_TRY(has_shop, complete(from, {"PAYMENT_WEBHOOK_URL", "PAYMENT_WEBHOOK_SECRET"}));
  if (has_shop) {
    ShopConfig shop{.url = {}, .secret = Secret(from.get("PAYMENT_WEBHOOK_SECRET"))};
    CTR_CHECK(read_url(from, "PAYMENT_WEBHOOK_URL", shop.url));
    config.shop = std::move(shop);
  }
  CTR_TRY(has_mail, complete(from, {"SMTP_URL", "MAIL_FROM"}));
  if (has_mail) config.mail = MailConfig{.smtp_url = from.get("SMTP_URL"), .from = from.get("MAIL_FROM")};
  CTR_TRY(has_push, complete(from, {"FCM_PROJECT", "FCM_CREDENTIALS_FILE"}));
  if (has_push) {
    PushConfig push{.project = from.get("FCM_PROJECT"),
                    .credentials_file = from.get("FCM_CREDENTIALS_FILE"),
                    .api_url = "https://fcm.googleapis.com"};
    CTR_CHECK(read_url(from, "FCM_API_URL", push.api_url));
    config.push = std::move(push);
  }
  return {};
}

}  // namespace

Result<Environment> Environment::read(const std::string& env_file) {
  Environment result;
  std::ifstream file(env_file);
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    const auto text = trimmed(line);
    if (text.empty() || text.front() == '#') continue;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return fail(ErrorKind::invalid, "config",
                  fmt::format("{} line {} is not NAME=value", env_file, number));
    result.values_[std::string(trimmed(text.substr(0, equals)))] = unquoted(trimmed(text.substr(equals + 1)));
  }
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos)
      result.values_[std::string(text.substr(0, equals))] = text.substr(equals + 1);
  }
  return result;
}

std::string Environment::get(const std::string& name, std::string_view otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() || found->second.empty() ? std::string(otherwise) : found->second;
}

Result<Config> read_config(const Environment& environment, const std::string& db) {
  Config config;
  config.db = !db.empty() ? db : environment.get("DATABASE_URL", config.db);
  if (!config.db.starts_with("sqlite:") && !config.db.starts_with("postgres://") &&
      !config.db.starts_with("postgresql://"))
    return fail(ErrorKind::invalid, "config", "the store is named sqlite:PATH or postgres://…");
  CTR_CHECK(read_duration(environment, "DATABASE_WAIT", config.database_wait));
  CTR_CHECK(read_url(environment, "PUBLIC_URL", config.public_url));
  CTR_CHECK(read_url(environment, "CONSOLE_URL", config.console_url));
  config.support_contact = environment.get("SUPPORT_CONTACT", "our support team");
  config.key_file = environment.get("CONTACTOR_KEY_FILE");
  config.previous_key_file = environment.get("CONTACTOR_PREVIOUS_KEY_FILE");
  CTR_CHECK(read_webhooks(environment, config));
  config.crl_file = environment.get("TLS_CRL_FILE");
  config.display_service_id = environment.get("OTA_DISPLAY_SERVICE_ID");
  CTR_CHECK(read_policy(environment, config.policy));
  CTR_CHECK(read_upstreams(environment, config));
  return config;
}

}  // namespace contactor::app
