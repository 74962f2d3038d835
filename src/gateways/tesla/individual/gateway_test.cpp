#include "gateways/tesla/individual/gateway.h"

#include <gtest/gtest.h>

#include "gateways/testing/world_transport.h"
#include "world/fleet/tesla.h"

namespace contactor::gateways::tesla::individual {
namespace {

using fleet::Standing;
using ports::OwnerOutcome;
using std::chrono::hours;
using std::chrono::minutes;

/// Keeps tokens, when it works.
class Keeper : public ports::OwnerTokenKeeper {
 public:
  void save(Vin, ports::OwnerTokens tokens, ports::Done<Status> done) override {
    if (is_broken) return done(fail(ErrorKind::exhausted, "keeper", "the disk is full"));
    saved.push_back(std::move(tokens));
    done({});
  }
  std::vector<ports::OwnerTokens> saved;
  bool is_broken = false;
};

class TeslaOwnerTest : public ::testing::Test {
 protected:
  TeslaOwnerTest() {
    owner_.code = Secret(tesla().accounts().consent(owner_.vin));
    owner_.redirect_uri = "https://fleet.example.test/callback";
  }
  world::TeslaCloud& tesla() { return *dynamic_cast<world::TeslaCloud*>(world_.fleet().find("tesla")); }

  Result<OwnerOutcome> activate() {
    Gateway gateway(
        {.transport = transport_,
         .timekeeper = time_,
         .keeper = keeper_,
         .token_url = "https://eu.sim.test/tesla-auth/oauth2/v3/token",
         .client_id = "contactor",
         .client_secret = Secret("fleet-secret"),
         .base_urls = {"https://na.sim.test/tesla", "https://eu.sim.test/tesla", "https://cn.sim.test/tesla"},
         .target = {.hostname = "telemetry.example.test", .port = 8443, .ca = "PEM"},
         .key = crypto::SchnorrKey::from_scalar(Secret(std::string(31, '\0') + "\x07")).value(),
         .known_hosts = {"na.sim.test"}});
    auto ended = std::make_shared<std::optional<Result<OwnerOutcome>>>();
    gateway.activate(owner_, [ended](Result<OwnerOutcome> outcome) {
      EXPECT_FALSE(ended->has_value()) << "answered twice";
      *ended = std::move(outcome);
    });
    EXPECT_TRUE(transport_.run_until([&] { return ended->has_value(); }, hours(1)));
    if (!keeper_.saved.empty()) {
      owner_.tokens = keeper_.saved.back();
      owner_.code = Secret();
    }
    return **ended;
  }
  [[nodiscard]] std::size_t logins() const { return transport_.sent_to("-auth/"); }

  world::World world_{world::calm(), 1};
  testing::ManualTimekeeper time_;
  testing::WorldTransport transport_{world_, time_};
  Keeper keeper_;
  ports::TeslaOwner owner_{.vin = Vin::parse("5YJ3E7EB0NF000001").value(), .redirect_uri = {}, .tokens = {}};
};

TEST_F(TeslaOwnerTest, AConsentLeadsToAnActiveVehicle) {
  const auto first = activate();
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_FALSE(first->consent_needed);
  EXPECT_EQ(first->state.standing, Standing::pending);
  ASSERT_TRUE(first->facts);
  EXPECT_EQ(first->facts->name, "model 3");
  EXPECT_EQ(first->facts->version, "MT322");
  time_.advance(minutes(2));
  EXPECT_EQ(activate()->state.standing, Standing::active);
  EXPECT_TRUE(tesla().is_active(owner_.vin, time_.now()));
}

// oem.md 3.1: the original burnt a refresh token at every run.
TEST_F(TeslaOwnerTest, ATokenIsRefreshedOnlyNearItsEnd) {
  for (int run = 0; run < 5; ++run, time_.advance(minutes(10))) ASSERT_TRUE(activate());
  EXPECT_EQ(logins(), 1U);
  time_.advance(minutes(6));
  ASSERT_TRUE(activate());
  EXPECT_EQ(logins(), 2U);
  EXPECT_EQ(tesla().accounts().refreshes(), 1U);
}

// oem.md 3.2: a refresh token is single-use and its successor must be stored at once.
TEST_F(TeslaOwnerTest, NewTokensAreDurableBeforeTheyAreUsed) {
  keeper_.is_broken = true;
  const auto outcome = activate();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::exhausted);
  EXPECT_EQ(transport_.sent().size(), 1U) << "the login, and nothing with its token";
}

TEST_F(TeslaOwnerTest, ARefreshWhoseTokensCouldNotBeSavedIsMadeAgain) {
  ASSERT_TRUE(activate());
  time_.advance(hours(2));
  keeper_.is_broken = true;
  EXPECT_FALSE(activate());
  keeper_.is_broken = false;
  const auto again = activate();
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->consent_needed);
}

