#include "fleet/routes.h"

#include <gtest/gtest.h>

#include "fleet/testing.h"

namespace contactor::fleet {
namespace {

using testing::a_vin;

Routes changed(std::string_view changes) {
  const auto routes = Routes::with(changes);
  EXPECT_TRUE(routes) << changes;
  return routes ? *routes : Routes();
}

TEST(Routes, TheTableOfTheBriefHolds) {
  const Routes routes;
  const std::pair<const char*, Oem> rows[] = {
      {"tesla", Oem::tesla},
      {"bmw", Oem::bmw},
      {"Mini", Oem::bmw},
      {"renault", Oem::renault},
      {"Dacia", Oem::renault},
      {"nissan", Oem::renault},
      {"peugeot", Oem::stellantis},
      {"Citroën", Oem::stellantis},
      {"opel", Oem::stellantis},
      {"fiat", Oem::stellantis},
      {"DS", Oem::stellantis},
      {"volkswagen", Oem::volkswagen},
      {"audi", Oem::volkswagen},
      {"cupra", Oem::volkswagen},
      {"seat", Oem::volkswagen},
      {"Škoda", Oem::volkswagen},
      {"kia", Oem::kia},
      {"Mercedes", Oem::high_mobility},
      {"ford", Oem::high_mobility},
      {"volvo-cars", Oem::high_mobility},
  };
  for (const auto& [make, oem] : rows) EXPECT_EQ(routes.of_make(make), oem) << make;
  EXPECT_EQ(routes.makes_to_oem().size(), 20U);
}

// RULINGS T35.
TEST(Routes, MakesThatTheBriefOmitsAreUnmappedUntilALineOfConfigurationAddsThem) {
  for (const char* make : {"vauxhall", "jeep", "alfa romeo", "porsche", "polestar", "hyundai", "toyota"})
    EXPECT_EQ(Routes().of_make(make), std::nullopt) << make;
  EXPECT_EQ(changed("porsche=hm").of_make("Porsche"), Oem::high_mobility);
}

// RULINGS T33.
TEST(Routes, AnOperatorMovesAMakeToAnotherCloudOrToNone) {
  const Routes routes = changed(" renault = High-Mobility, dacia=hm ,ford=,");
  EXPECT_EQ(routes.of_make("renault"), Oem::high_mobility);
  EXPECT_EQ(routes.of_make("dacia"), Oem::high_mobility);
  EXPECT_EQ(routes.of_make("nissan"), Oem::renault);
  EXPECT_EQ(routes.of_make("ford"), std::nullopt);
  EXPECT_EQ(routes.of(a_vin("VF1ABCDEF12345678"), "").oem, Oem::high_mobility);
}

TEST(Routes, AChangeThatNamesNothingIsRefusedWithItsName) {
  for (const auto& [changes, name] : {std::pair("renalt=hm", "renalt"), std::pair("renault=hn", "hn"),
                                      std::pair("renault", "renault"), std::pair("=hm", "")}) {
    const auto routes = Routes::with(changes);
    ASSERT_FALSE(routes) << changes;
    EXPECT_NE(routes.error().detail.find(name), std::string::npos);
  }
  EXPECT_TRUE(Routes::with(""));
}

TEST(Routes, TheVinDecidesAndAContradictionIsNoticed) {
  const Routes routes;
  const auto peugeot = routes.of(a_vin("VF3ABCDEF12345678"), "");
  EXPECT_EQ(peugeot.make, "peugeot");
  EXPECT_EQ(peugeot.oem, Oem::stellantis);
  EXPECT_FALSE(peugeot.contradicts);
  EXPECT_FALSE(routes.of(a_vin("VF3ABCDEF12345678"), "PEUGEOT").contradicts);
  const auto wrong = routes.of(a_vin("VF3ABCDEF12345678"), "kia");
  EXPECT_TRUE(wrong.contradicts);
  EXPECT_EQ(wrong.oem, Oem::stellantis);
}

TEST(Routes, WhereTheVinDoesNotTellTheTypedMakeDoes) {
  const auto typed = Routes().of(a_vin("ZZZABCDEF12345678"), "skoda");
  EXPECT_EQ(typed.make, "skoda");
  EXPECT_EQ(typed.oem, Oem::volkswagen);
  EXPECT_FALSE(typed.contradicts);
  EXPECT_EQ(Routes().of(a_vin("ZZZABCDEF12345678"), "no such make").oem, std::nullopt);
}

// RULINGS T34.
TEST(Routes, AVehicleStaysAtItsOldCloudUntilThatHasNothingOfIt) {
  const Routes::Route to_hm{.make = "renault", .oem = Oem::high_mobility, .contradicts = false};
  for (const Standing standing : {Standing::active, Standing::pending, Standing::ending}) {
    const Place old = place(testing::a_vehicle(standing, Oem::renault), to_hm);
    EXPECT_EQ(old.oem, Oem::renault);
    EXPECT_TRUE(old.leaves);
  }
  const Vehicle gone = testing::a_vehicle(Standing::inactive, Oem::renault);
  EXPECT_EQ(place(gone, to_hm).oem, Oem::high_mobility);
  const Vehicle moved = placed(gone, Oem::high_mobility);
  EXPECT_EQ(moved.cloud.standing, Standing::unknown);
  EXPECT_EQ(moved.oem, Oem::high_mobility);
}

}  // namespace
}  // namespace contactor::fleet
