#include "gateways/high_mobility/auth.h"

#include "json/json.h"

namespace contactor::gateways::high_mobility {
namespace {

bool blames_credential(const std::string& text) {
  const auto document = json::parse(text, {.bytes = 64 * 1024, .depth = 8});
  if (!document || !document->is_object()) return false;
  const auto words = json::string_at(document->get_object(), "error_description").value_or("");
  return words.contains("client_secret is invalid") || words.contains("client_id is invalid");
}

}  // namespace

oauth::GrantRequest login_request(Login login) {
  return [login = std::move(login)](Instant) -> Result<ports::HttpRequest> {
    return ports::HttpRequest{
        .method = "POST",
        .url = login.auth_url,
        .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
        .body = json::serialize(json::object{{"grant_type", "client_credentials"},
                                             {"client_id", login.client_id},
                                             {"client_secret", login.client_secret.reveal()}})};
  };
}

Result<oauth::Grant> read_login(const ports::HttpResponse& response, Instant now) {
  if (response.status == 400 && blames_credential(response.body))
    return fail(oauth::refused_login(response, "invalid_client", now));
  return oauth::read_token_answer(response, now);
}

}  // namespace contactor::gateways::high_mobility
