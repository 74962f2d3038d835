#include "fleet/reasons.h"

#include <gtest/gtest.h>

#include <array>

namespace contactor::fleet {
namespace {

TEST(Reasons, TheTablesContradictEachOtherNowhere) {
  const Status status = check_tables();
  EXPECT_TRUE(status) << (status ? "" : status.error().message());
}

// RULINGS T82.
TEST(Reasons, AMakeThatIsOnlyInTheSecondListIsNamed) {
  const std::array<std::string_view, 2> with_soh{"tesla", "ford"};
  const std::array<std::string_view, 2> by_hand{"ford", "volvo"};
  const Status status = check_makes(with_soh, by_hand);
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().detail.find("volvo"), std::string::npos);
  EXPECT_TRUE(check_makes(with_soh, std::span(by_hand).first(1)));
}

TEST(Reasons, AMakeThatDoesNotExistIsNamed) {
  const std::array<std::string_view, 1> with_soh{"tesler"};
  const Status status = check_makes(with_soh, {});
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().detail.find("tesler"), std::string::npos);
}

TEST(Reasons, EveryCloudHasARowForWordsThatNobodyKnows) {
  for (const Oem oem : all_oems) {
    EXPECT_EQ(find_reason(oem, "never heard of").key, "unknown_reason");
    EXPECT_EQ(find_reason(oem, "never heard of").oem, oem);
    EXPECT_FALSE(find_reason(oem, "").final);
  }
}

TEST(Reasons, EveryFailureOfACallHasARow) {
  for (const Oem oem : all_oems)
    for (const ErrorKind kind : {ErrorKind::unauthorized, ErrorKind::rate_limited, ErrorKind::unavailable,
                                 ErrorKind::timed_out, ErrorKind::protocol})
      EXPECT_EQ(find_reason(oem, to_string(kind)).key, to_string(kind));
}

TEST(Reasons, WordsOfACloudBecomeKeys) {
  EXPECT_EQ(reason_key("VIN is assigned to a different OEM fleet"),
            "vin_is_assigned_to_a_different_oem_fleet");
  EXPECT_EQ(reason_key("invalid OEM state: VIN revoke in progress"),
            "invalid_oem_state_vin_revoke_in_progress");
  EXPECT_EQ(reason_key(" - "), "");
  for (const char* words :
       {"unspecified", "invalid client configuration", "invalid VIN", "ineligible VIN",
        "VIN is assigned to a different app or project", "consent assignment missing",
        "not added to ford portal", "VIN activation timeout", "telematics hardware error",
        "invalid OEM state", "OEM fleet assignment failed", "customer name tag missing",
        "privacy mode is enabled", "ineligible or constrained VIN", "activation timeout: no data"})
    EXPECT_EQ(find_reason(Oem::high_mobility, reason_key(words)).key, reason_key(words));
}

TEST(Reasons, TeslasFourSkipReasonsStopTheAsking) {
  for (const char* key : {"missing_key", "unsupported_hardware", "unsupported_firmware", "max_configs"}) {
    EXPECT_EQ(find_reason(Oem::tesla, key).key, key);
    EXPECT_TRUE(find_reason(Oem::tesla, key).final);
  }
}

TEST(Reasons, MakesWithStateOfHealthAreKnownInEverySpelling) {
  for (const char* make : {"tesla", "Mercedes", "mercedes-benz", "kia", "RENAULT", "ford"})
    EXPECT_TRUE(has_soh(make));
  for (const char* make : {"bmw", "volvo", "", "no such make"}) EXPECT_FALSE(has_soh(make));
  for (const char* make : {"Mercedes", "ford"}) EXPECT_TRUE(needs_model_by_hand(make));
  for (const char* make : {"tesla", "kia", "renault", "bmw"}) EXPECT_FALSE(needs_model_by_hand(make));
}

}  // namespace
}  // namespace contactor::fleet
