#include "gateways/iot_api/snapshot.h"

#include <gtest/gtest.h>

#include "json/json.h"

namespace contactor::gateways::iot_api {
namespace {

std::string snapshot(const std::string& text) { return snapshot_of(json::parse(text)->as_object()); }

TEST(Snapshot, RoundsPositionsWhereverTheyStand) {
  for (const char* text :
       {R"({"telemetry":{"latitude":52.52437,"lng":13.41053}})", R"({"gps":{"a":{"b":52.52437}}})",
        R"({"position":[52.52437,13.41053]})", R"({"geo":{"coordinates":[[13.41053,52.52437]]}})",
        R"({"LAT":"52.52437"})", R"({"vehicleLatitude":52.52437})",
        R"({"last_position":"52.52437,13.41053"})", R"({"location":"Unter den Linden 52.52437"})"}) {
    const std::string kept = snapshot(text);
    EXPECT_EQ(kept.find("52.52"), std::string::npos) << kept;
    EXPECT_EQ(kept.find("13.41"), std::string::npos) << kept;
  }
  EXPECT_EQ(json::parse(snapshot(R"({"latitude":-52.58})"))->at("latitude").to_number<double>(), -52.6);
}

TEST(Snapshot, KeepsEverythingElse) {
  EXPECT_EQ(snapshot(R"({"vin":"V","telemetry":{"soc":80,"platform":"latest","flat":[1,2]}})"),
            R"({"vin":"V","telemetry":{"soc":80,"platform":"latest","flat":[1,2]}})");
}

TEST(Snapshot, AFeatureNamedLikeAPositionKeepsItsState) {
  const std::string text = R"({"features":{"location":{"state":"active"}}})";
  EXPECT_EQ(snapshot(text), text);
}

TEST(Snapshot, IsNeverLargerThanItsLimit) {
  const std::string flood(kSnapshotMax, 'x');
  EXPECT_EQ(snapshot(R"({"vin":"V","telemetry":{"log":")" + flood + R"("}})"), R"({"vin":"V"})");
  EXPECT_LT(snapshot(R"({"vin":")" + flood + R"("})").size(), 100U);
}

}  // namespace
}  // namespace contactor::gateways::iot_api
