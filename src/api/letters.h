#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/http.h"
#include "api/principal.h"
#include "base/result.h"

namespace contactor::api {

/// A request as one node hands it to the one that must answer it: who asks is known by then, and their access
/// token stays behind.
struct Forwarded {
  Request request;
  std::optional<Principal> who;  ///< empty on open routes
};

/// As a line of JSON and the body as it is. Members that a reader does not know are passed over, so that two
/// adjacent versions understand each other.
[[nodiscard]] std::string write_letter(const Forwarded& forwarded);
[[nodiscard]] std::string write_letter(const Response& response);
/// @errors  protocol: that was written by nobody of ours.
[[nodiscard]] Result<Forwarded> read_request_letter(std::string_view letter);
[[nodiscard]] Result<Response> read_response_letter(std::string_view letter);

}  // namespace contactor::api
