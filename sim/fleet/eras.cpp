#include "fleet/eras.h"

namespace contactor::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr fleet::Day day(int year, unsigned month, unsigned number) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                               std::chrono::day(number));
}
constexpr Instant at(fleet::Day date, Millis time) {
  return Instant::from_millis(date.time_since_epoch().count() * Millis(hours(24)).count()) + time;
}
constexpr ZoneRule fixed(std::string_view name, Millis distance) {
  return {name, distance, distance, Instant::never()};
}
constexpr ZoneRule moving(std::string_view name, Millis before, Millis after, Instant when) {
  return {name, before, after, when};
}
constexpr Era era(std::string_view name, fleet::Day first, std::array<ZoneRule, 3> zones) {
  return {name, at(first, hours(6)), first, zones};
}

constexpr Instant kEuropeSpring = at(day(2026, 3, 29), hours(1));
constexpr Instant kEuropeAutumn = at(day(2026, 10, 25), hours(1));
constexpr std::array kEras{
    era("the day of 23 hours", day(2026, 3, 28),
        {fixed("UTC", hours(0)), moving("Europe/Paris", hours(1), hours(2), kEuropeSpring),
         moving("Europe/London", hours(0), hours(1), kEuropeSpring)}),
    era("the day of 25 hours", day(2026, 10, 24),
        {fixed("Asia/Kolkata", minutes(330)), moving("Europe/Paris", hours(2), hours(1), kEuropeAutumn),
         moving("Europe/Helsinki", hours(3), hours(2), kEuropeAutumn)}),
    era("the day of 25 hours in America", day(2026, 10, 31),
        {fixed("UTC", hours(0)),
         moving("America/New_York", hours(-4), hours(-5), at(day(2026, 11, 1), hours(6))),
         moving("America/Los_Angeles", hours(-7), hours(-8), at(day(2026, 11, 1), hours(9)))}),
    era("the day of 23 and a half hours", day(2026, 10, 3),
        {fixed("Asia/Tokyo", hours(9)),
         moving("Australia/Lord_Howe", minutes(630), hours(11), at(day(2026, 10, 3), minutes(930))),
         moving("Australia/Sydney", hours(10), hours(11), at(day(2026, 10, 3), hours(16)))}),
    era("the leap day", day(2028, 2, 28),
        {fixed("UTC", hours(0)), fixed("Asia/Tokyo", hours(9)), fixed("Pacific/Honolulu", hours(-10))}),
    era("the year's end", day(2026, 12, 31),
        {fixed("Europe/Paris", hours(1)), fixed("Pacific/Auckland", hours(13)),
         fixed("Pacific/Honolulu", hours(-10))}),
};

}  // namespace

Instant ZoneRule::start_of(fleet::Day day) const {
  const Instant midnight = at(day, Millis(0));
  const Instant early = midnight - before;
  return early < changes_at ? early : midnight - after;
}

std::span<const Era> all_eras() { return kEras; }

}  // namespace contactor::sim
