#pragma once

#include "base/result.h"
#include "base/secret.h"
#include "ports/http.h"

namespace contactor::gateways::oauth {

/// What a token endpoint granted.
struct Grant {
  Secret access_token;
  Millis lifetime{0};  ///< clamped to 5 s..24 h; 5 min where the endpoint does not say
};

/// Reads the answer of a token endpoint.
/// @errors  unauthorized (the credential is refused), invalid (the request is), rate_limited, unavailable,
/// protocol;
///          `applied` is always no: no token was had, so nothing was done with one.
/// @source  RFC 6749, sections 5.1 and 5.2.
[[nodiscard]] Result<Grant> read_token_answer(const ports::HttpResponse& response, Instant now);

}  // namespace contactor::gateways::oauth
