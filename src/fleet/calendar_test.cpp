#include "fleet/calendar.h"

#include <gtest/gtest.h>

#include "fleet/testing.h"

namespace contactor::fleet {
namespace {

using testing::day_of;
using testing::moment;

Zone zone(std::string_view name) {
  const auto found = Zone::find(name);
  EXPECT_TRUE(found) << name;
  return found ? *found : Zone();
}

Millis length(const Zone& zone, std::string_view day) {
  return zone.start_of(day_of(day) + std::chrono::days(1)) - zone.start_of(day_of(day));
}

TEST(Day, IsReadInTheFormsThatPeopleAndProgramsWrite) {
  const Day day = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21);
  for (const char* text :
       {"2026-11-21", "21/11/2026", "21/11/26", "2026-11-21T23:30:00Z", "2026-11-21T00:00:00+02:00"})
    EXPECT_EQ(parse_day(text), day) << text;
  EXPECT_EQ(to_string(day), "2026-11-21");
}

TEST(Day, IsNothingWhereTheCalendarHasNone) {
  for (const char* text :
       {"", "2026-02-29", "2026-13-01", "2026-1-1", "30/02/2026", "11/21/2026", "tomorrow", "2026-11-21x",
        "0000-01-01", "1969-12-31", "2026-11-21 ", "2026/11/21", "21-11-2026", "+026-11-21"})
    EXPECT_EQ(parse_day(text), std::nullopt) << text;
  EXPECT_TRUE(parse_day("2028-02-29"));
}

TEST(Zone, UtcNeedsNoDatabase) {
  EXPECT_EQ(Zone().name(), "UTC");
  EXPECT_EQ(Zone().start_of(day_of("2026-11-21")), moment("2026-11-21T00:00:00Z"));
  EXPECT_EQ(Zone().day_of(moment("2026-11-21T23:59:59.999Z")), day_of("2026-11-21"));
}

TEST(Zone, ADayBeginsWhenItDoesThere) {
  const Zone paris = zone("Europe/Paris");
  EXPECT_EQ(paris.name(), "Europe/Paris");
  EXPECT_EQ(paris.start_of(day_of("2026-11-21")), moment("2026-11-20T23:00:00Z"));
  EXPECT_EQ(paris.day_of(moment("2026-11-20T22:59:59.999Z")), day_of("2026-11-20"));
  EXPECT_EQ(paris.day_of(moment("2026-11-20T23:00:00Z")), day_of("2026-11-21"));
}

// RULINGS T30.
TEST(Zone, DaysOf23And25HoursAreWhole) {
  const Zone paris = zone("Europe/Paris");
  EXPECT_EQ(length(paris, "2026-03-29"), std::chrono::hours(23));
  EXPECT_EQ(length(paris, "2026-10-25"), std::chrono::hours(25));
  EXPECT_EQ(length(paris, "2026-11-21"), std::chrono::hours(24));
}

TEST(Zone, AMidnightThatDoesNotExistIsTheFirstMomentAfterIt) {
  const Zone cairo = zone("Africa/Cairo");
  EXPECT_EQ(cairo.start_of(day_of("2024-04-26")), moment("2024-04-25T22:00:00Z"));
  EXPECT_EQ(cairo.day_of(moment("2024-04-25T22:00:00Z")), day_of("2024-04-26"));
  EXPECT_EQ(length(cairo, "2024-04-26"), std::chrono::hours(23));
}

TEST(Zone, AMidnightThatComesTwiceIsTheFirst) {
  const Zone havana = zone("America/Havana");
  EXPECT_EQ(havana.start_of(day_of("2024-11-03")), moment("2024-11-03T04:00:00Z"));
  EXPECT_EQ(length(havana, "2024-11-03"), std::chrono::hours(25));
}

TEST(Zone, ADayThatWasLeftOutHoldsNoTime) {
  const Zone apia = zone("Pacific/Apia");
  EXPECT_EQ(length(apia, "2011-12-30"), std::chrono::hours(0));
}

TEST(Zone, AnUnknownOneIsAnError) {
  for (const char* name : {"", "Europe/Nowhere", "../../etc/passwd", "CEST+2"}) {
    const auto found = Zone::find(name);
    ASSERT_FALSE(found) << name;
    EXPECT_EQ(found.error().kind, ErrorKind::invalid);
  }
}

}  // namespace
}  // namespace contactor::fleet
