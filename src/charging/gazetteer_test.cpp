#include "charging/gazetteer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/prng.h"
#include "charging/gazetteer_table.h"

namespace contactor::charging {
namespace {

constexpr double kEarthRadius = 6'371'008.8;

TenMillionthDegrees degrees(double value) { return TenMillionthDegrees(std::llround(value * 1e7)); }

struct Town {
  double latitude = 0, longitude = 0;
  std::string name;
  std::int32_t point[3] = {};
};

template <class Number>
void append(std::string& out, Number number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void into_tree_order(std::vector<Town>& towns, std::size_t first, std::size_t last, int axis) {
  if (first == last) return;
  std::sort(towns.begin() + static_cast<long>(first), towns.begin() + static_cast<long>(last),
            [axis](const Town& a, const Town& b) { return a.point[axis] < b.point[axis]; });
  const std::size_t middle = first + (last - first) / 2;
  into_tree_order(towns, first, middle, (axis + 1) % 3);
  into_tree_order(towns, middle + 1, last, (axis + 1) % 3);
}

/// A table as the build makes it, of towns in one region, `Region` in the country `XX`.
std::string table_of(std::vector<Town> towns) {
  for (Town& town : towns) {
    const double lat = town.latitude * std::numbers::pi / 180, lon = town.longitude * std::numbers::pi / 180;
    const double parts[] = {std::cos(lat) * std::cos(lon), std::cos(lat) * std::sin(lon), std::sin(lat)};
    for (int i = 0; i < 3; ++i)
      town.point[i] = static_cast<std::int32_t>(std::lround(kEarthRadius * parts[i]));
  }
  into_tree_order(towns, 0, towns.size(), 0);
  std::string names = "\x06Region", points, offsets, regions_of;
  for (const Town& town : towns) {
    for (const std::int32_t part : town.point) append(points, part);
    append(offsets, static_cast<std::uint32_t>(names.size()));
    append(regions_of, std::uint16_t{0});
    names += static_cast<char>(town.name.size());
    names += town.name;
  }
  std::string table = "CTRGAZ1\n";
  append(table, static_cast<std::uint32_t>(towns.size()));
  append(table, std::uint32_t{1});
  append(table, static_cast<std::uint32_t>(names.size()));
  append(table, std::uint32_t{0});
  const std::string region("XX\0\0\0\0\0\0", 8);
  return table + points + offsets + region + regions_of + names;
}

double between(double lat_a, double lon_a, double lat_b, double lon_b) {
  const auto half = [](double degrees) { return std::sin(degrees * std::numbers::pi / 360); };
  const auto cosine = [](double degrees) { return std::cos(degrees * std::numbers::pi / 180); };
  const double h = half(lat_b - lat_a) * half(lat_b - lat_a) +
                   cosine(lat_a) * cosine(lat_b) * half(lon_b - lon_a) * half(lon_b - lon_a);
  return 2 * kEarthRadius * std::asin(std::sqrt(h));
}

double within(Prng& prng, double limit) {
  return (static_cast<double>(prng.next() >> 11) * 0x1.0p-53 * 2 - 1) * limit;
}

TEST(Gazetteer, FindsTheTownThatMeasuringAllOfThemFinds) {
  Prng prng(5);
  for (const std::size_t count : {1u, 2u, 3u, 7u, 300u}) {
    std::vector<Town> towns;
    for (std::size_t i = 0; i < count; ++i)
      towns.push_back({within(prng, 90), within(prng, 180), "t" + std::to_string(i), {}});
    const std::string table = table_of(towns);
    const auto gazetteer = Gazetteer::over(table);
    ASSERT_TRUE(gazetteer);
    for (int i = 0; i < 300; ++i) {
      // Every third point lies near a pole or on the date line, where longitudes deceive.
      const double lat = i % 3 == 1 ? std::copysign(89.99, within(prng, 1)) : within(prng, 90);
      const double lon = i % 3 == 2 ? std::copysign(180, within(prng, 1)) : within(prng, 180);
      double least = 1e9;
      for (const Town& town : towns)
        least = std::min(least, between(lat, lon, town.latitude, town.longitude));
      const auto found = gazetteer->nearest(degrees(lat), degrees(lon), Metres(9'000'000));
      ASSERT_EQ(found.has_value(), least < 9'000'000) << lat << ' ' << lon;
      if (!found) continue;
      EXPECT_NEAR(static_cast<double>(found->distance.count()), least, 3) << lat << " " << lon;
    }
  }
}

TEST(Gazetteer, TheDateLineAndThePolesSeparateNothing) {
  const std::string table =
      table_of({{-16.8, 179.99, "West", {}}, {89.9, 10, "North", {}}, {0.1, 0, "Zero", {}}});
  const auto gazetteer = Gazetteer::over(table);
  ASSERT_TRUE(gazetteer);
  EXPECT_EQ(gazetteer->nearest(degrees(-16.8), degrees(-179.99))->name, "West");
  EXPECT_EQ(gazetteer->nearest(degrees(-16.8), degrees(180))->name, "West");
  EXPECT_EQ(gazetteer->nearest(degrees(89.9), degrees(-170))->name, "North") << "22 km away, over the pole";
  EXPECT_EQ(gazetteer->nearest(degrees(90), degrees(-90))->name, "North");
}

TEST(Gazetteer, BeyondTheDistanceIsNoPlace) {
  const std::string table = table_of({{48.0, 11.0, "Here", {}}});
  const auto gazetteer = Gazetteer::over(table);
  ASSERT_TRUE(gazetteer);
  const auto near = gazetteer->nearest(degrees(48.4), degrees(11.0));
  ASSERT_TRUE(near);
  EXPECT_NEAR(static_cast<double>(near->distance.count()), 44'478, 2);
  EXPECT_EQ(near->country, "XX");
  EXPECT_EQ(near->region, "Region");
  EXPECT_FALSE(gazetteer->nearest(degrees(48.46), degrees(11.0)));
  EXPECT_TRUE(gazetteer->nearest(degrees(48.46), degrees(11.0), Metres(60'000)));
  EXPECT_FALSE(gazetteer->nearest(degrees(48.4), degrees(11.0), Metres(10'000)));
}

TEST(Gazetteer, AnEmptyOneKnowsNoPlace) {
  EXPECT_FALSE(Gazetteer().nearest(degrees(48), degrees(11)));
  const std::string table = table_of({});
  const auto empty = Gazetteer::over(table);
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->size(), 0u);
  EXPECT_FALSE(empty->nearest(degrees(48), degrees(11)));
}

TEST(Gazetteer, ATableThatWouldLeadOutOfItselfIsRefused) {
  const std::string table = table_of({{48, 11, "Here", {}}, {50, 8, "There", {}}});
  ASSERT_TRUE(Gazetteer::over(table));
  for (std::size_t length = 0; length < table.size(); ++length)
    EXPECT_FALSE(Gazetteer::over(std::string_view(table).substr(0, length))) << length;
  EXPECT_FALSE(Gazetteer::over(table + "x"));
  // Numbers that count or point: one more than there is.
  for (const std::size_t byte : {8, 12, 16, 24 + 24 + 3, 24 + 24 + 8 + 7, 24 + 24 + 8 + 8}) {
    std::string wrong = table;
    wrong[byte] = static_cast<char>(wrong[byte] + 1);
    EXPECT_FALSE(Gazetteer::over(wrong)) << byte;
  }
}

TEST(Gazetteer, AnAddressNamesTheRegionOnlyWhereItSaysMore) {
  EXPECT_EQ(address_of({.name = "Garching", .region = "Bavaria", .country = "DE", .distance = {}}),
            "Garching, Bavaria");
  EXPECT_EQ(address_of({.name = "Hamburg", .region = "Hamburg", .country = "DE", .distance = {}}), "Hamburg");
  EXPECT_EQ(address_of({.name = "Vaduz", .region = "", .country = "LI", .distance = {}}), "Vaduz");
}

TEST(BuiltInGazetteer, KnowsTownsOnEveryContinentAndNoneInTheOceans) {
  const auto gazetteer = Gazetteer::over(built_in_gazetteer_table());
  ASSERT_TRUE(gazetteer);
  if (gazetteer->size() == 0) GTEST_SKIP() << "built without tools/gazetteer";
  EXPECT_GT(gazetteer->size(), 100'000u);
  struct Known {
    double latitude, longitude;
    std::string_view country;
  };
  for (const Known& known :
       {Known{52.5163, 13.3777, "DE"}, Known{40.7128, -74.0060, "US"}, Known{-33.8568, 151.2153, "AU"},
        Known{59.9139, 10.7522, "NO"}, Known{-18.1416, 178.4419, "FJ"}, Known{78.2232, 15.6267, "SJ"},
        Known{-1.2864, 36.8172, "KE"}, Known{-23.5505, -46.6333, "BR"}}) {
    const auto place = gazetteer->nearest(degrees(known.latitude), degrees(known.longitude));
    ASSERT_TRUE(place) << known.latitude;
    EXPECT_EQ(place->country, known.country) << place->name;
    EXPECT_FALSE(place->region.empty()) << place->name;
  }
  for (const auto& [lat, lon] :
       {std::pair{0.0, -30.0}, {-48.9, -123.4}, {90.0, 0.0}, {-90.0, 0.0}, {30.0, 180.0}})
    EXPECT_FALSE(gazetteer->nearest(degrees(lat), degrees(lon))) << lat << ' ' << lon;
}

}  // namespace
}  // namespace contactor::charging
