#include "fleet/alerts.h"

#include <gtest/gtest.h>

#include "fleet/testing.h"

namespace contactor::fleet {
namespace {

using namespace testing;
using std::chrono::days;

std::vector<AlertKind> kinds(const Vehicle& vehicle, std::string_view make) {
  std::vector<AlertKind> found;
  for (const Alert& alert : alerts_of(vehicle, make, kNow, days(3))) found.push_back(alert.kind);
  return found;
}
using Kinds = std::vector<AlertKind>;

TEST(Alerts, AnUnmappedVehicleIsNamedAndNothingIsSaidOfOneThatIsFine) {
  Vehicle vehicle = a_vehicle(Standing::active);
  EXPECT_EQ(kinds(vehicle, "bmw"), Kinds{});
  vehicle.oem.reset();
  EXPECT_EQ(kinds(vehicle, ""), Kinds{AlertKind::unmapped});
}

TEST(Alerts, ABlockIsToldWithItsReason) {
  Vehicle vehicle = a_vehicle(Standing::refused);
  vehicle.cloud.reason = "not_eligible";
  EXPECT_EQ(kinds(vehicle, "kia"), Kinds{}) << "it is tried again";
  vehicle.blocked = true;
  EXPECT_EQ(alerts_of(vehicle, "kia", kNow, days(3)).at(0).about, "not_eligible");
  vehicle.cloud.reason = "make_not_served";
  EXPECT_EQ(kinds(vehicle, "nissan"), Kinds{AlertKind::make_not_served});
}

TEST(Alerts, ASilentCloudIsToldOfAfterItsTime) {
  Vehicle vehicle = a_vehicle(Standing::pending);
  vehicle.accepted_at = kNow - days(3);
  EXPECT_EQ(kinds(vehicle, "kia"), Kinds{});
  vehicle.accepted_at = kNow - days(4);
  EXPECT_EQ(kinds(vehicle, "kia"), Kinds{AlertKind::silent});
}

// RULINGS T52.
TEST(Alerts, ModelsMatterWhereAStateOfHealthIsComputed) {
  Vehicle vehicle = a_vehicle(Standing::active);
  EXPECT_EQ(kinds(vehicle, "mercedes-benz"), Kinds{AlertKind::model_missing});
  EXPECT_EQ(kinds(vehicle, "volvo"), Kinds{});
  vehicle.model_id = 7;
  EXPECT_EQ(kinds(vehicle, "mercedes-benz"), Kinds{});
  vehicle.model_by_hand = true;
  EXPECT_EQ(kinds(vehicle, "mercedes-benz"), Kinds{AlertKind::model_by_hand});
  EXPECT_EQ(alerts_of(vehicle, "ford", kNow, days(3)).at(0).about, "7");
  vehicle.status = false;
  EXPECT_EQ(kinds(vehicle, "mercedes-benz"), Kinds{});
}

Alert an_alert(AlertKind kind, int number = 1) {
  return {.kind = kind,
          .vin = a_vin(fmt::format("KNA{:014}", number)),
          .about = "7",
          .oem = Oem::kia,
          .raised_at = kNow,
          .told_at = {},
          .ended_at = {}};
}

// RULINGS T52.
TEST(AlertMessage, TellsWhatIsNewOnceAndRemindsOfWhatLasts) {
  std::vector<Alert> alerts{an_alert(AlertKind::refused)};
  const std::string text = message_of(alerts, false);
  EXPECT_NE(text.find("KNA**********0001 (7)"), std::string::npos) << text;
  alerts[0].told_at = kNow;
  EXPECT_EQ(message_of(alerts, false), "");
  EXPECT_NE(message_of(alerts, true).find("KNA**********0001"), std::string::npos);
  alerts[0].ended_at = kNow;
  EXPECT_EQ(message_of(alerts, true), "");
  EXPECT_EQ(message_of({}, false), "");
}

TEST(AlertMessage, AModelEnteredByHandIsToldExactlyOnce) {
  std::vector<Alert> alerts{an_alert(AlertKind::model_by_hand)};
  EXPECT_NE(message_of(alerts, false), "");
  alerts[0].told_at = kNow;
  EXPECT_EQ(message_of(alerts, false), "");
  EXPECT_EQ(message_of(alerts, true), "");
}

TEST(AlertMessage, NamesAtMostTwentyOfEachKindAndCountsTheRest) {
  std::vector<Alert> alerts;
  for (int i = 0; i < 25; ++i) alerts.push_back(an_alert(AlertKind::unmapped, i));
  const std::string text = message_of(alerts, false);
  EXPECT_NE(text.find("25 vehicles"), std::string::npos);
  EXPECT_NE(text.find("and 5 more"), std::string::npos);
  EXPECT_EQ(text.find("0020"), std::string::npos);
}

TEST(AlertMessage, EveryKindHasItsWord) {
  for (int i = 0; i <= static_cast<int>(AlertKind::make_not_served); ++i) {
    EXPECT_EQ(parse_alert_kind(to_string(static_cast<AlertKind>(i))), static_cast<AlertKind>(i));
    EXPECT_NE(message_of({an_alert(static_cast<AlertKind>(i))}, false), "");
  }
}

}  // namespace
}  // namespace contactor::fleet
