#include "gateways/bmw/wire.h"

#include <gtest/gtest.h>

#include "gateways/bmw/auth.h"
#include "gateways/bmw/endpoints.h"
#include "gateways/testing/scripted_transport.h"

namespace contactor::gateways::bmw {
namespace {

using fleet::Standing;
using testing::answer;

const Vin kVin = *Vin::parse("WBA11AA0X0CH00001");
const Instant kNow = Instant::from_millis(1'800'000'000'000);
constexpr const char* kPage = "<!doctype html><html><body>Sign in to the network</body></html>";

/// Both shapes of an error body: BMW's own, and the gateway's with a `message`.
std::vector<std::string> shapes(std::string_view id, std::string_view text) {
  return {fmt::format(R"({{"logErrorId":"{}","logMessage":"{}"}})", id, text),
          fmt::format(R"({{"logErrorId":"{}","message":"{}"}})", id, text),
          fmt::format(R"({{"message":"{}: {}"}})", id, text)};
}

TEST(BmwWire, LogsInWithUserAndPasswordAtCognito) {
  auto login = login_request(
      {.auth_url = "https://cognito.example/", .client_id = "c", .username = "u", .password = Secret("p")});
  const auto request = login(kNow);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->url, "https://cognito.example/");
  EXPECT_EQ(request->headers[0].value, "application/x-amz-json-1.1");
  EXPECT_EQ(request->headers[1].value, "AWSCognitoIdentityProviderService.InitiateAuth");
  EXPECT_EQ(
      request->body,
      R"({"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"c","AuthParameters":{"USERNAME":"u","PASSWORD":"p"}})");
}

TEST(BmwWire, TheIdTokenIsTheBearerAndItsLifeIsObeyed) {
  const auto grant = read_login(
      answer(200, R"({"AuthenticationResult":{"IdToken":"id","AccessToken":"no","ExpiresIn":600}})"), kNow);
  ASSERT_TRUE(grant);
  EXPECT_EQ(grant->access_token.reveal(), "id");
  EXPECT_EQ(grant->lifetime, std::chrono::minutes(10));
}

TEST(BmwWire, CognitosWordsForARefusedLoginAreOurs) {
  const auto kind = [](std::string_view type) {
    return read_login(answer(400, fmt::format(R"({{"__type":"{}","message":"m"}})", type)), kNow)
        .error()
        .kind;
  };
  EXPECT_EQ(kind("NotAuthorizedException"), ErrorKind::unauthorized);
  EXPECT_EQ(kind("com.amazonaws.cognito#UserNotFoundException"), ErrorKind::unauthorized);
  EXPECT_EQ(kind("PasswordResetRequiredException"), ErrorKind::unauthorized);
  EXPECT_EQ(kind("TooManyRequestsException"), ErrorKind::rate_limited);
  EXPECT_EQ(kind("InternalErrorException"), ErrorKind::unavailable);
  EXPECT_EQ(kind("InvalidParameterException"), ErrorKind::invalid);
  const auto challenged = read_login(answer(200, R"({"ChallengeName":"NEW_PASSWORD_REQUIRED"})"), kNow);
  EXPECT_EQ(challenged.error().kind, ErrorKind::unauthorized);
  for (const auto* broken : {"", "[]", "{}", kPage, R"({"AuthenticationResult":{}})"})
    EXPECT_EQ(read_login(answer(200, broken), kNow).error().kind, ErrorKind::protocol) << broken;
}

TEST(BmwWire, AVehicleIsCreatedWithoutPlateAndEndDate) {
  const auto request = create_request("https://bmw.example/", kVin);
  EXPECT_EQ(request.url, "https://bmw.example/vehicle");
  EXPECT_EQ(request.body,
            R"({"vin":"WBA11AA0X0CH00001","licence_plate":"","note":"","contract":{"end_date":""}})");
  EXPECT_EQ(join_request("https://bmw.example", "a/b", kVin).url,
            "https://bmw.example/fleet/a%2Fb/vehicle/WBA11AA0X0CH00001");
}

TEST(BmwWire, AVehicleInAFleetIsActiveAndOneInNoneIsHalfDone) {
  EXPECT_EQ(read_vehicle(answer(200, R"({"vin":"X","fleet":"f1"})"), kNow)->standing, Standing::active);
  EXPECT_EQ(read_vehicle(answer(200, R"({"fleet":{"fleet_id":"f1"}})"), kNow)->standing, Standing::active);
  for (const auto* none : {R"({"vin":"X"})", R"({"fleet":null})", R"({"fleet":""})", R"({"fleet":{}})"}) {
    const auto state = read_vehicle(answer(200, none), kNow);
    EXPECT_EQ(state->standing, Standing::refused) << none;
    EXPECT_EQ(state->reason, "not_in_fleet");
  }
  EXPECT_EQ(read_vehicle(answer(404, "{}"), kNow)->standing, Standing::inactive);
}

