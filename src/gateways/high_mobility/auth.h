#pragma once

#include <string>

#include "base/secret.h"
#include "gateways/oauth/client_credentials.h"
#include "gateways/oauth/token_answer.h"

namespace contactor::gateways::high_mobility {

struct Login {
  std::string auth_url;  ///< the whole address of the token endpoint
  std::string client_id;
  Secret client_secret;
};

/// `POST /v1/access_tokens`: client credentials as JSON.
/// @source  hm-oauth-rest-v1.yml.
[[nodiscard]] oauth::GrantRequest login_request(Login login);
/// As `oauth::read_token_answer`, and a 400 that blames id or secret is a refused credential.
[[nodiscard]] Result<oauth::Grant> read_login(const ports::HttpResponse& response, Instant now);

}  // namespace contactor::gateways::high_mobility
