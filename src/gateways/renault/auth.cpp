#include "gateways/renault/auth.h"

#include "crypto/jws.h"
#include "json/json.h"
#include "ports/url_encoding.h"

namespace contactor::gateways::renault {
namespace {

constexpr std::string_view kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
constexpr std::int64_t kLifeSeconds = 300;

}  // namespace

Result<std::string> assertion(const Login& login, std::string_view jti, Instant now) {
  const std::int64_t issued = now.millis() / 1000;
  const json::object header{{"alg", "RS256"}, {"typ", "JWT"}, {"kid", login.key_id}};
  const json::object claims{{"aud", login.audience}, {"iss", login.client_id},       {"sub", login.client_id},
                            {"iat", issued},         {"exp", issued + kLifeSeconds}, {"jti", jti}};
  return crypto::sign_rs256(json::serialize(header), json::serialize(claims), login.private_key);
}

oauth::GrantRequest assertion_grant(Login login, ports::Entropy& entropy) {
  return [login = std::move(login), &entropy](Instant now) -> Result<ports::HttpRequest> {
    const auto first = entropy.next();
    const auto jti = fmt::format("{:016x}{:016x}", first, entropy.next());
    CTR_TRY(signed_claims, assertion(login, jti, now));
    return ports::HttpRequest{
        .method = "POST",
        .url = login.auth_url.empty() ? login.audience : login.auth_url,
        .headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}},
        .body = ports::form_body({{"grant_type", "client_credentials"},
                                  {"client_id", login.client_id},
                                  {"client_assertion", signed_claims},
                                  {"client_assertion_type", kAssertionType},
                                  {"scope", login.scope}})};
  };
}

}  // namespace contactor::gateways::renault
