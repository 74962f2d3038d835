#include "gateways/renault/gateway.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"
#include "crypto/jws.h"
#include "gateways/renault/test_keys.h"
#include "gateways/testing/scripted_transport.h"
#include "json/json.h"
#include "world/route.h"

namespace contactor::gateways::renault {
namespace {

using fleet::Standing;
using testing::answer;

const Vin kVin = *Vin::parse("VF1AG000X64000001");
constexpr const char* kGrant = R"({"access_token":"t1","token_type":"Bearer","expires_in":3600})";

class CountingEntropy : public ports::Entropy {
 public:
  std::uint64_t next() override { return ++last_; }

 private:
  std::uint64_t last_ = 0;
};

Login login() {
  return {.auth_url = "",
          .audience = "https://renault.example/token",
          .client_id = "us",
          .key_id = "kid-1",
          .scope = "apis.default",
          .private_key = keys().secret};
}

struct Bench {
  explicit Bench(std::vector<testing::Step> script) : transport(std::move(script)) {}

  testing::ScriptedTransport transport;
  testing::ManualTimekeeper time;
  CountingEntropy entropy;
  Gateway gateway{{.transport = transport,
                   .timekeeper = time,
                   .entropy = entropy,
                   .login = login(),
                   .place = {.base_url = "https://renault.example/api", .api_key = "k"}}};

  using Call = void (Gateway::*)(std::vector<ports::CloudSubject>, ports::Done<ports::CloudAnswers>);
  ports::CloudAnswer call(Call method) {
    std::vector<ports::CloudAnswers> got;
    (gateway.*method)({{.vin = kVin, .make = "dacia", .fleet = "", .handle = "", .key = "k1"}},
                      [&](ports::CloudAnswers answers) { got.push_back(std::move(answers)); });
    transport.run();
    EXPECT_EQ(got.size(), 1U);
    return got.at(0).at(0);
  }
};

std::string sharing(std::string_view status) {
  return fmt::format(R"({{"vin":"VF1AG000X64000001","brand":"dacia","status":"{}"}})", status);
}

const testing::Step kLogin{"POST", "renault.example/token", answer(200, kGrant)};

/// Facts 5.2: the original encoded header and claims in standard base64, so that a '+' or '/' broke the
/// token.
TEST(RenaultAuth, TheAssertionIsBase64UrlSignedAndLivesFiveMinutes) {
  Bench bench({kLogin, {"GET", "/vehicle-data-sharing/", answer(404, "{}")}});
  (void)bench.call(&Gateway::observe);
  const auto form = world::parse_form(bench.transport.sent()[0].body);
  EXPECT_EQ(world::field_of(form, "grant_type"), "client_credentials");
  EXPECT_EQ(world::field_of(form, "client_id"), "us");
  EXPECT_EQ(world::field_of(form, "scope"), "apis.default");
  EXPECT_EQ(world::field_of(form, "client_assertion_type"),
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
  const std::string token(world::field_of(form, "client_assertion"));
  EXPECT_EQ(token.find_first_of("+/="), std::string::npos);
  const auto payload = crypto::verify_rs256(token, keys().open);
  ASSERT_TRUE(payload);
  EXPECT_EQ(
      *payload,
      R"({"aud":"https://renault.example/token","iss":"us","sub":"us","iat":1800000000,"exp":1800000300,)"
      R"("jti":"00000000000000010000000000000002"})");
  EXPECT_EQ(crypto::from_base64url(token.substr(0, token.find('.'))),
            R"({"alg":"RS256","typ":"JWT","kid":"kid-1"})");
}

TEST(RenaultAuth, EveryLoginHasAJtiOfItsOwn) {
  CountingEntropy entropy;
  auto grant = assertion_grant(login(), entropy);
  EXPECT_NE(grant(Instant())->body, grant(Instant())->body);
  auto elsewhere = login();
  elsewhere.auth_url = "https://login.renault.example/";
  EXPECT_EQ(assertion_grant(elsewhere, entropy)(Instant())->url, "https://login.renault.example/");
}

TEST(RenaultAuth, AKeyThatCannotSignIsToldAndNothingIsSent) {
  auto broken = login();
  broken.private_key = Secret("no key");
  CountingEntropy entropy;
  EXPECT_EQ(assertion_grant(broken, entropy)(Instant()).error().kind, ErrorKind::invalid);
}

TEST(RenaultGateway, AsksLooksAndEnds) {
  Bench bench(
      {kLogin,
       {"PUT", "/vehicle-data-sharing/v1/vehicles/VF1AG000X64000001", answer(202, sharing("pending"))},
       {"GET", "/vehicle-data-sharing/", answer(200, sharing("active"))},
       {"DELETE", "/vehicle-data-sharing/", answer(202, sharing("revoking"))}});
  EXPECT_EQ(bench.call(&Gateway::activate)->standing, Standing::pending);
  EXPECT_EQ(bench.call(&Gateway::observe)->standing, Standing::active);
  EXPECT_EQ(bench.call(&Gateway::deactivate)->standing, Standing::ending);
  EXPECT_TRUE(bench.transport.is_done());
}

TEST(RenaultGateway, AConflictIsToldByALook) {
  Bench bench({kLogin,
               {"PUT", "/vehicle-data-sharing/", answer(409, R"({"code":"revoking"})")},
               {"GET", "/vehicle-data-sharing/", answer(200, sharing("revoking"))}});
  EXPECT_EQ(bench.call(&Gateway::activate)->standing, Standing::ending);
}

TEST(RenaultGateway, AFailureIsToldOnceAndNotRepeatedInside) {
  for (const int status : {429, 500, 503}) {
    Bench bench({kLogin, {"PUT", "/vehicle-data-sharing/", answer(status)}});
    EXPECT_FALSE(bench.call(&Gateway::activate));
    EXPECT_EQ(bench.transport.sent().size(), 2U) << status;
  }
}

}  // namespace
}  // namespace contactor::gateways::renault
