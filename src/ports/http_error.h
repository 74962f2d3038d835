#pragma once

#include <string>
#include <string_view>

#include "ports/http.h"

namespace contactor::ports {

/// What a status that is no success means where the other side says nothing better: 401 and 403 unauthorized,
/// 404 not_found, 408 and 504 timed_out, 409 conflict, 429 rate_limited, other 4xx invalid, other 5xx
/// unavailable, anything else protocol.
[[nodiscard]] ErrorKind kind_of_status(int status);

/// An answer as an error, with its `Retry-After`.
/// @param what  the other side's own words, cut to 200 characters; `applied` is the caller's to say.
[[nodiscard]] Error error_of(const HttpResponse& response, std::string_view origin, std::string_view what,
                             Applied applied, Instant now);

}  // namespace contactor::ports
