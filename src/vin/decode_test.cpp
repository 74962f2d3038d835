#include "vin/decode.h"

#include <gtest/gtest.h>

#include "vin/makes.h"

namespace contactor {
namespace {

VinFacts facts(std::string_view text) { return decode(Vin::parse(text).value()); }

struct Known {
  const char* vin;
  const char* make;
  const char* oem;
  const char* country;
};

class VinDecode : public ::testing::TestWithParam<Known> {};

TEST_P(VinDecode, KnowsMakeCloudAndCountry) {
  const auto& known = GetParam();
  const VinFacts found = facts(known.vin);
  EXPECT_EQ(found.make, known.make);
  EXPECT_EQ(found.oem, known.oem);
  EXPECT_EQ(found.country, known.country);
}

INSTANTIATE_TEST_SUITE_P(EveryMakeOfTheBrief, VinDecode,
                         ::testing::Values(Known{"5YJ3E1EA7KF317000", "tesla", "tesla", "US"},
                                           Known{"LRW3E7FS6PC700001", "tesla", "tesla", "CN"},
                                           Known{"XP7YGCEK1PB000001", "tesla", "tesla", "DE"},
                                           Known{"7SAYGDEE6PA000001", "tesla", "tesla", "US"},
                                           Known{"WBY8P210707D00001", "bmw", "bmw", "DE"},
                                           Known{"WMW31DL0302R00001", "mini", "bmw", "DE"},
                                           Known{"VF1AG000367000001", "renault", "renault", "FR"},
                                           Known{"UU1DBG01066000001", "dacia", "renault", "RO"},
                                           Known{"SJNFAAZE1U0000001", "nissan", "renault", "GB"},
                                           Known{"VR3UHZKXZMT000001", "peugeot", "stellantis", "FR"},
                                           Known{"VR7BCZKXCME000001", "citroën", "stellantis", "FR"},
                                           Known{"VXKUHZKXZM4000001", "opel", "stellantis", ""},
                                           Known{"W0LPD6ED3C1000001", "opel", "stellantis", "DE"},
                                           Known{"ZFAEFAB48MX000001", "fiat", "stellantis", "IT"},
                                           Known{"3C3CFFGE0ET000001", "fiat", "stellantis", "MX"},
                                           Known{"VR1UJZKXZMW000001", "ds automobiles", "stellantis", "FR"},
                                           Known{"WVWZZZE1ZMP000001", "volkswagen", "volkswagen", "DE"},
                                           Known{"WAUZZZGE8LB000001", "audi", "volkswagen", "DE"},
                                           Known{"WA1VAAGE4LB000001", "audi", "volkswagen", "DE"},
                                           Known{"VSSZZZK1ZPP000001", "cupra", "volkswagen", "ES"},
                                           Known{"VSSZZZKMZMR000001", "cupra", "volkswagen", "ES"},
                                           Known{"VSSZZZKJZJR000001", "seat", "volkswagen", "ES"},
                                           Known{"TMBJC7NYXMF000001", "skoda", "volkswagen", "CZ"},
                                           Known{"KNACC81GFL5000001", "kia", "kia", "KR"},
                                           Known{"U5YPH81ADML000001", "kia", "kia", "SK"},
                                           Known{"W1K2472811J000001", "mercedes-benz", "hm", "DE"},
                                           Known{"WF0TK3SU0MMA00001", "ford", "hm", "DE"},
                                           Known{"YV1XZEHR1N2000001", "volvo", "hm", "SE"}));

INSTANTIATE_TEST_SUITE_P(KnownButServedByNoCloud, VinDecode,
                         ::testing::Values(Known{"WP0ZZZY1ZMSA00001", "porsche", "", "DE"},
                                           Known{"KMHK381GFLU000001", "hyundai", "", "KR"},
                                           Known{"LPSVSEDEEML000001", "polestar", "", "CN"},
                                           Known{"YT9NN1U14KA007001", "koenigsegg", "", "SE"},
                                           Known{"YT9NN1U14KA999001", "", "", "SE"},
                                           Known{"GZZ3E1EA7KF317000", "", "", ""}));

TEST(VinDecode, ChecksTheDigitOnlyWhereItIsUsed) {
  EXPECT_EQ(facts("1M8GDM9AXKP042788").check_digit, CheckDigit::ok);
  EXPECT_EQ(facts("1M8GDM9A1KP042788").check_digit, CheckDigit::bad);
  EXPECT_EQ(facts("11111111111111111").check_digit, CheckDigit::ok);
  EXPECT_EQ(facts("WVWZZZE1ZMP000001").check_digit, CheckDigit::not_used);
}

TEST(VinDecode, TellsTheModelYearOnlyWhereItStands) {
  EXPECT_EQ(facts("5YJ3E1EA7KF317000").model_year, 2019);
  EXPECT_EQ(facts("1M8GDM9AXKP042788").model_year, 1989);
  EXPECT_EQ(facts("1HGCM82633A004352").model_year, 2003);
  EXPECT_EQ(facts("WVWZZZE1ZMP000001").model_year, 2021);
  EXPECT_EQ(facts("WVWZZZ1KZ9P000001").model_year, 2009);
  EXPECT_EQ(facts("VF1AG000367000001").model_year, std::nullopt);
  EXPECT_EQ(facts("WVWZZZE1Z0P000001").model_year, std::nullopt);
}

TEST(Makes, AreFoundByEveryUsualSpelling) {
  const std::pair<const char*, const char*> names[] = {
      {"Citroën", "citroën"},  {"CITROEN", "citroën"},        {"Škoda", "skoda"},
      {" skoda ", "skoda"},    {"DS", "ds automobiles"},      {"DS Automobiles", "ds automobiles"},
      {"Volvo-Cars", "volvo"}, {"mercedes", "mercedes-benz"}, {"Mercedes Benz", "mercedes-benz"},
      {"VW", "volkswagen"},    {"alfa-romeo", "alfa romeo"},  {"SEAT", "seat"},
  };
  for (const auto& [name, make] : names) {
    const Make* found = find_make(name);
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->name, make);
  }
  EXPECT_EQ(find_make("trabant"), nullptr);
  EXPECT_EQ(find_make(""), nullptr);
  EXPECT_EQ(find_make("??"), nullptr);
}

}  // namespace
}  // namespace contactor
