#pragma once

#include <string_view>

#include "base/result.h"

namespace contactor::ports {

/// Where a URL leads, as parts that stand in the URL's own text.
struct Url {
  bool tls = false;
  std::string_view authority;  ///< host and port as written, for the `Host` header
  std::string_view host;       ///< without brackets, as written
  std::string_view port;       ///< never empty
  std::string_view target;     ///< path and query; `/` where the URL has none
};

/// Reads an absolute http or https URL without user info; a fragment is left away.
/// @errors  invalid: no such URL, or a character that would break the request line.
[[nodiscard]] Result<Url> parse_url(std::string_view url);

}  // namespace contactor::ports
