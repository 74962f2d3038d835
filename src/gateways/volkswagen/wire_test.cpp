#include "gateways/volkswagen/wire.h"

#include <gtest/gtest.h>

#include "gateways/testing/scripted_transport.h"

namespace contactor::gateways::volkswagen {
namespace {

using fleet::Standing;
using testing::answer;

constexpr Instant kNow = Instant::from_millis(1'800'000'000'000);
const Vin kVin = *Vin::parse("WVWZZZE1ZNP000001");

fleet::CloudState state(std::string_view word, std::string_view rejection = "null") {
  const auto statuses = read_statuses(answer(200, fmt::format(R"([{{"vin":"WVWZZZE1ZNP000001","status":"{}",)"
                                                              R"("enrollment-rejection-reason":{}}}])",
                                                              word, rejection)),
                                      kNow);
  return statuses->of(kVin);
}

/// Weakness 5: a pending enrolment was reported as failed and asked for again at each run.
TEST(VolkswagenWire, EachStatusWordHasItsStanding) {
  EXPECT_EQ(state("enrollment_completed").standing, Standing::active);
  EXPECT_EQ(state("in_validation").standing, Standing::pending);
  EXPECT_EQ(state("enrollment_ongoing").standing, Standing::pending);
  EXPECT_EQ(state("enrollment_ongoing").reason, "enrollment_ongoing") << "the driver must act";
  EXPECT_EQ(state("de_enrollment_ongoing").standing, Standing::ending);
}

/// Weakness 5: the rejection reason was read and never stored.
TEST(VolkswagenWire, ARejectionReasonIsARefusalThatKeepsItsWords) {
  const auto refused = state("in_validation", R"("no contract")");
  EXPECT_EQ(refused.standing, Standing::refused);
  EXPECT_EQ(refused.reason, "enrollment_rejected");
  EXPECT_EQ(refused.detail, "in_validation: no contract");
  EXPECT_EQ(state("enrollment_completed", R"("of last year")").standing, Standing::active);
}

TEST(VolkswagenWire, AnUnknownWordIsUnknownAndTold) {
  const auto unknown = state("vehicle_on_the_moon");
  EXPECT_EQ(unknown.standing, Standing::unknown);
  EXPECT_EQ(unknown.detail, "vehicle_on_the_moon");
}

TEST(VolkswagenWire, AbsentIsInactiveOnlyInAListThatCouldBeReadWhole) {
  EXPECT_EQ(read_statuses(answer(200, "[]"), kNow)->of(kVin).standing, Standing::inactive);
  EXPECT_EQ(read_statuses(answer(200, R"([{"vin":"TESTCAR","status":"x"}])"), kNow)->of(kVin).standing,
            Standing::inactive);
  for (const char* hole : {R"([{"status":"enrollment_completed"}])", R"([null])", R"([{"vin":7}])"})
    EXPECT_EQ(read_statuses(answer(200, hole), kNow)->of(kVin).standing, Standing::unknown) << hole;
}

TEST(VolkswagenWire, AVehicleListedTwiceDifferentlyIsUnknown) {
  const auto twice = [](const char* other) {
    return read_statuses(answer(200, fmt::format(R"([{{"vin":"WVWZZZE1ZNP000001","status":"in_validation"}},)"
                                                 R"({{"vin":"wvwzzze1znp000001","status":"{}"}}])",
                                                 other)),
                         kNow)
        ->of(kVin)
        .standing;
  };
  EXPECT_EQ(twice("in_validation"), Standing::pending);
  EXPECT_EQ(twice("enrollment_completed"), Standing::unknown);
}

TEST(VolkswagenWire, AnAnswerThatIsNoListIsAnError) {
  for (const char* body : {"", "{}", "null", R"({"error":"internal"})", "<html>"}) {
    const auto statuses = read_statuses(answer(200, body), kNow);
    ASSERT_FALSE(statuses) << body;
    EXPECT_EQ(statuses.error().kind, ErrorKind::protocol);
    EXPECT_EQ(statuses.error().applied, Applied::no);
    EXPECT_FALSE(read_codes(answer(200, body), kNow)) << body;
  }
}

TEST(VolkswagenWire, ACodeThatIsNoneIsLeftOut) {
  const auto codes = read_codes(
      answer(200, fmt::format(R"({{"vehicle-verification-codes":[null,{{"vin":"WVWZZZE1ZNP000001"}},)"
                              R"({{"vin":"WVWZZZE1ZNP000001","verification-code":""}},)"
                              R"({{"vin":"WVWZZZE1ZNP000001","verification-code":"{}"}}]}})",
                              std::string(300, 'x'))),
      kNow);
  ASSERT_TRUE(codes);
  EXPECT_TRUE(codes->empty());
}

TEST(VolkswagenWire, OnlyARefusalInTheCloudsOwnWordsProvesThatNothingWasDone) {
  EXPECT_EQ(refused_call(answer(400, R"({"error":"x"})"), true, kNow).applied, Applied::no);
  EXPECT_EQ(refused_call(answer(404, "<html>"), true, kNow).applied, Applied::maybe);
  EXPECT_EQ(refused_call(answer(500, R"({"error":"x"})"), true, kNow).applied, Applied::maybe);
  EXPECT_EQ(refused_call(answer(500, "<html>"), false, kNow).applied, Applied::no);
  EXPECT_EQ(refused_call(answer(403, "{}"), true, kNow).kind, ErrorKind::unauthorized);
}

TEST(VolkswagenWire, ARateLimitTellsItsPause) {
  const auto limited = read_statuses(answer(429, "{}", {{"Retry-After", "30"}}), kNow);
  EXPECT_EQ(limited.error().kind, ErrorKind::rate_limited);
  EXPECT_EQ(limited.error().retry_after, std::chrono::seconds(30));
}

TEST(VolkswagenWire, BucketsThatAreNoListsOfTextsAreNotGuessedAt) {
  EXPECT_FALSE(read_withdrawal(answer(200, R"({"ignored-vins":"WVWZZZE1ZNP000001"})"), kNow));
  EXPECT_FALSE(read_withdrawal(answer(200, R"({"ignored-vins":[1]})"), kNow));
  const auto nothing = read_withdrawal(answer(200, "{}"), kNow);
  ASSERT_TRUE(nothing);
  EXPECT_TRUE(nothing->empty());
}

}  // namespace
}  // namespace contactor::gateways::volkswagen
