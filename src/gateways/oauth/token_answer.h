#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

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

using GrantReader = std::function<Result<Grant>(const ports::HttpResponse&, Instant now)>;

/// A grant whose text and lifetime have been found elsewhere, checked as those of OAuth are.
/// @param lifetime  nothing: not said. @errors  protocol: the token cannot stand in a header.
[[nodiscard]] Result<Grant> checked_grant(std::string token, std::optional<Millis> lifetime);

/// What a login that did not answer 200 means. `code` is the endpoint's own word for it, in the words of
/// OAuth where it has others: "invalid_client" says that the credential is refused.
[[nodiscard]] Error refused_login(const ports::HttpResponse& response, std::string_view code, Instant now);

}  // namespace contactor::gateways::oauth
