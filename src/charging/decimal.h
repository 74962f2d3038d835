#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace contactor::charging {

/// Reads `7.4`, `-0.0005`, `1.2e3` as a whole number of the last of so many decimals, rounded half to even:
/// `7.4` with three is 7400. What JSON calls a number, and at most 64 characters of it.
/// @return nothing where the text is no such number or leaves 64 bits.
[[nodiscard]] std::optional<std::int64_t> parse_decimal(std::string_view text, int decimals);

/// The shortest text that `parse_decimal` reads back: 7400 with three decimals is `7.4`.
[[nodiscard]] std::string decimal_text(std::int64_t count, int decimals);

}  // namespace contactor::charging
