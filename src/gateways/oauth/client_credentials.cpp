#include "gateways/oauth/client_credentials.h"

#include "crypto/encoding.h"
#include "ports/url_encoding.h"

namespace contactor::gateways::oauth {
namespace {

/// Both halves are encoded first (RFC 6749, section 2.3.1), so that a colon in the id stays in the id.
std::string basic(const ClientCredentials& credentials) {
  return "Basic " + crypto::to_base64(ports::percent_encode(credentials.client_id) + ":" +
                                      ports::percent_encode(credentials.client_secret.reveal()));
}

}  // namespace

GrantRequest client_credentials(ClientCredentials credentials) {
  return [credentials = std::move(credentials)](Instant) -> Result<ports::HttpRequest> {
    const auto body =
        credentials.scope.empty()
            ? ports::form_body({{"grant_type", "client_credentials"}})
            : ports::form_body({{"grant_type", "client_credentials"}, {"scope", credentials.scope}});
    return ports::HttpRequest{.method = "POST",
                              .url = credentials.token_url,
                              .headers = {{"Authorization", basic(credentials)},
                                          {"Content-Type", "application/x-www-form-urlencoded"},
                                          {"Accept", "application/json"}},
                              .body = body};
  };
}

}  // namespace contactor::gateways::oauth
