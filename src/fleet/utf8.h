#pragma once

#include <cstddef>
#include <string_view>

namespace contactor::fleet {

/// How many bytes the well-formed character at the front has (RFC 3629); 0: there is none.
[[nodiscard]] std::size_t character_bytes(std::string_view text);
/// Well-formed, and without control characters.
[[nodiscard]] bool is_plain_text(std::string_view text);

}  // namespace contactor::fleet
