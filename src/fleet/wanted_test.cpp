#include "fleet/wanted.h"

#include <gtest/gtest.h>

#include "fleet/testing.h"

namespace contactor::fleet {
namespace {

using testing::day_of;
using testing::moment;

Wish a_wish(std::string_view start, std::string_view end) {
  Wish wish;
  wish.requested = true;
  wish.start = parse_day(start);
  wish.end = parse_day(end);
  return wish;
}

bool is_wanted(const Wish& wish, std::string_view at, const Zone& zone = {}) {
  return wanted(wish, zone, moment(at)).active;
}

TEST(Wanted, NobodySaidIsNeitherYesNorNo) {
  const Wanted answer = wanted({}, Zone(), testing::kNow);
  EXPECT_FALSE(answer.decided);
  EXPECT_FALSE(answer.active);
}

// RULINGS T31.
TEST(Wanted, TheFirstDayCountsAndTheEndDayDoesNot) {
  const Wish wish = a_wish("2026-11-01", "2026-11-21");
  EXPECT_FALSE(is_wanted(wish, "2026-10-31T23:59:59.999Z"));
  EXPECT_TRUE(is_wanted(wish, "2026-11-01T00:00:00Z"));
  EXPECT_TRUE(is_wanted(wish, "2026-11-20T23:59:59.999Z"));
  EXPECT_FALSE(is_wanted(wish, "2026-11-21T00:00:00Z"));
}

// RULINGS T32.
TEST(Wanted, AMissingSideIsOpen) {
  EXPECT_TRUE(is_wanted(a_wish("", ""), "2026-11-01T00:00:00Z"));
  EXPECT_TRUE(is_wanted(a_wish("2026-11-01", ""), "2126-11-01T00:00:00Z"));
  EXPECT_TRUE(is_wanted(a_wish("", "2026-11-01"), "1970-01-01T00:00:00Z"));
}

TEST(Wanted, NotRequestedIsNotWantedInsideItsWindowEither) {
  Wish wish = a_wish("2026-11-01", "2026-11-21");
  wish.requested = false;
  const Wanted answer = wanted(wish, Zone(), moment("2026-11-10T00:00:00Z"));
  EXPECT_TRUE(answer.decided);
  EXPECT_FALSE(answer.active);
  EXPECT_TRUE(answer.until.is_never());
}

TEST(Wanted, AWindowThatEndsBeforeItBeginsDecidesNothing) {
  const Wanted answer = wanted(a_wish("2026-11-21", "2026-11-01"), Zone(), moment("2026-11-10T00:00:00Z"));
  EXPECT_FALSE(answer.decided);
  EXPECT_EQ(answer.why, Why::contradictory_window);
}

TEST(Wanted, AWindowWithoutADayIsNeverWanted) {
  for (const char* at : {"2026-11-20T23:59:59Z", "2026-11-21T00:00:00Z", "2026-11-21T12:00:00Z"})
    EXPECT_FALSE(is_wanted(a_wish("2026-11-21", "2026-11-21"), at));
}

TEST(Wanted, TellsWhenTheAnswerMayChange) {
  const Wish wish = a_wish("2026-11-01", "2026-11-21");
  EXPECT_EQ(wanted(wish, Zone(), moment("2026-10-01T00:00:00Z")).until, moment("2026-11-01T00:00:00Z"));
  EXPECT_EQ(wanted(wish, Zone(), moment("2026-11-01T00:00:00Z")).until, moment("2026-11-21T00:00:00Z"));
  EXPECT_TRUE(wanted(wish, Zone(), moment("2026-11-21T00:00:00Z")).until.is_never());
}

// RULINGS T30, O5: each edge is one transition, on the days of a change of the clocks too.
TEST(Wanted, EachEdgeIsOneMomentOnTheDaysWhenClocksChange) {
  const Zone paris = Zone::find("Europe/Paris").value_or(Zone());
  for (const auto& [start, end] :
       {std::pair("2026-03-29", "2026-03-30"), std::pair("2026-10-25", "2026-10-26"),
        std::pair("2027-12-31", "2028-01-01"), std::pair("2028-02-29", "2028-03-01")}) {
    const Wish wish = a_wish(start, end);
    int changes = 0;
    bool before = false;
    const Instant from = moment(std::string(start) + "T00:00:00Z") - std::chrono::hours(12);
    for (Instant at = from; at < from + std::chrono::hours(60); at = at + std::chrono::minutes(15)) {
      const bool now = wanted(wish, paris, at).active;
      changes += now != before;
      before = now;
    }
    EXPECT_EQ(changes, 2) << start;
  }
}

}  // namespace
}  // namespace contactor::fleet
