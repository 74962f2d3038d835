#include "fleet/enrich.h"

#include <gtest/gtest.h>

#include "fleet/testing.h"

namespace contactor::fleet {
namespace {

VehicleModel a_model(std::int64_t id, std::string make, std::string name, std::string type = "",
                     std::string version = "", std::optional<std::int64_t> capacity = {}) {
  VehicleModel model;
  model.id = id;
  model.make = std::move(make);
  model.name = std::move(name);
  model.type = std::move(type);
  model.version = std::move(version);
  model.battery_capacity_wh = capacity;
  return model;
}

ModelFacts facts(std::string name, std::string type = "", std::string version = "") {
  ModelFacts known;
  known.name = std::move(name);
  known.type = std::move(type);
  known.version = std::move(version);
  return known;
}

/// The id of the match; 0: none.
std::int64_t match(const std::vector<VehicleModel>& models, std::string_view make, const ModelFacts& known) {
  const VehicleModel* model = match_model(models, make, known);
  return model == nullptr ? 0 : model->id;
}

const std::vector<VehicleModel> kZoes{a_model(1, "renault", "zoe", "r110 ze40", "", 41'000),
                                      a_model(2, "renault", "zoe", "ze50 r110", "", 52'000),
                                      a_model(3, "renault", "zoe", "r135 ze50", "", 52'000),
                                      a_model(4, "renault", "zoe", "q210", "", 22'000)};

TEST(MatchModel, AnExactVersionDecidesAlone) {
  const std::vector<VehicleModel> models{a_model(1, "tesla", "model y", "rwd", "MTY13B", 60'000),
                                         a_model(2, "tesla", "model y", "rwd", "MTY13C", 62'000)};
  EXPECT_EQ(match(models, "tesla", facts("model y", "rwd", "mty13c")), 2);
  EXPECT_EQ(match(models, "tesla", facts("model 3", "performance", "MTY13B")), 1);
  EXPECT_EQ(match(models, "tesla", facts("model y", "rwd", "MTY99")), 0) << "another code is another car";
}

TEST(MatchModel, AZoesMotorAndBatteryAreReadInEverySpelling) {
  EXPECT_EQ(match(kZoes, "renault", facts("ZOE", "intens R110 Z.E. 50")), 2);
  EXPECT_EQ(match(kZoes, "renault", facts("Zoé E-Tech", "ze40 r110")), 1);
  EXPECT_EQ(match(kZoes, "renault", facts("zoe", "R135")), 3);
  EXPECT_EQ(match(kZoes, "Renault", facts("zoe", "Q210")), 4);
  EXPECT_EQ(match(kZoes, "renault", facts("zoe", "r110")), 0) << "the R110 came with two batteries";
  EXPECT_EQ(match(kZoes, "renault", facts("zoe", "ZE50")), 2) << "either motor has this battery";
  EXPECT_EQ(match(kZoes, "renault", facts("zoe", "R245")), 0);
  EXPECT_EQ(match(kZoes, "renault", facts("zoe")), 0);
}

TEST(MatchModel, TheSaleIntervalMayBeOpenOnEitherSide) {
  std::vector<VehicleModel> models{a_model(1, "peugeot", "e-208", "", "", 50'000),
                                   a_model(2, "peugeot", "e-208", "", "", 51'000)};
  models[0].sold_until = testing::day_of("2023-06-30");
  models[1].sold_from = testing::day_of("2023-07-01");
  ModelFacts known = facts("208");
  known.first_registration = testing::day_of("2021-03-01");
  EXPECT_EQ(match(models, "peugeot", known), 1);
  known.first_registration = testing::day_of("2024-03-01");
  EXPECT_EQ(match(models, "peugeot", known), 2);
  known.first_registration.reset();
  EXPECT_EQ(match(models, "peugeot", known), 0);
}

TEST(MatchModel, TheNumberOfANameCountsAndItsEDoesNot) {
  const std::vector<VehicleModel> models{a_model(1, "peugeot", "2008"), a_model(2, "peugeot", "e-208"),
                                         a_model(3, "citroën", "ë-C4")};
  EXPECT_EQ(match(models, "peugeot", facts("e-2008")), 1);
  EXPECT_EQ(match(models, "peugeot", facts("E2008")), 1);
  EXPECT_EQ(match(models, "peugeot", facts("208 GT")), 2);
  EXPECT_EQ(match(models, "peugeot", facts("308")), 0);
  EXPECT_EQ(match(models, "citroen", facts("e-c4")), 3);
}

TEST(MatchModel, AFurtherNumberIsAnotherModel) {
  const std::vector<VehicleModel> models{a_model(1, "hyundai", "ioniq"), a_model(2, "tesla", "model 3"),
                                         a_model(3, "volkswagen", "ID.3")};
  EXPECT_EQ(match(models, "hyundai", facts("ioniq 5")), 0);
  EXPECT_EQ(match(models, "hyundai", facts("ioniq electric")), 1);
  EXPECT_EQ(match(models, "tesla", facts("model y")), 0);
  EXPECT_EQ(match(models, "volkswagen", facts("id 3 pro")), 3);
  EXPECT_EQ(match(models, "volkswagen", facts("id 4")), 0);
}

TEST(MatchModel, MakesAreFoldedAndNeverMixed) {
  const std::vector<VehicleModel> models{a_model(1, "mercedes", "eqa", "250"), a_model(2, "skoda", "enyaq")};
  EXPECT_EQ(match(models, "mercedes-benz", facts("EQA", "250")), 1);
  EXPECT_EQ(match(models, "Škoda", facts("Enyaq")), 2);
  EXPECT_EQ(match(models, "audi", facts("Enyaq")), 0);
}

TEST(MatchModel, TheCapacityChoosesAndAFarOneIsNoMatch) {
  const std::vector<VehicleModel> models{a_model(1, "kia", "ev6", "", "", 58'000),
                                         a_model(2, "kia", "ev6", "", "", 77'400)};
  ModelFacts known = facts("EV6");
  known.battery_capacity_wh = 74'000;
  EXPECT_EQ(match(models, "kia", known), 2);
  known.battery_capacity_wh = 66'000;
  EXPECT_EQ(match(models, "kia", known), 0);
}

TEST(MatchModel, WhereOnlyTheBatteryCountsAndItIsOneTheChoiceDoesNotMatter) {
  const std::vector<VehicleModel> models{a_model(7, "bmw", "i3", "94 rex", "", 33'000),
                                         a_model(5, "bmw", "i3", "94", "", 33'000),
                                         a_model(6, "bmw", "i3", "120", "", 42'000)};
  EXPECT_EQ(match(models, "bmw", facts("i3", "94")), 5);
  EXPECT_EQ(match(models, "bmw", facts("i3", "120 advanced")), 6);
  EXPECT_EQ(match(models, "bmw", facts("i3", "60")), 0);
  EXPECT_EQ(match(models, "bmw", facts("i3")), 0);
}

TEST(MatchModel, NothingKnownIsNoMatch) {
  EXPECT_EQ(match({}, "kia", facts("ev6")), 0);
  EXPECT_EQ(match(kZoes, "renault", facts("")), 0);
  EXPECT_EQ(match(kZoes, "renault", facts("unknown")), 0);
}

TEST(TeslaModelName, IsTheFourthCharacter) {
  EXPECT_EQ(tesla_model_name("5YJ3E7EB1LF000001"), "model 3");
  EXPECT_EQ(tesla_model_name("XP7YGCEK1RB000001"), "model y");
  EXPECT_EQ(tesla_model_name("5YJA"), "");
  EXPECT_EQ(tesla_model_name("5YJ"), "");
}

}  // namespace
}  // namespace contactor::fleet
