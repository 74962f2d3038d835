#include "gateways/high_mobility/gateway.h"

#include <gtest/gtest.h>

#include "gateways/testing/scripted_transport.h"
#include "ports/url_encoding.h"

namespace contactor::gateways::high_mobility {
namespace {

using fleet::Standing;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::answer;

constexpr const char* kOne = "W1K11111111000001";
constexpr const char* kTwo = "W1K11111111000002";
constexpr const char* kGrant = R"({"access_token":"t1","token_type":"bearer","expires_in":300})";
const testing::Step kLogin{"POST", "/v1/access_tokens", answer(200, kGrant)};
const testing::Step kNobody{"GET", "/v1/fleets/vehicles?filter=", answer(200, "[]")};

testing::Step eligible(std::string_view vin, bool yes) {
  return {"POST", "/v1/eligibility",
          answer(200, fmt::format(R"({{"vin":"{}","eligible":{},"data_delivery":["push"]}})", vin, yes))};
}
testing::Step cleared(std::string_view vin, std::string_view status, std::string_view description = "") {
  return {"POST", "/v1/fleets/vehicles",
          answer(200, fmt::format(R"({{"vehicles":[{{"vin":"{}","status":"{}","description":"{}"}}]}})", vin,
                                  status, description))};
}
testing::Step refusal(int status, std::string_view title, std::string_view detail) {
  return {"DELETE", "/v1/fleets/vehicles/W1K11111111000001",
          answer(status, fmt::format(R"({{"errors":[{{"title":"{}","detail":"{}"}}]}})", title, detail))};
}

struct Bench {
  explicit Bench(std::vector<testing::Step> script, Tags tags = {})
      : transport(std::move(script)), labels(std::move(tags)) {}

  testing::ScriptedTransport transport;
  Tags labels;
  testing::ManualTimekeeper time;
  Gateway gateway{{.transport = transport,
                   .timekeeper = time,
                   .auth_url = "https://hm.example/v1/access_tokens",
                   .base_url = "https://hm.example",
                   .client_id = "us",
                   .client_secret = Secret("s"),
                   .tags = labels}};

