#include "ports/retry_after.h"

#include <algorithm>

namespace contactor::ports {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// However long the number is, it stops growing at the cap.
Millis read_seconds(std::string_view digits) {
  Millis sum{0};
  for (const char c : digits)
    sum = std::min(sum * 10 + std::chrono::seconds(c - '0'), Millis(kRetryAfterMax));
  return sum;
}

}  // namespace

std::optional<Millis> parse_retry_after(std::string_view header, Instant now) {
  const std::string_view text = trim(header);
  if (text.empty()) return std::nullopt;
  if (std::ranges::all_of(text, is_digit)) return read_seconds(text);
  const auto at = parse_http_date(text);
  if (!at) return std::nullopt;
  return std::clamp(*at - now, Millis(0), kRetryAfterMax);
}

}  // namespace contactor::ports
