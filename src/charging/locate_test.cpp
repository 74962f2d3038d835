#include "charging/locate.h"

#include <gtest/gtest.h>

#include "charging/gazetteer_table.h"
#include "charging/identity.h"

namespace contactor::charging {
namespace {

std::optional<Cell> cell(std::int64_t latitude, std::int64_t longitude) {
  return cell_of(TenMillionthDegrees(latitude), TenMillionthDegrees(longitude));
}

TEST(Cell, WhatLiesWithinAHundredMetresIsOnePlace) {
  const auto here = cell(481'234'567, 116'543'210);
  ASSERT_TRUE(here);
  EXPECT_EQ(here->latitude, TenMillionthDegrees(481'230'000));
  EXPECT_EQ(here->longitude, TenMillionthDegrees(116'540'000));
  EXPECT_EQ(cell(481'230'001, 116'539'999), here);
  EXPECT_NE(cell(481'240'001, 116'540'000), here);
  EXPECT_EQ(cell(here->latitude.count(), here->longitude.count()), here) << "its middle is in it";
}

TEST(Cell, ZeroZeroIsNoPlaceAndOneZeroIs) {
  EXPECT_FALSE(cell(0, 0));
  EXPECT_FALSE(cell(4'000, -4'000)) << "the sea at 0/0, as a device with noise tells it";
  EXPECT_TRUE(cell(515'000'000, 0)) << "Greenwich";
  EXPECT_TRUE(cell(0, 324'000'000)) << "Uganda";
}

TEST(Cell, TheDateLineIsOneLineAndAPoleOnePoint) {
  EXPECT_EQ(cell(-168'000'000, 1'800'000'000), cell(-168'000'000, -1'800'000'000));
  EXPECT_EQ(cell(-168'000'000, 1'799'999'999), cell(-168'000'000, -1'799'999'999));
  EXPECT_EQ(cell(900'000'000, 100'000'000), cell(900'000'000, -700'000'000));
  EXPECT_NE(cell(900'000'000, 0), cell(-900'000'000, 0));
}

TEST(Cell, WhatLiesOffTheGlobeIsNoPlace) {
  EXPECT_FALSE(cell(900'000'001, 0));
  EXPECT_FALSE(cell(INT64_MIN, INT64_MAX));
  EXPECT_FALSE(cell(10'000'000, -1'800'000'001));
}

TEST(Locate, EveryEventInACellHasOneLocation) {
  const auto id = identity_of(*cell(481'234'567, 116'543'210));
  EXPECT_EQ(id.str(), identity_of(*cell(481'231'000, 116'541'000)).str());
  EXPECT_NE(id.str(), identity_of(*cell(116'540'000, 481'230'000)).str());
  EXPECT_EQ(id.str().size(), 30u);
  EXPECT_TRUE(id.str().starts_with("loc_"));
}

TEST(Locate, WhereNoTownIsNearTheAddressIsUnknownAndResolved) {
  const auto now = Instant::from_millis(1'790'000'000'000);
  const auto at = *cell(-489'000'000, -1'234'000'000);
  const Location location = location_at(at, Gazetteer(), now);
  EXPECT_EQ(location.id, identity_of(at));
  EXPECT_FALSE(location.address);
  EXPECT_FALSE(location.country);
  EXPECT_EQ(location.resolved_at, now);
}

TEST(Locate, TheNearestTownIsTheAddress) {
  const auto gazetteer = Gazetteer::over(built_in_gazetteer_table());
  ASSERT_TRUE(gazetteer);
  if (gazetteer->size() == 0) GTEST_SKIP() << "built without tools/gazetteer";
  const auto location = location_at(*cell(482'627'000, 116'679'000), *gazetteer, Instant::from_millis(1));
  ASSERT_TRUE(location.address);
  EXPECT_TRUE(location.address->starts_with("Garching")) << *location.address;
  EXPECT_TRUE(location.address->ends_with(", Bavaria")) << *location.address;
  EXPECT_EQ(location.country, "DE");
  EXPECT_EQ(location.address_source, "gazetteer");
}

}  // namespace
}  // namespace contactor::charging