/// Weakness 4: a read error was treated as "not active" and led to a new activation.
TEST(BmwWire, AVehicleThatCannotBeReadIsNeverInactive) {
  for (const int status : {200, 302, 404, 500, 503}) {
    const auto state = read_vehicle(answer(status, kPage), kNow);
    ASSERT_FALSE(state) << status;
    EXPECT_NE(state.error().kind, ErrorKind::not_found) << status;
  }
  EXPECT_FALSE(read_vehicle(answer(200, ""), kNow));
  EXPECT_FALSE(read_vehicle(answer(200, R"({"fleet":"f1)"), kNow));
  EXPECT_FALSE(read_vehicle(answer(200, R"({"message":"Too Many Requests"})"), kNow));
  EXPECT_FALSE(read_vehicle(answer(200, R"({"error":"internal"})"), kNow));
}

TEST(BmwWire, OnlyAHeadUnitWithExtendedCapabilityPassesTheCheck) {
  EXPECT_EQ(*read_check(answer(200, R"({"extended_capability":true})"), kNow), std::nullopt);
  for (const auto* old : {R"({"extended_capability":false})", R"({"vin":"X"})"}) {
    const auto refusal = read_check(answer(200, old), kNow);
    ASSERT_TRUE(refusal && *refusal) << old;
    EXPECT_EQ((*refusal)->standing, Standing::refused);
    EXPECT_EQ((*refusal)->reason, "head_unit_too_old");
  }
}

/// The original took every answer that is not 2xx for "head unit too old".
TEST(BmwWire, AFailedCheckSaysNothingOfTheHeadUnit) {
  EXPECT_EQ(read_check(answer(503, ""), kNow).error().kind, ErrorKind::unavailable);
  EXPECT_EQ(read_check(answer(401, R"({"message":"Unauthorized"})"), kNow).error().kind,
            ErrorKind::unauthorized);
  EXPECT_EQ((*read_check(answer(404, "{}"), kNow))->reason, "unknown_vin");
}

TEST(BmwWire, CreatedAndAlreadyThereAreTheSame) {
  for (const int status : {200, 201, 204}) {
    const auto created = read_created(answer(status), kNow);
    EXPECT_TRUE(created && !*created) << status;
  }
  for (const auto& body : shapes("BMWFD_VEHICLE_ALREADY_EXISTS", "it is there")) {
    const auto created = read_created(answer(403, body), kNow);
    EXPECT_TRUE(created && !*created) << body;
  }
}

TEST(BmwWire, AHeadUnitThatIsTooOldIsToldFromAVehicleThatIsNotAllowed) {
  for (const auto& body : shapes("BMWFD_VEHICLE_NOT_ALLOWED", "BMW HU version too old"))
    EXPECT_EQ((*read_created(answer(412, body), kNow))->reason, "head_unit_too_old") << body;
  for (const auto& body : shapes("BMWFD_VEHICLE_NOT_ALLOWED", "no")) {
    const auto refusal = *read_created(answer(412, body), kNow);
    EXPECT_EQ(refusal->standing, Standing::refused);
    EXPECT_EQ(refusal->reason, "not_allowed") << body;
    EXPECT_NE(refusal->detail.find("BMWFD_VEHICLE_NOT_ALLOWED"), std::string::npos);
  }
}

TEST(BmwWire, AQuotaIsALimitUntilItsRefillAndNoRefusalOfUs) {
  const auto told = read_created(
      answer(403, R"({"message":"Out of call volume quota. Quota will be replenished in 02:14:33."})"), kNow);
  EXPECT_EQ(told.error().kind, ErrorKind::rate_limited);
  EXPECT_EQ(told.error().retry_after,
            std::chrono::hours(2) + std::chrono::minutes(14) + std::chrono::seconds(33));
  EXPECT_EQ(told.error().applied, Applied::no);
  const auto seconds =
      read_created(answer(403, R"({"logErrorId":"Q","logMessage":"quota: again in 90 seconds"})"), kNow);
  EXPECT_EQ(seconds.error().retry_after, std::chrono::seconds(90));
  EXPECT_EQ(read_created(answer(403, R"({"message":"Limit Exceeded"})"), kNow).error().kind,
            ErrorKind::rate_limited);
}

TEST(BmwWire, AnyOther403IsOurCredential) {
  for (const auto& body : shapes("BMWFD_ACCESS_DENIED", "no right"))
    EXPECT_EQ(read_created(answer(403, body), kNow).error().kind, ErrorKind::unauthorized) << body;
}

TEST(BmwWire, TooManyRequestsIsALimitWhateverTheStatus) {
  for (const int status : {200, 400, 403, 429, 500}) {
    const auto limited = read_created(answer(status, R"({"message":"Too Many Requests"})"), kNow);
    ASSERT_FALSE(limited) << status;
    EXPECT_EQ(limited.error().kind, ErrorKind::rate_limited) << status;
    EXPECT_FALSE(read_joined(answer(status, R"({"message":"Too Many Requests"})"), kNow)) << status;
    EXPECT_EQ(read_deleted(answer(status, R"({"message":"Too Many Requests"})"), kNow).error().kind,
              ErrorKind::rate_limited);
  }
  const auto waits = read_created(answer(429, "", {{"Retry-After", "7"}}), kNow);
  EXPECT_EQ(waits.error().retry_after, std::chrono::seconds(7));
}

TEST(BmwWire, WhatIsNotBmwsWordMayHaveBeenApplied) {
  for (const int status : {200, 302, 404, 500}) {
    const auto created = read_created(answer(status, kPage), kNow);
    ASSERT_FALSE(created) << status;
    EXPECT_EQ(created.error().applied, Applied::maybe) << status;
  }
}

TEST(BmwWire, ARefusalInWordsThatNobodyKnowsKeepsThem) {
  const auto refusal = *read_created(answer(400, R"({"logErrorId":"BMWFD_REQUEST_DATA_INVALID"})"), kNow);
  EXPECT_EQ(refusal->standing, Standing::refused);
  EXPECT_EQ(refusal->reason, "unknown_reason");
  EXPECT_EQ(refusal->detail, "BMWFD_REQUEST_DATA_INVALID");
}

TEST(BmwWire, BeingInAFleetAlreadyIsAsGood) {
  for (const int status : {200, 201, 204, 422})
    EXPECT_TRUE(read_joined(answer(status, "{}"), kNow)) << status;
  EXPECT_FALSE(read_joined(answer(404, R"({"message":"Not Found"})"), kNow));
  EXPECT_FALSE(read_joined(answer(200, kPage), kNow));
}

TEST(BmwWire, TheFleetIsFoundByItsNameInAnyCase) {
  const auto list =
      answer(200, R"({"fleets":[{"fleet_id":"1","name":"Other"},{"fleet_id":"2","name":"BIB"}]})");
  EXPECT_EQ(*read_fleet_id(list, "bib", kNow), "2");
  EXPECT_EQ(read_fleet_id(list, "nobody", kNow).error().kind, ErrorKind::not_found);
  EXPECT_EQ(read_fleet_id(answer(200, "{}"), "bib", kNow).error().kind, ErrorKind::protocol);
}

/// Weakness 3: a failed deactivation was stored as inactive and never tried again.
TEST(BmwWire, OnlyAnAcceptedDeletionEndsAnythingAndAMissingVehicleIsGone) {
  EXPECT_EQ(read_deleted(answer(204), kNow)->standing, Standing::ending);
  EXPECT_EQ(read_deleted(answer(200, "{}"), kNow)->standing, Standing::ending);
  EXPECT_EQ(read_deleted(answer(404, R"({"logErrorId":"BMWFD_VEHICLE_NOT_FOUND"})"), kNow)->standing,
            Standing::inactive);
  for (const int status : {200, 302, 404, 500})
    EXPECT_FALSE(read_deleted(answer(status, kPage), kNow)) << status;
  EXPECT_EQ(read_deleted(answer(409, "{}"), kNow).error().kind, ErrorKind::protocol);
}

TEST(BmwWire, AModelOfOneWordIsAModel) {
  const auto model = [](std::string_view value) {
    return read_model(
        answer(200, fmt::format(R"({{"data":[{{"key":"a"}},{{"key":"model","value":"{}"}}]}})", value)),
        kNow);
  };
  EXPECT_EQ(model("i3 94 Ah")->name, "i3");
  EXPECT_EQ(model("i3 94 Ah")->type, "94");
  EXPECT_EQ(model("iX3")->name, "iX3");
  EXPECT_EQ(model("iX3")->type, "");
  EXPECT_EQ(model("i4 ")->type, "");
  EXPECT_EQ(model("").error().kind, ErrorKind::not_found);
  EXPECT_EQ(read_model(answer(404, "{}"), kNow).error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace contactor::gateways::bmw
