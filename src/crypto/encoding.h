#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace contactor::crypto {

/// RFC 4648 with padding, no line breaks.
[[nodiscard]] std::string to_base64(std::string_view bytes);
/// RFC 4648 for URLs, without padding.
[[nodiscard]] std::string to_base64url(std::string_view bytes);
/// Lower case.
[[nodiscard]] std::string to_hex(std::string_view bytes);

/// Strict readers: one text for each value. Blanks, wrong or missing padding, foreign characters and set bits
/// behind the last byte are refused. `from_base64url` takes no padding; `from_hex` takes both cases.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);

}  // namespace contactor::crypto
