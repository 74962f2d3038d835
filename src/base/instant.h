#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace contactor {

using Millis = std::chrono::milliseconds;

/// A moment in UTC with millisecond resolution. The core never asks a clock: moments are handed to it.
class Instant {
 public:
  constexpr Instant() = default;
  [[nodiscard]] static constexpr Instant from_millis(std::int64_t millis) { return Instant(millis); }
  [[nodiscard]] static constexpr Instant never() { return Instant(INT64_MAX); }

  [[nodiscard]] constexpr std::int64_t millis() const { return millis_; }
  [[nodiscard]] constexpr bool is_never() const { return millis_ == INT64_MAX; }

  friend constexpr auto operator<=>(Instant, Instant) = default;
  friend constexpr Millis operator-(Instant a, Instant b) { return Millis(a.millis_ - b.millis_); }
  friend constexpr Instant operator+(Instant a, Millis d) { return a.is_never() ? a : Instant(a.millis_ + d.count()); }
  friend constexpr Instant operator-(Instant a, Millis d) { return a.is_never() ? a : Instant(a.millis_ - d.count()); }

 private:
  constexpr explicit Instant(std::int64_t millis) : millis_(millis) {}
  std::int64_t millis_ = 0;
};

/// RFC 3339 in UTC with milliseconds: `2026-11-21T06:38:14.000Z`.
[[nodiscard]] std::string to_rfc3339(Instant at);
/// Reads RFC 3339 with `Z` or a numeric offset and up to nine fraction digits; years 1970 to 9999.
[[nodiscard]] std::optional<Instant> parse_rfc3339(std::string_view text);
/// Reads `Retry-After` and `Date` headers: `Sun, 06 Nov 1994 08:49:37 GMT`.
[[nodiscard]] std::optional<Instant> parse_http_date(std::string_view text);
/// Reads `250ms 30s 5m 1h 7d`; a number needs its unit. Negative and overflowing values are refused.
[[nodiscard]] std::optional<Millis> parse_duration(std::string_view text);
/// Writes the shortest exact form that parse_duration reads back: `90s` as `90s`, `900s` as `15m`.
[[nodiscard]] std::string to_duration_text(Millis duration);

}  // namespace contactor
