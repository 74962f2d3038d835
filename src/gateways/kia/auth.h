#pragma once

#include <string>

#include "base/secret.h"
#include "gateways/oauth/client_credentials.h"

namespace contactor::gateways::kia {

struct Login {
  std::string auth_url;  ///< the whole address of the token endpoint
  std::string client_id;
  Secret client_secret;
};

/// Client credentials, all of them in the form; the answer is that of OAuth.
/// @source  facts of the consent API, `facts/oem.md` 8.1.
[[nodiscard]] oauth::GrantRequest login_request(Login login);

}  // namespace contactor::gateways::kia
