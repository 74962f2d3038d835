#include "gateways/kia/gateway.h"

#include <gtest/gtest.h>

#include "gateways/kia/wire.h"
#include "gateways/testing/scripted_transport.h"

namespace contactor::gateways::kia {
namespace {

using fleet::Standing;
using testing::answer;

constexpr Instant kNow = Instant::from_millis(1'800'000'000'000);
constexpr const char* kOne = "KNACC81GFM5000001";
constexpr const char* kTwo = "KNACC81GFM5000002";
constexpr const char* kGrant = R"({"access_token":"t1","expires_in":3600,"token_type":"Bearer"})";
const testing::Step kLogin{"POST", "/oauth2/token", answer(200, kGrant)};

std::string list(const std::vector<const char*>& vins) {
  std::string entries;
  for (const char* vin : vins) entries += fmt::format(R"({}{{"vin":"{}"}})", entries.empty() ? "" : ",", vin);
  return fmt::format(R"({{"body":{{"results":[{}]}}}})", entries);
}

struct Bench {
  explicit Bench(std::vector<testing::Step> script) : transport(std::move(script)) {}

  testing::ScriptedTransport transport;
  testing::ManualTimekeeper time;
  Gateway gateway{{.transport = transport,
                   .timekeeper = time,
                   .auth_url = "https://login.example/oauth2/token",
                   .base_url = "https://kia.example",
                   .client_id = "us",
                   .client_secret = Secret("s/"),
                   .api_key = Secret("key-1")}};

