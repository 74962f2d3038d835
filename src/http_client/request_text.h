#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ports/http.h"

namespace contactor::http_client {

/// Where a URL leads, as parts that stand in the URL's own text.
struct Url {
  bool tls = false;
  std::string_view authority;  ///< host and port as written, for the `Host` header
  std::string_view host;       ///< without brackets
  std::string_view port;       ///< never empty
  std::string_view target;     ///< path and query; `/` where the URL has none
};

/// Reads an absolute http or https URL without user info; a fragment is left away.
/// @errors  invalid: no such URL, or a character that would break the request line.
[[nodiscard]] Result<Url> parse_url(std::string_view url);

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
