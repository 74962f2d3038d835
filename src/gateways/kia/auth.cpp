#include "gateways/kia/auth.h"

#include "ports/url_encoding.h"

namespace contactor::gateways::kia {

oauth::GrantRequest login_request(Login login) {
  return [login = std::move(login)](Instant) -> Result<ports::HttpRequest> {
    return ports::HttpRequest{
        .method = "POST",
        .url = login.auth_url,
        .headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}},
        .body = ports::form_body({{"grant_type", "client_credentials"},
                                  {"client_id", login.client_id},
                                  {"client_secret", login.client_secret.reveal()},
                                  {"scope", "external-server-prod/default"}})};
  };
}

}  // namespace contactor::gateways::kia
