#include "gateways/stellantis/wire.h"

#include <gtest/gtest.h>

#include "gateways/stellantis/auth.h"
#include "gateways/stellantis/endpoints.h"
#include "gateways/testing/scripted_transport.h"

namespace contactor::gateways::stellantis {
namespace {

using fleet::Standing;
using testing::answer;

const Vin kVin = *Vin::parse("VR3UPHNKSKT000001");
const Instant kNow = Instant::from_millis(1'800'000'000'000);
constexpr const char* kPage = "<!doctype html><html><body>Sign in to the network</body></html>";

Contract contract(std::string id, std::string status, int from_days, int to_days) {
  return {.id = std::move(id),
          .vin = kVin,
          .status = std::move(status),
          .from = kNow + std::chrono::days(from_days),
          .to = kNow + std::chrono::days(to_days)};
}

TEST(StellantisWire, LogsInWithMailAndPassword) {
  auto login = login_request({.base_url = "https://ms.example/", .email = "a@b", .password = Secret("p")});
  const auto request = login(kNow);
  EXPECT_EQ(request->url, "https://ms.example/api/auth/login");
  EXPECT_EQ(request->body, R"({"email":"a@b","password":"p"})");
  EXPECT_EQ(read_login(answer(200, R"({"authToken":"t"})"), kNow)->access_token.reveal(), "t");
  EXPECT_EQ(read_login(answer(401, "{}"), kNow).error().kind, ErrorKind::unauthorized);
  EXPECT_EQ(read_login(answer(400, "{}"), kNow).error().kind, ErrorKind::unauthorized);
  for (const auto* broken : {"", "[]", "{}", kPage})
    EXPECT_EQ(read_login(answer(200, broken), kNow).error().kind, ErrorKind::protocol) << broken;
}

/// Weakness 11: a new reference at each try made a repeat a second contract.
TEST(StellantisWire, TheSameKeyGivesTheSameReferenceInTheFormOfAUuid) {
  const auto first = create_request("https://ms.example", "co", kVin, "k1", kNow).body;
  EXPECT_EQ(create_request("https://ms.example", "co", kVin, "k1", kNow).body, first);
  EXPECT_NE(create_request("https://ms.example", "co", kVin, "k2", kNow).body, first);
  const auto reference = uuid_of("reference", "x");
  ASSERT_EQ(reference.size(), 36U);
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) EXPECT_EQ(reference[dash], '-');
  EXPECT_EQ(reference[14], '8');
  EXPECT_NE(std::string("89ab").find(reference[19]), std::string::npos);
}

TEST(StellantisWire, AContractIsForOneYearInPackOne) {
  const auto body = create_request("https://ms.example/", "co", kVin, "k1", kNow).body;
  EXPECT_NE(body.find(R"("company":"co")"), std::string::npos);
  EXPECT_NE(body.find(R"("car":{"vin":"VR3UPHNKSKT000001","imei":")"), std::string::npos);
  EXPECT_NE(body.find(R"("from":"2027-01-15T08:00:00.000Z","to":"2028-01-15T08:00:00.000Z","pack":"pack-1")"),
            std::string::npos);
}

/// Weakness 17: the "+1 year" failed on 29 February.
TEST(StellantisWire, AContractOfTheTwentyNinthOfFebruaryEndsOnTheTwentyEighth) {
  EXPECT_EQ(to_rfc3339(a_year_after(*parse_rfc3339("2028-02-29T10:11:12.345Z"))), "2029-02-28T10:11:12.345Z");
  EXPECT_EQ(to_rfc3339(a_year_after(*parse_rfc3339("2027-02-28T00:00:00.000Z"))), "2028-02-28T00:00:00.000Z");
}

TEST(StellantisWire, ContractsOfOneVehicleAreAskedForByCondition) {
  EXPECT_EQ(contracts_request("https://ms.example", 200, 100, nullptr).url,
            "https://ms.example/connected-fleet/api/contracts?skip=200&limit=100");
  EXPECT_EQ(contracts_request("https://ms.example", 0, 100, &kVin).url,
            "https://ms.example/connected-fleet/api/contracts?skip=0&limit=100"
            "&conditions=%7B%22car.vin%22%3A%22VR3UPHNKSKT000001%22%7D");
  EXPECT_EQ(join_request("https://ms.example", "f/1", "c1").url,
            "https://ms.example/connected-fleet/api/fleets/f%2F1/vehicles");
  EXPECT_EQ(join_request("https://ms.example", "f", "c1").body, R"(["c1"])");
}

/// The original called "DELETE /contracts/" where it knew no contract for a vehicle.
TEST(StellantisWireDeathTest, NoDeletionIsEverWithoutAnId) {
  EXPECT_EQ(delete_request("https://ms.example", "a/b").url,
            "https://ms.example/connected-fleet/api/contracts/a%2Fb");
  EXPECT_DEATH((void)delete_request("https://ms.example", ""), "empty");
}

TEST(StellantisContracts, TheNewestContractCounts) {
  EXPECT_EQ(standing_of({}, kNow).standing, Standing::inactive);
  const auto state =
      standing_of({contract("new", "pending", -1, 364), contract("old", "cancelled", -400, -35)}, kNow);
  EXPECT_EQ(state.standing, Standing::pending);
  EXPECT_EQ(state.handle, "new");
  EXPECT_EQ(state.valid_until, kNow + std::chrono::days(364));
}

TEST(StellantisContracts, EachStatusWordHasItsStanding) {
  const auto standing = [](std::string word) {
    return standing_of({contract("c", std::move(word), -1, 1)}, kNow);
  };
  EXPECT_EQ(standing("activated").standing, Standing::active);
  EXPECT_EQ(standing("pending").standing, Standing::pending);
  EXPECT_EQ(standing("cancelling").standing, Standing::ending);
  EXPECT_EQ(standing("cancelled").standing, Standing::inactive);
  EXPECT_EQ(standing("rejected").standing, Standing::refused);
  EXPECT_EQ(standing("rejected").reason, "rejected");
  EXPECT_EQ(standing("sleeping").standing, Standing::unknown);
  EXPECT_EQ(standing("sleeping").detail, "sleeping");
}

TEST(StellantisContracts, WhileARenewalIsPendingTheOldContractStillFlows) {
  const auto state =
      standing_of({contract("old", "activated", -350, 15), contract("new", "pending", 0, 365)}, kNow);
  EXPECT_EQ(state.standing, Standing::active);
  EXPECT_EQ(state.handle, "old");
  const auto renewed =
      standing_of({contract("old", "activated", -350, 15), contract("new", "activated", 0, 365)}, kNow);
  EXPECT_EQ(renewed.handle, "new");
  EXPECT_EQ(renewed.valid_until, kNow + std::chrono::days(365));
}

/// Weakness 17: a contract lapses after one year without anybody noticing.
TEST(StellantisContracts, AContractThatHasEndedIsInactive) {
  const auto state = standing_of({contract("c", "activated", -365, 0)}, kNow);
  EXPECT_EQ(state.standing, Standing::inactive);
  EXPECT_EQ(state.reason, "contract_ended");
}

TEST(StellantisWire, APageIsReadAndStrangeItemsCountForTheNextSkip) {
  const auto page = read_page(
      answer(
          200,
          R"([{"_id":"c1","status":"pending","from":"2026-01-01T00:00:00Z","car":{"vin":"VR3UPHNKSKT000001"}},)"
          R"(7,{"_id":"c2"},{"_id":"c3","status":"activated","car":{"vin":"short"}}])"),
      kNow);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->items, 4U);
  ASSERT_EQ(page->contracts.size(), 1U);
  EXPECT_EQ(page->contracts[0].id, "c1");
  EXPECT_EQ(page->first_id, "c1");
  EXPECT_EQ(read_page(answer(200, "[]"), kNow)->items, 0U);
}

TEST(StellantisWire, AListThatCannotBeReadIsNoEmptyList) {
  for (const auto* broken : {"", "{}", "[7]", R"([{"_id":"c1")", kPage, "null"})
    EXPECT_EQ(read_page(answer(200, broken), kNow).error().kind, ErrorKind::protocol) << broken;
  for (const int status : {302, 404, 500}) EXPECT_FALSE(read_page(answer(status, kPage), kNow)) << status;
}

TEST(StellantisWire, AnErrorCodeIsNotEligibleAndSilenceIsNothing) {
  const auto answers = read_eligibility(
      answer(200,
             R"([{"vin":"VR3UPHNKSKT000001","eligible":true},{"vin":"VR3UPHNKSKT000002","eligible":false},)"
             R"({"vin":"VR3UPHNKSKT000003","error_code":"VEHICLE_NOT_FOUND"},{"vin":"VR3UPHNKSKT000004"}])"),
      kNow);
  ASSERT_TRUE(answers);
  EXPECT_EQ(answers->size(), 3U);
  EXPECT_EQ(answers->at(kVin), std::nullopt);
  EXPECT_EQ(answers->at(*Vin::parse("VR3UPHNKSKT000002")), "not eligible");
  EXPECT_EQ(answers->at(*Vin::parse("VR3UPHNKSKT000003")), "VEHICLE_NOT_FOUND");
}

TEST(StellantisWire, A502OnEligibilityPasses) {
  const auto error = read_eligibility(answer(502, kPage), kNow).error();
  EXPECT_EQ(error.kind, ErrorKind::unavailable);
  EXPECT_EQ(error.applied, Applied::no);
}

TEST(StellantisWire, AContractThatWasTakenIsReadByItsId) {
  const auto created =
      read_created(answer(201, R"({"_id":"c1","status":"pending","to":"2027-11-21T00:00:00Z"})"), kVin, kNow);
  ASSERT_TRUE(created && created->contract);
  EXPECT_EQ(created->contract->id, "c1");
  EXPECT_EQ(created->contract->status, "pending");
  for (const auto* broken : {"", "[]", "{}", R"({"_id":"c1)", kPage}) {
    const auto unclear = read_created(answer(201, broken), kVin, kNow);
    EXPECT_EQ(unclear.error().kind, ErrorKind::protocol);
    EXPECT_EQ(unclear.error().applied, Applied::maybe) << broken;
  }
}

TEST(StellantisWire, A409MeansThatAContractIsUnderWay) {
  EXPECT_TRUE(read_created(answer(409, R"({"message":"in progress"})"), kVin, kNow)->is_taken);
  EXPECT_FALSE(read_created(answer(409, kPage), kVin, kNow));
}

/// Weakness 5: the reason of a refusal was lost.
TEST(StellantisWire, ARefusalKeepsTheCloudsWords) {
  const auto refused = read_created(answer(400, R"({"message":"VIN is not valid"})"), kVin, kNow);
  ASSERT_TRUE(refused && refused->refusal);
  EXPECT_EQ(refused->refusal->standing, Standing::refused);
  EXPECT_NE(refused->refusal->detail.find("VIN is not valid"), std::string::npos);
  EXPECT_EQ(read_created(answer(403, "{}"), kVin, kNow).error().kind, ErrorKind::unauthorized);
}

/// Weakness 3: a failed deactivation was stored as inactive.
TEST(StellantisWire, OnlyAnAcceptedDeletionEndsAContractAndAMissingOneIsGone) {
  EXPECT_EQ(*read_deleted(answer(204), kNow), Standing::ending);
  EXPECT_EQ(*read_deleted(answer(200, "{}"), kNow), Standing::ending);
  EXPECT_EQ(*read_deleted(answer(404, "{}"), kNow), Standing::inactive);
  for (const int status : {200, 302, 404, 500})
    EXPECT_FALSE(read_deleted(answer(status, kPage), kNow)) << status;
  EXPECT_EQ(read_deleted(answer(400, "{}"), kNow).error().kind, ErrorKind::protocol);
}

}  // namespace
}  // namespace contactor::gateways::stellantis
