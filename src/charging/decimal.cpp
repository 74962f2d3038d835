#include "charging/decimal.h"

#include <charconv>

#include <fmt/format.h>

namespace contactor::charging {
namespace {

constexpr std::size_t kCharactersMax = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes the digits at the front away.
std::string_view take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  const auto digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

struct Parts {
  bool negative = false;
  std::string digits;  ///< of the whole part and the fraction, without a point
  int point = 0;       ///< so many of them stand before it; may lie outside of them
};

std::optional<int> take_exponent(std::string_view& text) {
  if (text.empty() || (text[0] != 'e' && text[0] != 'E')) return 0;
  text.remove_prefix(1);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const auto digits = take_digits(text);
  if (digits.empty() || digits.size() > 3) return std::nullopt;
  int exponent = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  return negative ? -exponent : exponent;
}

std::optional<Parts> split(std::string_view text) {
  if (text.size() > kCharactersMax) return std::nullopt;
  Parts parts;
  parts.negative = text.starts_with('-');
  if (parts.negative) text.remove_prefix(1);
  const auto whole = take_digits(text);
  if (whole.empty() || (whole.size() > 1 && whole[0] == '0')) return std::nullopt;
  parts.digits = whole;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const auto fraction = take_digits(text);
    if (fraction.empty()) return std::nullopt;
    parts.digits += fraction;
  }
  const auto exponent = take_exponent(text);
  if (!exponent || !text.empty()) return std::nullopt;
  parts.point = static_cast<int>(whole.size()) + *exponent;
  return parts;
}

/// Does what is cut off round the magnitude up? Half goes to the even neighbour.
bool rounds_up(std::string_view rest, bool odd) {
  if (rest.empty() || rest[0] < '5') return false;
  if (rest[0] > '5' || rest.find_first_not_of('0', 1) != std::string_view::npos) return true;
  return odd;
}

}  // namespace

std::optional<std::int64_t> parse_decimal(std::string_view text, int decimals) {
  auto parts = split(text);
  if (!parts) return std::nullopt;
  const auto significant = std::min(parts->digits.find_first_not_of('0'), parts->digits.size());
  parts->digits.erase(0, significant);
  if (parts->digits.empty()) return 0;
  const int kept = parts->point - static_cast<int>(significant) + decimals;
  if (kept > 19) return std::nullopt;
  if (kept < 0) return 0;
  const auto count = static_cast<std::size_t>(kept);
  if (parts->digits.size() < count) parts->digits.append(count - parts->digits.size(), '0');
  unsigned __int128 magnitude = 0;
  for (std::size_t i = 0; i < count; ++i)
    magnitude = magnitude * 10 + static_cast<unsigned>(parts->digits[i] - '0');
  if (rounds_up(std::string_view(parts->digits).substr(count), magnitude % 2 != 0)) ++magnitude;
  const unsigned __int128 limit = static_cast<std::uint64_t>(INT64_MAX) + (parts->negative ? 1u : 0u);
  if (magnitude > limit) return std::nullopt;
  const auto bits = static_cast<std::uint64_t>(magnitude);
  return static_cast<std::int64_t>(parts->negative ? 0 - bits : bits);
}

std::string decimal_text(std::int64_t count, int decimals) {
  const bool negative = count < 0;
  std::string digits =
      std::to_string(negative ? 0 - static_cast<std::uint64_t>(count) : static_cast<std::uint64_t>(count));
  const auto fraction = static_cast<std::size_t>(decimals);
  if (digits.size() <= fraction) digits.insert(0, fraction + 1 - digits.size(), '0');
  if (fraction > 0) {
    digits.insert(digits.size() - fraction, 1, '.');
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.back() == '.') digits.pop_back();
  }
  return negative ? "-" + digits : digits;
}

}  // namespace contactor::charging
