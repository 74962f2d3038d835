#pragma once

#include <string>

#include "gateways/oauth/token_source.h"

namespace contactor::gateways::bmw {

struct Login {
  std::string auth_url;
  std::string client_id;
  std::string username;
  Secret password;
};

/// Cognito's `InitiateAuth` with user name and password.
[[nodiscard]] oauth::GrantRequest login_request(Login login);
/// The IdToken is what the API takes, not the AccessToken.
/// @errors  unauthorized (also where a new password is asked for), rate_limited, unavailable, invalid,
/// protocol.
[[nodiscard]] Result<oauth::Grant> read_login(const ports::HttpResponse& response, Instant now);

}  // namespace contactor::gateways::bmw
