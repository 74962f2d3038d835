#include "fleet/calendar.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <stdexcept>

namespace contactor::fleet {
namespace {

using Ymd = std::chrono::year_month_day;

std::optional<unsigned> number(std::string_view digits) {
  unsigned value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

std::optional<Day> day(std::optional<unsigned> year, std::optional<unsigned> month,
                       std::optional<unsigned> of_month) {
  if (!year || !month || !of_month) return std::nullopt;
  const Ymd date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                 std::chrono::day(*of_month)};
  // The moments of a day must be ones that can be written down: years 1970 to 9999.
  if (!date.ok() || *year < 1970) return std::nullopt;
  return Day(date);
}

/// `2026-11-21`, and a moment of that day behind it.
std::optional<Day> iso_day(std::string_view text) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  if (text.size() > 10 && !parse_rfc3339(text)) return std::nullopt;
  return day(number(text.substr(0, 4)), number(text.substr(5, 2)), number(text.substr(8, 2)));
}

/// `21/11/2026` and `21/11/26`: the day stands first.
std::optional<Day> slashed_day(std::string_view text) {
  if ((text.size() != 10 && text.size() != 8) || text[2] != '/' || text[5] != '/') return std::nullopt;
  auto year = number(text.substr(6));
  if (year && text.size() == 8) *year += 2000;
  return day(year, number(text.substr(3, 2)), number(text.substr(0, 2)));
}

const date::time_zone* zone_of(const void* zone) { return static_cast<const date::time_zone*>(zone); }

// `date` counts its local days in a clock of its own; both begin at 1970.
date::local_days local(Day day) { return date::local_days(date::days(day.time_since_epoch().count())); }

Instant utc_start(Day day) { return Instant::from_millis(Millis(day.time_since_epoch()).count()); }

Day utc_day(Instant at) {
  return std::chrono::floor<std::chrono::days>(std::chrono::sys_time<Millis>(Millis(at.millis())));
}

}  // namespace

std::optional<Day> parse_day(std::string_view text) {
  if (const auto iso = iso_day(text)) return iso;
  return slashed_day(text);
}

std::string to_string(Day day) {
  const Ymd date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

Zone::Zone() = default;

Result<Zone> Zone::find(std::string_view name) {
  Zone zone;
  if (name == "UTC") return zone;
  try {
    zone.zone_ = date::locate_zone(name);
    // Its file is read at the first question, which must not be one that cannot fail.
    static_cast<void>(zone.start_of(Day()));
    return zone;
  } catch (const std::exception&) {
    return fail(ErrorKind::invalid, "calendar",
                fmt::format("no time zone \"{}\" in this machine's zone database (package tzdata); "
                            "names are like \"Europe/Paris\"",
                            name.substr(0, 64)));
  }
}

std::string Zone::name() const { return zone_ == nullptr ? "UTC" : zone_of(zone_)->name(); }

Instant Zone::start_of(Day day) const {
  if (zone_ == nullptr) return utc_start(day);
  // A midnight that does not exist becomes the end of the gap; of one that comes twice the first counts.
  const auto start = zone_of(zone_)->to_sys(local(day), date::choose::earliest);
  return Instant::from_millis(std::chrono::duration_cast<Millis>(start.time_since_epoch()).count());
}

Day Zone::day_of(Instant at) const {
  if (zone_ == nullptr) return utc_day(at);
  const auto there = zone_of(zone_)->to_local(date::sys_time<Millis>(Millis(at.millis())));
  return Day(std::chrono::days(date::floor<date::days>(there).time_since_epoch().count()));
}

}  // namespace contactor::fleet