  using Call = void (Gateway::*)(std::vector<ports::CloudSubject>, ports::Done<ports::CloudAnswers>);
  ports::CloudAnswers call(Call method, const std::vector<const char*>& vins) {
    std::vector<ports::CloudSubject> subjects;
    for (const char* vin : vins)
      subjects.push_back({.vin = *Vin::parse(vin), .make = "kia", .fleet = {}, .handle = {}, .key = "k"});
    std::vector<ports::CloudAnswers> got;
    (gateway.*method)(subjects, [&](ports::CloudAnswers answers) { got.push_back(std::move(answers)); });
    transport.run();
    EXPECT_EQ(got.size(), 1U);
    EXPECT_TRUE(transport.is_done());
    return got.at(0);
  }
};

bool has_header(const ports::HttpRequest& request, std::string_view name, std::string_view value) {
  return std::ranges::any_of(
      request.headers, [&](const auto& header) { return header.name == name && header.value == value; });
}

TEST(KiaGateway, LogsInWithAFormAndCarriesTheKeyOnEveryCall) {
  Bench bench({kLogin,
               {"GET", "/consent/vehicle", answer(200, list({kOne}))},
               {"GET", "/consent/dtcInfo", answer(200, list({kOne}))}});
  EXPECT_EQ(bench.call(&Gateway::observe, {kOne})[0]->standing, Standing::active);
  EXPECT_EQ(bench.transport.sent()[0].body,
            "grant_type=client_credentials&client_id=us&client_secret=s%2F&"
            "scope=external-server-prod%2Fdefault");
  for (std::size_t i = 1; i < 3; ++i) {
    EXPECT_TRUE(has_header(bench.transport.sent()[i], "x-api-key", "key-1"));
    EXPECT_TRUE(has_header(bench.transport.sent()[i], "Authorization", "Bearer t1"));
  }
}

/// Weakness of 8.1: after a failed login calls went out with "Bearer None".
TEST(KiaGateway, WithoutATokenNoCallGoesOut) {
  Bench bench({{"POST", "/oauth2/token", answer(400, R"({"error":"invalid_client"})")}});
  EXPECT_EQ(bench.call(&Gateway::activate, {kOne})[0].error().kind, ErrorKind::unauthorized);
}

/// Weakness of 8.4: a half consent counted as inactive, and the unwanted half was never withdrawn.
TEST(KiaGateway, HalfAConsentIsNeitherOffNorOn) {
  Bench bench({kLogin,
               {"GET", "/consent/vehicle", answer(200, list({kOne}))},
               {"GET", "/consent/dtcInfo", answer(200, list({kTwo}))}});
  const auto answers = bench.call(&Gateway::observe, {kOne, kTwo, "KNACC81GFM5000003"});
  EXPECT_EQ(answers[0]->standing, Standing::refused);
  EXPECT_EQ(answers[0]->reason, "half_consent_vehicle");
  EXPECT_EQ(answers[1]->standing, Standing::refused);
  EXPECT_EQ(answers[1]->reason, "half_consent_dtc");
  EXPECT_EQ(answers[2]->standing, Standing::inactive);
  EXPECT_EQ(answers[2]->reason, "no_consent") << "asked for under a key, and on neither list";
}

/// Weakness 12: an empty body stopped the whole run.
TEST(KiaGateway, AnAnswerWithoutResultsSaysNothing) {
  for (const char* body : {"", "null", "{}", R"({"body":null})", R"({"body":{"results":null}})", "[]",
                           R"({"body":{"results":"none"}})"}) {
    Bench first({kLogin, {"GET", "/consent/vehicle", answer(200, body)}});
    EXPECT_EQ(first.call(&Gateway::observe, {kOne})[0].error().kind, ErrorKind::protocol) << body;
    Bench second({kLogin,
                  {"GET", "/consent/vehicle", answer(200, list({kOne}))},
                  {"GET", "/consent/dtcInfo", answer(200, body)}});
    EXPECT_EQ(second.call(&Gateway::observe, {kOne})[0].error().applied, Applied::no) << body;
  }
}

TEST(KiaGateway, AsksForBothPackagesInOneCall) {
  Bench bench({kLogin, {"POST", "/consent", answer(200, "{}")}});
  const auto answers = bench.call(&Gateway::activate, {kOne, kTwo});
  EXPECT_EQ(answers[0]->standing, Standing::pending);
  EXPECT_EQ(answers[1]->standing, Standing::pending) << "the answer says nothing of any vehicle";
  EXPECT_EQ(bench.transport.last().body,
            R"({"vinList":[{"vin":"KNACC81GFM5000001"},{"vin":"KNACC81GFM5000002"}],)"
            R"("consentType":["vehicle","dtcInfo"],"apiType":"real_time"})");
  EXPECT_EQ(bench.gateway.limits().changed_at_once, 50U);
}

/// Weakness 3: a deactivation was recorded as done without checking.
TEST(KiaGateway, WithdrawsEachPackageInACallOfItsOwnAndCallsItEnding) {
  Bench bench({kLogin, {"DELETE", "/consent", answer(200, "{}")}, {"DELETE", "/consent", answer(200, "{}")}});
  EXPECT_EQ(bench.call(&Gateway::deactivate, {kOne})[0]->standing, Standing::ending);
  EXPECT_EQ(bench.transport.sent()[1].body,
            R"({"vinList":[{"vin":"KNACC81GFM5000001"}],"consentType":"vehicle"})");
  EXPECT_EQ(bench.transport.sent()[2].body,
            R"({"vinList":[{"vin":"KNACC81GFM5000001"}],"consentType":"dtcInfo"})");
}

TEST(KiaGateway, AHalfWithdrawalIsTold) {
  Bench bench({kLogin,
               {"DELETE", "/consent", answer(200, "{}")},
               {"DELETE", "/consent", answer(429, "{}", {{"Retry-After", "9"}})}});
  const auto half = bench.call(&Gateway::deactivate, {kOne})[0];
  EXPECT_EQ(half.error().kind, ErrorKind::rate_limited);
  EXPECT_EQ(half.error().retry_after, std::chrono::seconds(9));
  EXPECT_EQ(half.error().applied, Applied::maybe) << "the first package is gone";
  EXPECT_TRUE(half.error().detail.starts_with("vehicle is withdrawn, dtcInfo is not"));
}

TEST(KiaGateway, AChangeThatIsAnsweredWithAPageMayHaveBeenTaken) {
  for (const int status : {200, 404, 500}) {
    Bench bench({kLogin, {"POST", "/consent", answer(status, "<html>")}});
    EXPECT_EQ(bench.call(&Gateway::activate, {kOne})[0].error().applied, Applied::maybe) << status;
  }
}

TEST(KiaGateway, AWrongKeyIsOurCredential) {
  Bench bench({kLogin, {"POST", "/consent", answer(403, R"({"message":"Forbidden"})")}});
  const auto refused = bench.call(&Gateway::activate, {kOne})[0];
  EXPECT_EQ(refused.error().kind, ErrorKind::unauthorized);
  EXPECT_EQ(refused.error().applied, Applied::no);
  EXPECT_NE(refused.error().detail.find("Forbidden"), std::string::npos);
}

/// Weakness 9: no renewal of the token, no reaction to 401.
TEST(KiaGateway, A401RenewsTheToken) {
  Bench bench({kLogin,
               {"POST", "/consent", answer(401, R"({"message":"Unauthorized"})")},
               kLogin,
               {"POST", "/consent", answer(200, "{}")}});
  EXPECT_EQ(bench.call(&Gateway::activate, {kOne})[0]->standing, Standing::pending);
}

TEST(KiaWire, AnEntryWithoutAVinMakesEveryAbsenceUncertain) {
  const Vin vin = *Vin::parse(kOne);
  const auto torn = read_consents(answer(200, R"({"body":{"results":[{"vin":null}]}})"), kNow);
  const auto none = read_consents(answer(200, list({})), kNow);
  const auto both = read_consents(answer(200, list({kOne})), kNow);
  ASSERT_TRUE(torn && none && both);
  EXPECT_EQ(state_of(vin, *torn, *none).standing, Standing::unknown);
  EXPECT_EQ(state_of(vin, *both, *torn).standing, Standing::unknown);
  EXPECT_EQ(state_of(vin, *none, *none).standing, Standing::inactive);
}

}  // namespace
}  // namespace contactor::gateways::kia
