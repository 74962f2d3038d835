#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"
#include "gateways/oauth/client_credentials.h"

namespace contactor::gateways::fcm {

/// What a service account's JSON file says of itself.
struct ServiceAccount {
  std::string project_id;
  std::string client_email;
  std::string private_key_id;
  Secret private_key;
  std::string token_uri;
};

/// Reads the file's text; the key is tried, so that a broken one is found at the start and not at the first
/// message.
/// @errors  invalid, naming the member that is missing.
[[nodiscard]] Result<ServiceAccount> parse_service_account(std::string_view text);

/// Signs in with an assertion of five minutes (RFC 7523), for sending messages only.
[[nodiscard]] oauth::GrantRequest service_account_grant(ServiceAccount account);

}  // namespace contactor::gateways::fcm
