#pragma once

#include <string>

#include "base/secret.h"
#include "gateways/oauth/client_credentials.h"
#include "gateways/oauth/token_answer.h"

namespace contactor::gateways::volkswagen {

struct Login {
  std::string auth_url;  ///< base of the login, another host than that of the vehicles
  std::string username;
  Secret password;
};

/// `POST /v1/fdp/login/third-party-system` with name and password as JSON.
/// @source  facts of the fleet interface, `facts/oem.md` 7.1.
[[nodiscard]] oauth::GrantRequest login_request(Login login);
/// Reads `{"value","expiration"}`: the token, and until when it lives.
/// @errors  as `oauth::read_token_answer`.
[[nodiscard]] Result<oauth::Grant> read_login(const ports::HttpResponse& response, Instant now);

}  // namespace contactor::gateways::volkswagen
