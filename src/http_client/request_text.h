#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "ports/http.h"
#include "ports/url.h"

namespace contactor::http_client {

using ports::parse_url;
using ports::Url;

/// Refuses what would change the framing of the request: line breaks, and headers that the client itself
/// sets.
/// @errors  invalid.
[[nodiscard]] Status check_headers(const ports::HttpRequest& request);

/// Appends the bytes of an HTTP/1.1 request. Both checks above must have passed.
void append_request(std::string& out, const ports::HttpRequest& request, const Url& url,
                    std::string_view user_agent);

/// Whether a `Content-Length` is sent for a request without body: servers wait for one where a body is usual.
[[nodiscard]] bool announces_body(const ports::HttpRequest& request);

/// Compares header names: ASCII letters in any case.
[[nodiscard]] bool same_name(std::string_view a, std::string_view b);

}  // namespace contactor::http_client
