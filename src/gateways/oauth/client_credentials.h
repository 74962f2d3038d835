#pragma once

#include <functional>
#include <string>

#include "base/secret.h"
#include "ports/http.h"

namespace contactor::gateways::oauth {

/// Builds the request for a new token. Called for each login, with the current time.
using GrantRequest = std::move_only_function<Result<ports::HttpRequest>(Instant now)>;

struct ClientCredentials {
  std::string token_url;
  std::string client_id;
  Secret client_secret;
  std::string scope;  ///< left out where empty
};

/// RFC 6749 section 4.4: form body, HTTP basic authentication.
[[nodiscard]] GrantRequest client_credentials(ClientCredentials credentials);

}  // namespace contactor::gateways::oauth
