#include "gateways/stellantis/auth.h"

#include "json/json.h"

namespace contactor::gateways::stellantis {
namespace {

constexpr Millis kTokenLife = std::chrono::days(14) - std::chrono::hours(1);

}  // namespace

oauth::GrantRequest login_request(Login login) {
  if (login.base_url.ends_with('/')) login.base_url.pop_back();
  return [login = std::move(login)](Instant) -> Result<ports::HttpRequest> {
    return ports::HttpRequest{
        .method = "POST",
        .url = login.base_url + "/api/auth/login",
        .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
        .body = json::serialize(json::object{{"email", login.email}, {"password", login.password.reveal()}})};
  };
}

Result<oauth::Grant> read_login(const ports::HttpResponse& response, Instant now) {
  if (response.status != 200 && response.status != 201)
    return fail(oauth::refused_login(response, response.status == 400 ? "invalid_client" : "", now));
  const auto document = json::parse(response.body, {.bytes = 64 * 1024, .depth = 8});
  const auto* body = document ? document->if_object() : nullptr;
  if (body == nullptr)
    return fail(ErrorKind::protocol, "stellantis", "the login's answer is not a JSON object");
  return oauth::checked_grant(std::string(json::string_at(*body, "authToken").value_or("")), kTokenLife);
}

}  // namespace contactor::gateways::stellantis