  using Call = void (Gateway::*)(std::vector<ports::CloudSubject>, ports::Done<ports::CloudAnswers>);
  ports::CloudAnswers call(Call method, const std::vector<const char*>& vins,
                           std::string make = "mercedes-benz") {
    std::vector<ports::CloudSubject> subjects;
    for (const char* vin : vins)
      subjects.push_back({.vin = *Vin::parse(vin), .make = make, .fleet = {}, .handle = {}, .key = "k"});
    std::vector<ports::CloudAnswers> got;
    (gateway.*method)(subjects, [&](ports::CloudAnswers answers) { got.push_back(std::move(answers)); });
    transport.run();
    EXPECT_EQ(got.size(), 1U);
    EXPECT_TRUE(transport.is_done());
    return got.at(0);
  }
  Result<fleet::CloudState> withdraw(const testing::Step& step) {
    transport.expect(step.method, step.url_part, step.answer);
    return call(&Gateway::deactivate, {kOne})[0];
  }
};

TEST(HighMobilityGateway, LogsInWithJsonAsTheSpecificationSays) {
  Bench bench({kLogin, kNobody});
  EXPECT_EQ(bench.call(&Gateway::observe, {kOne})[0]->standing, Standing::inactive);
  EXPECT_EQ(bench.transport.sent()[0].body,
            R"({"grant_type":"client_credentials","client_id":"us","client_secret":"s"})");
}

TEST(HighMobilityGateway, AWrongSecretIsARefusedCredentialAlthoughItComesAs400) {
  Bench bench(
      {{"POST", "/v1/access_tokens",
        answer(400, R"({"error":"invalid_request","error_description":"client_secret is invalid"})")}});
  EXPECT_EQ(bench.call(&Gateway::observe, {kOne})[0].error().kind, ErrorKind::unauthorized);
}

/// Weakness 9: tokens live five minutes, and a longer run got 401.
TEST(HighMobilityGateway, TheTokenOfFiveMinutesIsRefreshedBeforeItEnds) {
  Bench bench({kLogin, kNobody, kLogin, kNobody});
  bench.gateway.observe({{.vin = *Vin::parse(kOne)}}, [](const auto&) {});
  bench.transport.run();
  bench.time.advance(minutes(4) + seconds(5));
  EXPECT_TRUE(bench.call(&Gateway::observe, {kOne})[0]);
}

TEST(HighMobilityGateway, FewVehiclesAreFilteredForAndManyReadTheWholeList) {
  Bench bench({kLogin, kNobody});
  bench.call(&Gateway::observe, {kOne, kTwo});
  EXPECT_EQ(bench.transport.last().url,
            "https://hm.example/v1/fleets/vehicles?filter=" +
                ports::percent_encode(
                    R"({"vin":{"operator":"in","value":["W1K11111111000001","W1K11111111000002"]}})"));
  bench.transport.expect("GET", "/v1/fleets/vehicles", answer(200, "[]"));
  bench.call(&Gateway::observe, std::vector<const char*>(101, kOne));
  EXPECT_EQ(bench.transport.last().url, "https://hm.example/v1/fleets/vehicles");
}

/// T33: the aggregator has no Nissan; nobody retries that for ever.
TEST(HighMobilityGateway, AMakeThatIsNotServedIsRefusedWithoutACall) {
  Bench bench({});
  const auto refused = bench.call(&Gateway::activate, {kOne}, "nissan")[0];
  EXPECT_EQ(refused->standing, Standing::refused);
  EXPECT_EQ(refused->reason, "make_not_served");
}

TEST(HighMobilityGateway, AFirstClearanceIsAskedForOnlyWhereTheVehicleIsEligible) {
  Bench bench({kLogin, kNobody, eligible(kOne, false), eligible(kTwo, true), cleared(kTwo, "pending")});
  const auto answers = bench.call(&Gateway::activate, {kOne, kTwo});
  EXPECT_EQ(answers[0]->standing, Standing::refused);
  EXPECT_EQ(answers[0]->reason, "ineligible_vin");
  EXPECT_EQ(answers[1]->standing, Standing::pending);
  EXPECT_EQ(bench.transport.last().body,
            R"({"vehicles":[{"vin":"W1K11111111000002","brand":"mercedes-benz"}]})");
}

TEST(HighMobilityGateway, ABrandWithoutTheLookupIsClearedWithoutIt) {
  Bench bench({kLogin, kNobody, cleared(kOne, "pending")}, {{"customer", "Lyon"}});
  EXPECT_EQ(bench.call(&Gateway::activate, {kOne}, "dacia")[0]->standing, Standing::pending);
  EXPECT_EQ(bench.transport.last().body,
            R"({"vehicles":[{"vin":"W1K11111111000001","brand":"dacia","tags":{"customer":"Lyon"}}]})");
}

TEST(HighMobilityGateway, AVehicleWithARecordIsNotLookedUpAgain) {
  Bench bench({kLogin,
               {"GET", "?filter=", answer(200, R"([{"vin":"W1K11111111000001","status":"revoked"}])")},
               cleared(kOne, "pending")});
  EXPECT_EQ(bench.call(&Gateway::activate, {kOne})[0]->standing, Standing::pending);
}

TEST(HighMobilityGateway, WhatIsClearedOrUnderWayIsNotAskedForAgain) {
  for (const auto& [word, standing] :
       {std::pair("approved", Standing::active), std::pair("pending", Standing::pending),
        std::pair("revoking", Standing::ending)}) {
    Bench bench({kLogin,
                 {"GET", "?filter=",
                  answer(200, fmt::format(R"([{{"vin":"W1K11111111000001","status":"{}"}}])", word))}});
    EXPECT_EQ(bench.call(&Gateway::activate, {kOne})[0]->standing, standing) << word;
  }
}

TEST(HighMobilityGateway, ALookupThatFailsLetsTheClearanceDecide) {
  Bench bench({kLogin,
               kNobody,
               {"POST", "/v1/eligibility", answer(422, R"({"errors":[{"title":"brand call failed"}]})")},
               cleared(kOne, "pending")});
  EXPECT_EQ(bench.call(&Gateway::activate, {kOne})[0]->standing, Standing::pending);
}

TEST(HighMobilityGateway, ALookupThatIsDownAsksForNothing) {
  Bench bench({kLogin, kNobody, {"POST", "/v1/eligibility", answer(500, "")}});
  const auto answers = bench.call(&Gateway::activate, {kOne, kTwo});
  for (const auto& each : answers) {
    EXPECT_EQ(each.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(each.error().applied, Applied::no);
  }
}

/// T44: the result of each vehicle stands inside a 200.
TEST(HighMobilityGateway, AnErrorInsideThe200RefusesOneVehicle) {
  const testing::Step both{
      "POST", "/v1/fleets/vehicles",
      answer(200, R"({"vehicles":[{"vin":"W1K11111111000001","status":"error","description":)"
                  R"("The brand is invalid"},{"vin":"W1K11111111000003","status":"pending"}]})")};
  Bench bench({kLogin, kNobody, both});
  const auto answers = bench.call(&Gateway::activate, {kOne, kTwo}, "dacia");
  EXPECT_EQ(answers[0]->standing, Standing::refused);
  EXPECT_EQ(answers[0]->reason, "make_not_served");
  EXPECT_EQ(answers[0]->detail, "error: The brand is invalid");
  EXPECT_EQ(answers[1]->standing, Standing::unknown) << "left out of the answer";
}

/// Weakness 3: a revocation was recorded as done when it had only begun.
TEST(HighMobilityGateway, ADeletionHasOnlyBegun) {
  for (const char* word : {"revoking", "canceling"}) {
    Bench bench({kLogin});
    const auto ending =
        bench.withdraw({"DELETE", "/v1/fleets/vehicles/W1K11111111000001",
                        answer(200, fmt::format(R"({{"vin":"W1K11111111000001","status":"{}"}})", word))});
    EXPECT_EQ(ending->standing, Standing::ending);
    EXPECT_EQ(ending->detail, word);
  }
}

TEST(HighMobilityGateway, ADeletionOfWhatIsGoneIsNoError) {
  for (const auto& gone : {refusal(404, "Not found", "no clearance"),
                           refusal(409, "Conflict", "Clearance is already removed")}) {
    Bench bench({kLogin});
    EXPECT_EQ(bench.withdraw(gone)->standing, Standing::inactive);
  }
  Bench bench({kLogin});
  EXPECT_EQ(bench.withdraw(refusal(409, "Conflict", "Clearance is in transition mode"))->standing,
            Standing::ending);
}

/// T48: a cancellation that is not supported waits until it can be a revocation. The original crashed here.
TEST(HighMobilityGateway, AClearanceThatCannotBeCanceledStaysPending) {
  Bench bench({kLogin});
  const auto kept =
      bench.withdraw(refusal(422, "not supported", "cancellation is not supported for this vin"));
  EXPECT_EQ(kept->standing, Standing::pending);
  EXPECT_EQ(kept->reason, "cancel_not_supported");
}

TEST(HighMobilityGateway, ACancellationThatIsTooEarlyIsForTomorrow) {
  Bench bench({kLogin});
  const auto early = bench.withdraw(
      refusal(422, "too early", "the pending status could only be canceled after 1 day it's created"));
  EXPECT_EQ(early.error().kind, ErrorKind::conflict);
  EXPECT_EQ(early.error().applied, Applied::no);
  EXPECT_EQ(early.error().retry_after, hours(24));
}

TEST(HighMobilityGateway, APageWith404IsNotTheAggregatorsWord) {
  Bench bench({kLogin});
  const auto page = bench.withdraw({"DELETE", "/v1/fleets/vehicles/", answer(404, "<html>Hotel</html>")});
  EXPECT_EQ(page.error().applied, Applied::maybe);
}

TEST(HighMobilityGateway, AConflictInUnknownWordsIsDecidedByALook) {
  Bench bench({kLogin,
               refusal(409, "Conflict", "because"),
               {"GET", "/v1/fleets/vehicles/W1K11111111000001",
                answer(200, R"({"vin":"W1K11111111000001","status":"canceled"})")}});
  EXPECT_EQ(bench.call(&Gateway::deactivate, {kOne})[0]->standing, Standing::inactive);
}

/// 9.2: sixty questions about single vehicles a minute for the whole application.
TEST(HighMobilityGateway, NoMoreThanSixtySingleLooksAMinute) {
  std::vector<testing::Step> script{kLogin};
  const testing::Step look{"GET", "/v1/fleets/vehicles/W1K11111111000001",
                           answer(200, R"({"vin":"W1K11111111000001","status":"canceled"})")};
  for (int i = 0; i < 60; ++i) {
    script.push_back(refusal(409, "Conflict", "because"));
    script.push_back(look);
  }
  script.push_back(refusal(409, "Conflict", "because"));
  Bench bench(script);
  const auto answers = bench.call(&Gateway::deactivate, std::vector<const char*>(61, kOne));
  EXPECT_EQ(answers[59]->standing, Standing::inactive);
  EXPECT_EQ(answers[60]->standing, Standing::unknown);
  bench.time.advance(minutes(1));
  bench.transport.expect("DELETE", "/v1/", refusal(409, "Conflict", "because").answer)
      .expect(look.method, look.url_part, look.answer);
  EXPECT_EQ(bench.call(&Gateway::deactivate, {kOne})[0]->standing, Standing::inactive);
}

/// 9.2: bursts are to be avoided; who is told to wait does not try the next vehicle.
TEST(HighMobilityGateway, ALimitedRateIsToldInWordsAndEndsTheRest) {
  Bench bench({kLogin, refusal(429, "Too many requests", "retry after 10s")});
  const auto answers = bench.call(&Gateway::deactivate, {kOne, kTwo});
  for (const auto& each : answers) {
    EXPECT_EQ(each.error().kind, ErrorKind::rate_limited);
    EXPECT_EQ(each.error().retry_after, seconds(10));
    EXPECT_EQ(each.error().applied, Applied::no);
  }
}

/// Weakness 6: a list or POST that was not 200 crashed the next line.
TEST(HighMobilityGateway, AListThatFailsAsksForNothing) {
  Bench bench({kLogin, {"GET", "/v1/fleets/vehicles?filter=", answer(500, "")}});
  EXPECT_EQ(bench.call(&Gateway::activate, {kOne})[0].error().applied, Applied::no);
}

}  // namespace
}  // namespace contactor::gateways::high_mobility