TEST_F(TeslaOwnerTest, ARefreshWhoseAnswerWasLostIsMadeAgain) {
  ASSERT_TRUE(activate());
  time_.advance(hours(2));
  for (const auto& way : testing::ways_to_fail()) {
    if (way.name != "answer lost") continue;
    transport_.break_request(0, way);
  }
  EXPECT_FALSE(activate());
  const auto again = activate();
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->consent_needed);
}

// oem.md 3.2: the reuse of an older one is answered 401 login_required.
TEST_F(TeslaOwnerTest, AReusedRefreshTokenMeansThatTheOwnerMustConsentAgain) {
  ASSERT_TRUE(activate());
  const auto oldest = *owner_.tokens;
  for (int i = 0; i < 2; ++i) {
    time_.advance(hours(2));
    ASSERT_TRUE(activate());
  }
  time_.advance(hours(2));
  owner_.tokens = oldest;
  const auto outcome = activate();
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->consent_needed);
}

// oem.md 3.2: a code is single-use; failure is 400 invalid_auth_code.
TEST_F(TeslaOwnerTest, AUsedCodeMeansThatTheOwnerMustConsentAgain) {
  const Secret code = owner_.code;
  ASSERT_TRUE(activate());
  owner_.code = code;
  owner_.tokens.reset();
  keeper_.saved.clear();
  EXPECT_TRUE(activate()->consent_needed);
}

TEST_F(TeslaOwnerTest, WithoutCodeAndTokensNothingIsAsked) {
  owner_.code = Secret();
  EXPECT_TRUE(activate()->consent_needed);
  EXPECT_TRUE(transport_.sent().empty());
}

// oem.md 3.1 and 12.23: data calls always went to Europe.
TEST_F(TeslaOwnerTest, DataIsAskedForInTheOwnersRegion) {
  owner_.region = ports::TeslaRegion::north_america;
  tesla().move_to(owner_.vin, "na.sim.test");
  ASSERT_EQ(activate()->state.standing, Standing::pending);
  EXPECT_EQ(transport_.sent_to("eu.sim.test/tesla/"), 0U);
}

TEST_F(TeslaOwnerTest, AnOwnerOfAnotherRegionIsFollowedThere) {
  tesla().move_to(owner_.vin, "na.sim.test");
  EXPECT_EQ(activate()->state.standing, Standing::pending);
  EXPECT_EQ(transport_.sent_to("eu.sim.test/tesla/"), 1U);
}

// oem.md 3.1: any HTTP success counted as activated, a skipped vehicle too.
TEST_F(TeslaOwnerTest, ASkippedVehicleIsNotActivated) {
  tesla().pin_temper(owner_.vin, world::Temper::refused);
  const auto outcome = activate();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->state.standing, Standing::refused);
  EXPECT_EQ(outcome->state.reason, tesla().skip_reason(owner_.vin));
  EXPECT_FALSE(outcome->facts);
}

TEST_F(TeslaOwnerTest, ARefusedTokenIsRenewedOnce) {
  ASSERT_TRUE(activate());
  tesla().revoke_tokens();
  EXPECT_TRUE(activate());
  EXPECT_EQ(logins(), 2U);
}

TEST_F(TeslaOwnerTest, WhateverBreaksNothingIsClaimedAndTheNextCallSucceeds) {
  for (std::size_t step = 0; step < 5; ++step)
    for (const auto& way : testing::ways_to_fail()) {
      SCOPED_TRACE(fmt::format("{} at step {}", way.name, step));
      owner_.code = Secret(tesla().accounts().consent(owner_.vin));
      owner_.tokens.reset();
      keeper_.saved.clear();
      tesla().meddle(owner_.vin, false, time_.now());
      transport_.break_request(step, way);
      const auto broken = activate();
      EXPECT_TRUE(!broken || broken->state.standing != Standing::active);
      EXPECT_TRUE(!broken || broken->state.standing != Standing::refused);
      EXPECT_TRUE(!broken || !broken->consent_needed);
      // The exchange of a code cannot be made again when its answer was lost.
      const bool lost_code = step == 0 && way.arrives;
      const auto next = activate();
      ASSERT_TRUE(next) << next.error().message();
      EXPECT_EQ(next->consent_needed, lost_code);
      transport_.break_request(100, {});
      time_.advance(minutes(2));
    }
}

}  // namespace
}  // namespace contactor::gateways::tesla::individual
