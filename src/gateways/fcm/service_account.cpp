#include "gateways/fcm/service_account.h"

#include "crypto/jws.h"
#include "json/json.h"
#include "ports/url_encoding.h"

namespace contactor::gateways::fcm {
namespace {

constexpr std::string_view kScope = "https://www.googleapis.com/auth/firebase.messaging";
constexpr std::string_view kGrantType = "urn:ietf:params:oauth:grant-type:jwt-bearer";

Result<std::string> needed(const json::object& body, std::string_view key) {
  const auto text = json::string_at(body, key);
  if (!text || text->empty())
    return fail(ErrorKind::invalid, "fcm", fmt::format("the credentials file has no {}", key));
  return std::string(*text);
}

Result<std::string> assertion(const ServiceAccount& account, Instant now) {
  const std::int64_t issued = now.millis() / 1000;
  const json::object header{{"alg", "RS256"}, {"typ", "JWT"}, {"kid", account.private_key_id}};
  const json::object claims{{"iss", account.client_email},
                            {"scope", kScope},
                            {"aud", account.token_uri},
                            {"iat", issued},
                            {"exp", issued + 300}};
  return crypto::sign_rs256(json::serialize(header), json::serialize(claims), account.private_key);
}

}  // namespace

Result<ServiceAccount> parse_service_account(std::string_view text) {
  CTR_TRY(document, json::parse(text, {.bytes = 64 * 1024, .depth = 4}));
  if (!document.is_object())
    return fail(ErrorKind::invalid, "fcm", "the credentials file is not a JSON object");
  const auto& body = document.get_object();
  CTR_TRY(project_id, needed(body, "project_id"));
  CTR_TRY(client_email, needed(body, "client_email"));
  CTR_TRY(private_key_id, needed(body, "private_key_id"));
  CTR_TRY(private_key, needed(body, "private_key"));
  CTR_TRY(token_uri, needed(body, "token_uri"));
  ServiceAccount account{.project_id = std::move(project_id),
                         .client_email = std::move(client_email),
                         .private_key_id = std::move(private_key_id),
                         .private_key = Secret(std::move(private_key)),
                         .token_uri = std::move(token_uri)};
  if (auto tried = assertion(account, Instant()); !tried) return fail(std::move(tried.error()));
  return account;
}

oauth::GrantRequest service_account_grant(ServiceAccount account) {
  return [account = std::move(account)](Instant now) -> Result<ports::HttpRequest> {
    CTR_TRY(signed_claims, assertion(account, now));
    return ports::HttpRequest{
        .method = "POST",
        .url = account.token_uri,
        .headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}},
        .body = ports::form_body({{"grant_type", kGrantType}, {"assertion", signed_claims}})};
  };
}

}  // namespace contactor::gateways::fcm
