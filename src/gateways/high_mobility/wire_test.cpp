#include "gateways/high_mobility/wire.h"

#include <gtest/gtest.h>

#include "gateways/high_mobility/endpoints.h"
#include "gateways/high_mobility/status.h"
#include "gateways/testing/scripted_transport.h"

namespace contactor::gateways::high_mobility {
namespace {

using fleet::Standing;
using testing::answer;

constexpr Instant kNow = Instant::from_millis(1'800'000'000'000);
const Vin kVin = *Vin::parse("W1K11111111000001");

std::string entry(std::string_view at, std::string_view status, std::string_view reason = "") {
  return fmt::format(R"({{"timestamp":"{}","status":"{}","reason":"{}"}})", at, status, reason);
}
std::string record(std::string_view status, std::string_view changelog) {
  return fmt::format(R"({{"vin":"W1K11111111000001","status":"{}","changelog":[{}]}})", status, changelog);
}
fleet::CloudState listed(const std::string& records) {
  return read_list(answer(200, "[" + records + "]"), kNow)->of(kVin);
}

TEST(HighMobilityWire, EachOfTheEightWordsHasItsStanding) {
  EXPECT_EQ(state_of_status("approved", "").standing, Standing::active);
  EXPECT_EQ(state_of_status("pending", "").standing, Standing::pending);
  EXPECT_EQ(state_of_status("revoking", "").standing, Standing::ending);
  EXPECT_EQ(state_of_status("canceling", "").standing, Standing::ending);
  EXPECT_EQ(state_of_status("revoked", "").standing, Standing::inactive);
  EXPECT_EQ(state_of_status("canceled", "").standing, Standing::inactive);
  EXPECT_EQ(state_of_status("rejected", "").standing, Standing::refused);
  EXPECT_EQ(state_of_status("error", "").standing, Standing::refused);
  EXPECT_EQ(state_of_status("paused", "").standing, Standing::unknown);
  EXPECT_EQ(state_of_status("revoked", "").detail, "revoked") << "the raw word is kept";
}

/// Weakness 5: the reasons of the changelog were dropped.
TEST(HighMobilityWire, TheReasonOfARejectionIsKept) {
  const auto refused = listed(record(
      "rejected", entry("2026-03-22T09:36:51", "pending") + "," +
                      entry("2026-03-23T09:36:51", "rejected", "VIN is assigned to a different OEM fleet")));
  EXPECT_EQ(refused.standing, Standing::refused);
  EXPECT_EQ(refused.reason, "vin_is_assigned_to_a_different_oem_fleet");
  EXPECT_EQ(refused.detail, "rejected: VIN is assigned to a different OEM fleet");
  EXPECT_EQ(listed(record("rejected", "")).reason, "rejected");
  EXPECT_EQ(state_of_status("rejected", "the moon is full").reason, "unknown_reason");
  EXPECT_EQ(state_of_status("error", "the moon is full").reason, "refused_request");
}

TEST(HighMobilityWire, OfSeveralRecordsTheNewestChangeDecidesWhereverItStands) {
  const std::string old = record(
      "revoked", entry("2025-03-22T09:36:51", "approved") + "," + entry("2025-05-22T09:36:51Z", "revoked"));
  const std::string young = record("approved", entry("2026-03-22T09:36:51Z", "approved"));
  EXPECT_EQ(listed(old + "," + young).standing, Standing::active);
  EXPECT_EQ(listed(young + "," + old).standing, Standing::active) << "not the last one of the list";
}

TEST(HighMobilityWire, WithoutAnyChangelogTheLastRecordDecides) {
  EXPECT_EQ(listed(record("revoked", "") + "," + record("approved", "")).standing, Standing::active);
  EXPECT_EQ(listed(record("approved", "") + "," + record("revoked", "")).standing, Standing::inactive);
}

TEST(HighMobilityWire, AChangelogInAnyOrderIsReadByTime) {
  EXPECT_EQ(listed(record("approved", entry("2026-03-23T00:00:00", "approved") + "," +
                                          entry("2026-03-22T00:00:00", "pending")))
                .standing,
            Standing::active);
}

TEST(HighMobilityWire, TimestampsComeWithAndWithoutAZone) {
  EXPECT_EQ(read_timestamp("2022-03-22T09:36:51"), read_timestamp("2022-03-22T09:36:51Z"));
  EXPECT_TRUE(read_timestamp("2018-11-06T10:20:37.094533Z"));
  EXPECT_FALSE(read_timestamp("yesterday"));
  EXPECT_FALSE(read_timestamp(""));
}

TEST(HighMobilityWire, ATimeThatIsNoneIsOlderThanAnyOther) {
  EXPECT_EQ(listed(record("approved",
                          entry("2026-03-22T00:00:00", "approved") + "," + entry("yesterday", "revoked")))
                .standing,
            Standing::active);
}

TEST(HighMobilityWire, AnEntryWithoutAVinMakesEveryAbsenceUncertain) {
  EXPECT_EQ(listed("").standing, Standing::inactive);
  EXPECT_EQ(listed(R"({"status":"approved"})").standing, Standing::unknown);
  EXPECT_EQ(listed("7").standing, Standing::unknown);
}

TEST(HighMobilityWire, AnAnswerThatIsNotDocumentedIsAnError) {
  for (const char* body : {"", "{}", "<html>", R"({"errors":[]})"}) {
    EXPECT_EQ(read_list(answer(200, body), kNow).error().kind, ErrorKind::protocol) << body;
    EXPECT_EQ(read_cleared(answer(200, body), kNow).error().applied, Applied::maybe) << body;
    EXPECT_EQ(read_withdrawal(answer(200, body), kVin, kNow).error().applied, Applied::maybe) << body;
    EXPECT_EQ(read_eligibility(answer(200, body), kVin, kNow).error().applied, Applied::no) << body;
    EXPECT_FALSE(read_one(answer(200, body), kVin, kNow)) << body;
  }
}

TEST(HighMobilityWire, AnAnswerAboutAnotherVehicleIsNoAnswer) {
  const auto other = answer(200, R"({"vin":"W1K11111111000002","status":"revoking","eligible":false})");
  EXPECT_FALSE(read_one(other, kVin, kNow));
  EXPECT_FALSE(read_withdrawal(other, kVin, kNow));
  EXPECT_FALSE(read_eligibility(other, kVin, kNow));
}

TEST(HighMobilityWire, BrandsAreTheAggregatorsNames) {
  EXPECT_EQ(brand_of("volvo"), "volvo-cars");
  EXPECT_EQ(brand_of("mercedes-benz"), "mercedes-benz");
  EXPECT_EQ(brand_of("citroën"), "citroen");
  EXPECT_EQ(brand_of("ds automobiles"), "ds");
  EXPECT_EQ(brand_of("nissan"), "");
  EXPECT_TRUE(tells_eligibility("volvo-cars"));
  EXPECT_FALSE(tells_eligibility("dacia"));
}

TEST(HighMobilityWire, APauseIsReadFromTheWordsWhereNoHeaderSaysIt) {
  const auto pause = [](std::string_view detail) {
    return refused_call(answer(429, fmt::format(R"({{"errors":[{{"title":"t","detail":"{}"}}]}})", detail)),
                        Applied::no, kNow)
        .retry_after;
  };
  EXPECT_EQ(pause("retry after 10s"), std::chrono::seconds(10));
  EXPECT_EQ(pause("retry after 99999999999s"), std::chrono::hours(24));
  EXPECT_EQ(pause("retry after a while"), std::nullopt);
  EXPECT_EQ(pause("retry after 10 potatoes"), std::nullopt);
}

}  // namespace
}  // namespace contactor::gateways::high_mobility
