#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http.h"
#include "base/result.h"

namespace contactor::api {

/// One thing that is wrong with what was sent.
struct Fault {
  std::string pointer;  ///< RFC 6901 into the body, or `?name` for a query parameter
  std::string detail;
};
using Faults = std::vector<Fault>;

/// An error as clients see it. `slug` is stable: scripts branch on `urn:contactor:problem:<slug>`.
struct Problem {
  int status = 500;
  std::string slug;
  std::string title;
  std::string detail;
  Faults errors;
  std::optional<Millis> retry_after;
  std::vector<ports::HttpHeader> headers;  ///< WWW-Authenticate, Allow
};

/// Every kind of error to its status: the one place. Failures of ours say nothing of their inside.
[[nodiscard]] Problem to_problem(const Error& error);
/// 422 with everything that is wrong, not only the first.
[[nodiscard]] Problem validation_problem(Faults faults);
/// RFC 9457; `instance` is the request's id.
[[nodiscard]] Response to_response(const Problem& problem, std::string_view request_id);

[[nodiscard]] Problem malformed_body(std::string detail);
[[nodiscard]] Problem no_such_thing(
    std::string detail = "There is no such thing, or it is not yours to see.");
[[nodiscard]] Problem no_such_route();
[[nodiscard]] Problem method_not_allowed(const std::vector<std::string_view>& allowed);
[[nodiscard]] Problem not_acceptable(std::string_view offered);
[[nodiscard]] Problem unsupported_media_type();
[[nodiscard]] Problem body_too_large();
[[nodiscard]] Problem unauthorized(std::string_view why);
[[nodiscard]] Problem forbidden(std::string_view role);
[[nodiscard]] Problem bad_signature();
[[nodiscard]] Problem key_missing();
[[nodiscard]] Problem key_invalid();
[[nodiscard]] Problem key_reused();
[[nodiscard]] Problem key_in_progress();

}  // namespace contactor::api
