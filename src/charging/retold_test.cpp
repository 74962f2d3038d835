#include "charging/retold.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "charging/sessions_testing.h"

namespace contactor::charging {
namespace {

using testing::at_minute;

ChargingEvent told_by(std::string provider, double from, double until) {
  ChargingEvent event;
  event.id = IdOf<ChargingEvent>("evt_" + provider + std::to_string(static_cast<int>(from)));
  event.provider = std::move(provider);
  event.vin = *Vin::parse("WBA00000000000001");
  event.started_at = at_minute(from);
  event.ended_at = at_minute(until);
  return event;
}

TEST(Retold, TheFirstNameStandsForAllAndOrderDoesNotMatter) {
  std::vector<ChargingEvent> events{told_by("c", 5, 50), told_by("a", 0, 60), told_by("b", 10, 40),
                                    told_by("b", 70, 80)};
  std::ranges::sort(events, {}, &ChargingEvent::id);
  do {
    auto linked = events;
    link_tellings(linked, at_minute(1000));
    for (const ChargingEvent& event : linked) {
      const bool is_retold = event.provider != "a" && event.started_at < at_minute(60);
      EXPECT_EQ(event.same_as.has_value(), is_retold) << event.id.str();
      if (is_retold) {
        EXPECT_EQ(event.same_as->str(), "evt_a0");
      }
    }
  } while (std::ranges::next_permutation(events, {}, &ChargingEvent::id).found);
}

TEST(Retold, ALinkGoesWhenTheOtherTellingGoes) {
  std::vector<ChargingEvent> events{told_by("b", 0, 60), told_by("a", 0, 60)};
  link_tellings(events, at_minute(1000));
  EXPECT_TRUE(events[0].same_as);
  events[1].quarantined = true;
  link_tellings(events, at_minute(1000));
  EXPECT_FALSE(events[0].same_as);
}

TEST(Retold, AnOpenSessionLastsUntilNow) {
  std::vector<ChargingEvent> events{told_by("a", 0, 60), told_by("b", 100, 160)};
  events[0].ended_at.reset();
  link_tellings(events, at_minute(90));
  EXPECT_FALSE(events[1].same_as);
  link_tellings(events, at_minute(200));
  EXPECT_TRUE(events[1].same_as);
}

}  // namespace
}  // namespace contactor::charging
