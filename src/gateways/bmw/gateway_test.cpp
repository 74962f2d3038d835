#include "gateways/bmw/gateway.h"

#include <gtest/gtest.h>

#include "gateways/testing/scripted_transport.h"

namespace contactor::gateways::bmw {
namespace {

using fleet::Standing;
using testing::answer;

const Vin kVin = *Vin::parse("WBA11AA0X0CH00001");
constexpr const char* kGrant = R"({"AuthenticationResult":{"IdToken":"id1","ExpiresIn":3600}})";

struct Bench {
  explicit Bench(std::vector<testing::Step> script, std::string fleet_id = "f1")
      : own(std::move(script)), transport(own), id(std::move(fleet_id)) {}
  explicit Bench(testing::ScriptedTransport& other) : transport(other), id("f1") {}

  testing::ScriptedTransport own;
  testing::ScriptedTransport& transport;
  std::string id;
  testing::ManualTimekeeper time;
  Gateway gateway{{.transport = transport,
                   .timekeeper = time,
                   .auth_url = "https://bmw.example/login",
                   .base_url = "https://bmw.example/api",
                   .client_id = "c",
                   .username = "u",
                   .password = Secret("p"),
                   .fleet_id = id}};

  using Call = void (Gateway::*)(std::vector<ports::CloudSubject>, ports::Done<ports::CloudAnswers>);
  ports::CloudAnswer call(Call method, std::string fleet = "") {
    std::vector<ports::CloudAnswers> got;
    (gateway.*method)({{.vin = kVin, .make = "bmw", .fleet = std::move(fleet), .handle = "", .key = "k1"}},
                      [&](ports::CloudAnswers answers) { got.push_back(std::move(answers)); });
    transport.run();
    EXPECT_EQ(got.size(), 1U);
    return got.at(0).at(0);
  }
};

const std::vector<testing::Step> kActivation{
    {"POST", "/login", answer(200, kGrant)},
    {"GET", "/vin-checker/", answer(200, R"({"extended_capability":true})")},
    {"POST", "/api/vehicle", answer(201, R"({"vin":"WBA11AA0X0CH00001"})")},
    {"POST", "/fleet/f1/vehicle/WBA11AA0X0CH00001", answer(204)},
    {"GET", "/vehicle/WBA11AA0X0CH00001", answer(200, R"({"fleet":"f1"})")}};

TEST(BmwGateway, ChecksCreatesPutsIntoTheFleetAndLooks) {
  Bench bench(kActivation);
  EXPECT_EQ(bench.call(&Gateway::activate)->standing, Standing::active);
  EXPECT_TRUE(bench.transport.is_done());
  EXPECT_EQ(bench.transport.last().headers.back().value, "Bearer id1");
}

TEST(BmwGateway, ACarThatIsThereAlreadyIsPutIntoTheFleetAllTheSame) {
  auto script = kActivation;
  script[2].answer = answer(403, R"({"logErrorId":"BMWFD_VEHICLE_ALREADY_EXISTS"})");
  script[3].answer = answer(422, R"({"message":"in fleet"})");
  Bench bench(script);
  EXPECT_EQ(bench.call(&Gateway::activate)->standing, Standing::active);
  EXPECT_TRUE(bench.transport.is_done());
}

TEST(BmwGateway, AFailedFleetStepIsToldAndDoneByTheNextActivation) {
  auto script = kActivation;
  script[3].answer = answer(500, R"({"message":"broken"})");
  script.pop_back();
  Bench bench(script);
  const auto half = bench.call(&Gateway::activate);
  EXPECT_EQ(half->standing, Standing::pending);
  EXPECT_EQ(half->reason, "not_in_fleet");
  EXPECT_NE(half->detail.find("broken"), std::string::npos);

  bench.own.expect("GET", "/vin-checker/", answer(200, R"({"extended_capability":true})"))
      .expect("POST", "/api/vehicle", answer(403, R"({"logErrorId":"BMWFD_VEHICLE_ALREADY_EXISTS"})"))
      .expect("POST", "/fleet/f1/", answer(204))
      .expect("GET", "/vehicle/", answer(200, R"({"fleet":"f1"})"));
  EXPECT_EQ(bench.call(&Gateway::activate)->standing, Standing::active);
}

TEST(BmwGateway, WithoutAFleetIdTheVehiclesFleetIsLookedUpByName) {
  auto script = kActivation;
  script.insert(script.begin() + 3,
                {"GET", "/api/fleet", answer(200, R"({"fleets":[{"fleet_id":"f1","name":"Lyon"}]})")});
  Bench bench(script, "");
  EXPECT_EQ(bench.call(&Gateway::activate, "lyon")->standing, Standing::active);

  script.resize(4);
  Bench stranger(script, "");
  const auto half = stranger.call(&Gateway::activate, "paris");
  EXPECT_EQ(half->standing, Standing::pending);
  EXPECT_NE(half->detail.find("paris"), std::string::npos);
}

TEST(BmwGateway, ARefusedVehicleCostsNoFurtherCall) {
  Bench bench({kActivation[0], {"GET", "/vin-checker/", answer(200, R"({"extended_capability":false})")}});
  EXPECT_EQ(bench.call(&Gateway::activate)->reason, "head_unit_too_old");
  EXPECT_TRUE(bench.transport.is_done());
}

TEST(BmwGateway, ADeletionIsBelievedWhenALookShowsIt) {
  Bench bench({kActivation[0],
               {"DELETE", "/vehicle/WBA11AA0X0CH00001", answer(204)},
               {"GET", "/vehicle/WBA11AA0X0CH00001", answer(404, "{}")}});
  EXPECT_EQ(bench.call(&Gateway::deactivate)->standing, Standing::inactive);
  bench.own.expect("DELETE", "/vehicle/", answer(200))
      .expect("GET", "/vehicle/", answer(200, R"({"fleet":"f1"})"));
  EXPECT_EQ(bench.call(&Gateway::deactivate)->standing, Standing::ending);
  bench.own.expect("DELETE", "/vehicle/", answer(404, "{}"));
  EXPECT_EQ(bench.call(&Gateway::deactivate)->standing, Standing::inactive) << "already gone";
}

/// Weakness 9: no reaction to 401, and concurrent first calls each logged in.
TEST(BmwGateway, OneLoginServesAllAndA401RenewsIt) {
  Bench bench({kActivation[0],
               {"GET", "/vehicle/", answer(401, R"({"message":"Unauthorized"})")},
               {"GET", "/vehicle/", answer(200, R"({"fleet":"f1"})")},
               {"POST", "/login", answer(200, kGrant)},
               {"GET", "/vehicle/", answer(200, R"({"fleet":"f1"})")}});
  std::vector<ports::CloudAnswers> got;
  bench.gateway.observe({{.vin = kVin, .make = {}, .fleet = {}, .handle = {}, .key = {}},
                         {.vin = kVin, .make = {}, .fleet = {}, .handle = {}, .key = {}}},
                        [&](auto answers) { got.push_back(std::move(answers)); });
  bench.transport.run();
  ASSERT_EQ(got.size(), 1U);
  for (const auto& state : got[0]) EXPECT_EQ(state->standing, Standing::active);
  EXPECT_TRUE(bench.transport.is_done());
}

TEST(BmwGateway, CheckLogsInAndReadsTheFleets) {
  Bench bench({kActivation[0], {"GET", "/fleet", answer(200, R"({"fleets":[]})")}});
  std::vector<Status> got;
  bench.gateway.check([&](Status status) { got.push_back(std::move(status)); });
  bench.transport.run();
  ASSERT_EQ(got.size(), 1U);
  EXPECT_TRUE(got[0]);
}

/// Weakness 8: whatever breaks, nothing is reported as done, and nothing is repeated inside one call.
TEST(BmwGatewayFaults, EveryBrokenStepLeavesATruthfulAnswer) {
  testing::fails_at_each_step(kActivation, [](auto& transport, const testing::Breakage& broken) {
    Bench bench(transport);
    const auto state = bench.call(&Gateway::activate);
    EXPECT_LE(transport.sent().size(), 5U);
    if (broken.step <= 1) {
      ASSERT_FALSE(state);
      EXPECT_EQ(state.error().applied, Applied::no);
    } else if (state) {
      // An empty 200 says nothing; the look at the end says the rest.
      const bool was_seen = broken.name == "empty 200" && broken.step < 4;
      EXPECT_EQ(state->standing, was_seen ? Standing::active : Standing::pending);
    } else {
      EXPECT_EQ(broken.step, 2U);
      EXPECT_EQ(state.error().applied == Applied::maybe, broken.may_be_applied);
    }
  });
}

}  // namespace
}  // namespace contactor::gateways::bmw
