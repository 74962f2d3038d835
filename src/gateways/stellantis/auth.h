#pragma once

#include <string>

#include "gateways/oauth/token_source.h"

namespace contactor::gateways::stellantis {

struct Login {
  std::string base_url;
  std::string email;
  Secret password;
};

/// `POST /api/auth/login`.
[[nodiscard]] oauth::GrantRequest login_request(Login login);
/// The answer does not say how long the token lives: 14 days less a margin, and no longer than any token is
/// kept here. A 401 renews it.
/// @errors  unauthorized (400 as well: it names nothing but the credential), rate_limited, unavailable,
/// protocol.
[[nodiscard]] Result<oauth::Grant> read_login(const ports::HttpResponse& response, Instant now);

}  // namespace contactor::gateways::stellantis
