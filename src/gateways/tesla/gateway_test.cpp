#include "gateways/tesla/gateway.h"

#include <gtest/gtest.h>

#include "gateways/testing/world_transport.h"
#include "world/fleet/tesla.h"

namespace contactor::gateways::tesla {
namespace {

using fleet::Standing;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class TeslaTest : public ::testing::Test {
 protected:
  GatewayParams params() {
    return {.transport = transport_,
            .timekeeper = time_,
            .base_url = "https://eu.sim.test/tesla",
            .token_url = "https://eu.sim.test/tesla-auth/oauth2/v3/token",
            .client_id = "contactor",
            .client_secret = Secret("fleet-secret"),
            .fleet_codes = {{"north", Secret("code-of-north")}, {"south", Secret("code-of-south")}},
            .target = {.hostname = "telemetry.example.test", .port = 8443, .ca = "PEM"},
            .key = crypto::SchnorrKey::from_scalar(Secret(std::string(31, '\0') + "\x07")).value(),
            .known_hosts = {"na.sim.test"}};
  }
  world::TeslaCloud& tesla() { return *dynamic_cast<world::TeslaCloud*>(world_.fleet().find("tesla")); }
  static ports::CloudSubject subject(int number, std::string fleet = "north") {
    return {.vin = Vin::parse(fmt::format("5YJ3E7EB{:09}", number)).value(),
            .make = "tesla",
            .fleet = std::move(fleet),
            .handle = {},
            .key = "k"};
  }
  template <class T, class Call>
  T wait(Call call) {
    auto ended = std::make_shared<std::optional<T>>();
    call([ended](T answer) { *ended = std::move(answer); });
    EXPECT_TRUE(transport_.run_until([&] { return ended->has_value(); }, hours(2)));
    return **ended;
  }
  ports::CloudAnswers activate(std::vector<ports::CloudSubject> subjects) {
    return wait<ports::CloudAnswers>([&](auto done) { gateway_.activate(subjects, std::move(done)); });
  }
  Result<fleet::CloudState> observe(const ports::CloudSubject& one) {
    return wait<ports::CloudAnswers>([&](auto done) { gateway_.observe({one}, std::move(done)); }).front();
  }
  Result<fleet::CloudState> deactivate(const ports::CloudSubject& one) {
    return wait<ports::CloudAnswers>([&](auto done) { gateway_.deactivate({one}, std::move(done)); }).front();
  }
  Result<fleet::ModelFacts> describe(const ports::CloudSubject& one) {
    return wait<Result<fleet::ModelFacts>>([&](auto done) { gateway_.describe(one, std::move(done)); });
  }

  world::World world_{world::calm(), 1};
  testing::ManualTimekeeper time_;
  testing::WorldTransport transport_{world_, time_};
  Gateway gateway_{params()};
};

// oem.md 2.1 [C]: one bad code blocked every fleet.
TEST_F(TeslaTest, ABadCodeBlocksItsOwnFleetOnly) {
  tesla().accounts().revoke_code("code-of-north");
  const auto answers = activate({subject(1, "north"), subject(2, "south"), subject(3, "nowhere")});
  EXPECT_EQ(answers[0].error().kind, ErrorKind::unauthorized);
  EXPECT_EQ(answers[0].error().applied, Applied::no);
  EXPECT_EQ(answers[1]->standing, Standing::pending);
  EXPECT_EQ(answers[2].error().kind, ErrorKind::unauthorized);
}

TEST_F(TeslaTest, CheckNamesTheFleetWhoseCodeIsBad) {
  const auto check = [&] { return wait<Status>([&](auto done) { gateway_.check(std::move(done)); }); };
  EXPECT_TRUE(check());
  gateway_.set_fleet_code("north", Secret("another"));
  tesla().accounts().revoke_code("another");
  const Status bad = check();
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().detail.find("north"), std::string::npos);
}

TEST_F(TeslaTest, AFleetsTokenOpensOnlyWhatIsSharedWithIt) {
  tesla().share_with(subject(1).vin, "code-of-south");
  EXPECT_EQ(observe(subject(1, "north"))->reason, "not_shared");
  EXPECT_EQ(observe(subject(1, "south"))->standing, Standing::inactive);
}

// oem.md 2.1 [D]: 421 names the right host in Alt-Svc.
TEST_F(TeslaTest, AVehicleOfAnotherRegionIsFollowedThereAndRemembered) {
  tesla().move_to(subject(1).vin, "na.sim.test");
  EXPECT_EQ(observe(subject(1))->standing, Standing::inactive);
  EXPECT_EQ(observe(subject(1))->standing, Standing::inactive);
  EXPECT_EQ(transport_.sent_to("eu.sim.test/tesla/"), 1U);
  EXPECT_EQ(transport_.sent_to("na.sim.test/tesla/"), 2U);
}

TEST_F(TeslaTest, NoTokenGoesToAHostThatSomebodyElseNames) {
  tesla().move_to(subject(1).vin, "evil.example");
  const auto answer = observe(subject(1));
  EXPECT_EQ(answer->reason, "wrong_region");
  EXPECT_EQ(transport_.sent_to("evil.example"), 0U);
}

TEST_F(TeslaTest, ABatchOfSeveralRegionsIsTakenApart) {
  std::vector<ports::CloudSubject> mixed;
  for (int i = 1; i <= 6; ++i) mixed.push_back(subject(i));
  for (const int i : {1, 4}) tesla().move_to(mixed[static_cast<std::size_t>(i)].vin, "na.sim.test");
  for (const int i : {0, 2, 3, 5}) tesla().move_to(mixed[static_cast<std::size_t>(i)].vin, "eu.sim.test");
  for (const auto& one : activate(mixed)) EXPECT_EQ(one->standing, Standing::pending);
}

// oem.md 2.6 [A]: one unknown vehicle refuses the whole request.
TEST_F(TeslaTest, OneUnknownVehicleDoesNotKeepTheOthersFromTheirData) {
  std::vector<ports::CloudSubject> many;
  for (int i = 1; i <= 50; ++i) many.push_back(subject(i));
  tesla().pin_temper(many[20].vin, world::Temper::unknown);
  const auto answers = activate(many);
  for (std::size_t i = 0; i < many.size(); ++i)
    EXPECT_EQ(answers[i]->standing, i == 20 ? Standing::refused : Standing::pending) << i;
  EXPECT_EQ(answers[20]->reason, "not_shared");
  EXPECT_LE(transport_.sent().size(), 16U);
}

// oem.md 2.2 [C]: at most fifty vehicles a request.
TEST_F(TeslaTest, BatchesHoldFiftyAtMost) {
  std::vector<ports::CloudSubject> many;
  for (int i = 1; i <= 120; ++i) many.push_back(subject(i));
  for (const auto& one : activate(many)) EXPECT_EQ(one->standing, Standing::pending);
  EXPECT_EQ(transport_.sent_to("fleet_telemetry_config_jws"), 3U);
}

// oem.md 2.3 [D], 12.7: taken, dropped at the vehicle, and DELETE answers 0.
TEST_F(TeslaTest, ASilentRejectionIsRefusedAndNeverActive) {
  tesla().pin_temper(subject(1).vin, world::Temper::awkward);
  EXPECT_EQ(activate({subject(1)})[0]->standing, Standing::pending);
  time_.advance(minutes(2));
  EXPECT_EQ(observe(subject(1))->standing, Standing::refused);
  EXPECT_EQ(observe(subject(1))->reason, "silently_rejected");
  EXPECT_EQ(deactivate(subject(1))->standing, Standing::inactive);
}

// oem.md 2.3 [D]: not synced is stored and not yet applied.
TEST_F(TeslaTest, AStubbornVehicleIsPendingForEver) {
  tesla().pin_temper(subject(1).vin, world::Temper::stubborn);
  (void)activate({subject(1)});
  time_.advance(hours(24 * 30));
  EXPECT_EQ(observe(subject(1))->standing, Standing::pending);
}

// oem.md 2.3 [D]: at the billing limit the app is switched off.
TEST_F(TeslaTest, TheBillingLimitIsSaid) {
  tesla().set_billing_limit(true);
  EXPECT_EQ(observe(subject(1))->reason, "billing_limit");
}

TEST_F(TeslaTest, TheModelIsToldByOptionCodesAndTheBatterysWarranty) {
  for (int number = 1; number <= 8; ++number) {
    const auto facts = describe(subject(number));
    ASSERT_TRUE(facts) << "one warranty or two: both are read";
    EXPECT_EQ(facts->name, "model 3");
    EXPECT_EQ(facts->version, "MT322");
    EXPECT_EQ(facts->type, "long range awd");
    EXPECT_EQ(facts->warranty_km,
              facts->warranty_years ? std::optional<std::int64_t>(192'000) : std::nullopt);
  }
  auto truck = subject(1);
  truck.vin = Vin::parse("5YJZE7EB000000001").value();
  EXPECT_EQ(describe(truck).error().kind, ErrorKind::not_found);
}

TEST_F(TeslaTest, WithoutKeyAndProxyNothingIsSent) {
  GatewayParams without = params();
  without.key.reset();
  Gateway gateway(std::move(without));
  const auto answers =
      wait<ports::CloudAnswers>([&](auto done) { gateway.activate({subject(1)}, std::move(done)); });
  EXPECT_EQ(answers[0].error().kind, ErrorKind::unauthorized);
  EXPECT_TRUE(transport_.sent().empty());
}

TEST_F(TeslaTest, WhoIsToldToWaitAsksForTheRestLater) {
  ASSERT_TRUE(observe(subject(1)));
  world_.set_fault(world::FaultKind::cloud_rate_limited, 1);
  const std::size_t before = transport_.sent().size();
  const auto answers = wait<ports::CloudAnswers>(
      [&](auto done) { gateway_.deactivate({subject(1), subject(2), subject(3)}, std::move(done)); });
  EXPECT_EQ(transport_.sent().size() - before, 1U);
  for (const auto& one : answers) EXPECT_EQ(one.error().retry_after, seconds(30));
}

}  // namespace
}  // namespace contactor::gateways::tesla
