#pragma once

#include <string>

#include "gateways/oauth/token_source.h"
#include "ports/timekeeper.h"

namespace contactor::gateways::renault {

struct Login {
  std::string auth_url;  ///< empty: the audience is the endpoint
  std::string audience;
  std::string client_id;
  std::string key_id;
  std::string scope;
  Secret private_key;  ///< PEM, of the PKCS#12 container
};

/// Signs in by an assertion (RFC 7523, RS256) that lives five minutes and is used once.
/// @param entropy  outlives the request; makes each assertion's `jti` its own.
[[nodiscard]] oauth::GrantRequest assertion_grant(Login login, ports::Entropy& entropy);
/// The assertion alone. @errors  invalid: the key cannot sign.
[[nodiscard]] Result<std::string> assertion(const Login& login, std::string_view jti, Instant now);

}  // namespace contactor::gateways::renault
