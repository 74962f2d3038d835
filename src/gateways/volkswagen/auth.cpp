#include "gateways/volkswagen/auth.h"

#include "gateways/volkswagen/endpoints.h"
#include "json/json.h"

namespace contactor::gateways::volkswagen {
namespace {

constexpr json::Limits kLimits{.bytes = 64 * 1024, .depth = 8};

/// Nothing where the endpoint does not say, or says something that is no time.
std::optional<Millis> lifetime_of(const json::object& body, Instant now) {
  const auto expires_at = parse_rfc3339(json::string_at(body, "expiration").value_or(""));
  if (!expires_at) return std::nullopt;
  return *expires_at - now;
}

}  // namespace

oauth::GrantRequest login_request(Login login) {
  return [login = std::move(login)](Instant) -> Result<ports::HttpRequest> {
    return ports::HttpRequest{
        .method = "POST",
        .url = url_of(login.auth_url, "login/third-party-system"),
        .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
        .body = json::serialize(
            json::object{{"username", login.username}, {"password", login.password.reveal()}})};
  };
}

Result<oauth::Grant> read_login(const ports::HttpResponse& response, Instant now) {
  if (response.status != 200) return fail(oauth::refused_login(response, "", now));
  const auto document = json::parse(response.body, kLimits);
  if (!document || !document->is_object())
    return fail(ErrorKind::protocol, "volkswagen", "the login's answer is not a JSON object");
  const auto& body = document->get_object();
  return oauth::checked_grant(std::string(json::string_at(body, "value").value_or("")),
                              lifetime_of(body, now));
}

}  // namespace contactor::gateways::volkswagen
