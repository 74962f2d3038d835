#include "base/instant.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace contactor {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr Instant kEndOfYears = Instant::from_millis(253'402'300'800'000);  // 10000-01-01T00:00:00Z

/// Reads exactly `digits` decimal digits at `at`; -1 where there are none.
int read_digits(std::string_view text, std::size_t at, std::size_t digits) {
  if (at + digits > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::optional<Instant> from_civil(int year, int month, int day, int hour, int minute, int second, int millis) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  // Second 60 is a leap second: RFC 3339 allows it, and it is folded into the next second.
  if (!date.ok() || year < 1970 || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::int64_t day_count = sys_days(date).time_since_epoch().count();
  const std::int64_t seconds = ((day_count * 24 + hour) * 60 + minute) * 60 + second;
  return Instant::from_millis(seconds * 1000 + millis);
}

/// Reads `.123456789` at `at` and moves `at` behind it; milliseconds, the rest is cut off.
std::optional<int> read_fraction(std::string_view text, std::size_t& at) {
  if (at >= text.size() || text[at] != '.') return 0;
  const std::size_t first = ++at;
  int millis = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
    if (at - first < 3) millis = millis * 10 + (text[at] - '0');
  const std::size_t digits = at - first;
  if (digits == 0 || digits > 9) return std::nullopt;
  for (std::size_t i = digits; i < 3; ++i) millis *= 10;
  return millis;
}

/// Reads `Z` or `+hh:mm` to the end of the text; minutes east of UTC.
std::optional<int> read_offset(std::string_view text, std::size_t at) {
  if (at + 1 == text.size() && (text[at] == 'Z' || text[at] == 'z')) return 0;
  if (at + 6 != text.size() || (text[at] != '+' && text[at] != '-') || text[at + 3] != ':') return std::nullopt;
  const int hours = read_digits(text, at + 1, 2);
  const int minutes = read_digits(text, at + 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  return (text[at] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

struct DurationUnit {
  std::string_view name;
  std::int64_t millis;
};
constexpr std::array<DurationUnit, 5> kUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

}  // namespace

std::string to_rfc3339(Instant at) {
  const std::chrono::sys_time<Millis> point{Millis(at.millis())};
  const auto day = std::chrono::floor<days>(point);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(point - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') ||
      text[13] != ':' || text[16] != ':')
    return std::nullopt;
  const std::array<int, 6> part{read_digits(text, 0, 4),  read_digits(text, 5, 2),  read_digits(text, 8, 2),
                                read_digits(text, 11, 2), read_digits(text, 14, 2), read_digits(text, 17, 2)};
  for (const int value : part)
    if (value < 0) return std::nullopt;
  std::size_t at = 19;
  const auto millis = read_fraction(text, at);
  if (!millis) return std::nullopt;
  const auto offset = read_offset(text, at);
  if (!offset) return std::nullopt;
  const auto local = from_civil(part[0], part[1], part[2], part[3], part[4], part[5], *millis);
  if (!local) return std::nullopt;
  // An offset or a leap second may lead past both ends, to where a time has no text any more.
  const Instant at_utc = *local - std::chrono::minutes(*offset);
  return at_utc >= Instant() && at_utc < kEndOfYears ? std::optional(at_utc) : std::nullopt;
}

std::optional<Instant> parse_http_date(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT" || text[7] != ' ' ||
      text[11] != ' ' || text[16] != ' ' || text[19] != ':' || text[22] != ':')
    return std::nullopt;
  const std::size_t month = kMonths.find(text.substr(8, 3));
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  const int year = read_digits(text, 12, 4);
  const int day = read_digits(text, 5, 2);
  const int hour = read_digits(text, 17, 2);
  const int minute = read_digits(text, 20, 2);
  const int second = read_digits(text, 23, 2);
  if (year < 0 || day < 0 || hour < 0 || minute < 0 || second < 0) return std::nullopt;
  const auto at = from_civil(year, static_cast<int>(month / 3) + 1, day, hour, minute, second, 0);
  return at && *at < kEndOfYears ? at : std::nullopt;
}

std::optional<Millis> parse_duration(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0) return std::nullopt;
  const std::string_view unit_name(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const auto& unit : kUnits) {
    if (unit.name != unit_name) continue;
    if (number > INT64_MAX / unit.millis) return std::nullopt;
    return Millis(number * unit.millis);
  }
  return std::nullopt;
}

std::string to_duration_text(Millis duration) {
  for (const auto& unit : kUnits)
    if (duration.count() != 0 && duration.count() % unit.millis == 0)
      return fmt::format("{}{}", duration.count() / unit.millis, unit.name);
  return "0s";
}

}  // namespace contactor
