#pragma once

#include <optional>
#include <string_view>

#include "base/instant.h"

namespace contactor::ports {

inline constexpr Millis kRetryAfterMax = std::chrono::days(7);

/// Reads `Retry-After`: seconds or an HTTP date.
/// @return  how long to wait, from zero (a date in the past) to seven days; nothing where the text is empty
/// or senseless.
/// @source  RFC 9110, section 10.2.3.
[[nodiscard]] std::optional<Millis> parse_retry_after(std::string_view header, Instant now);

}  // namespace contactor::ports
