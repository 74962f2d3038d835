#include "gateways/tesla/individual/gateway.h"

#include <gtest/gtest.h>

#include "gateways/tesla/individual/testing.h"
#include "gateways/testing/world_transport.h"
#include "world/fleet/tesla.h"

namespace contactor::gateways::tesla::individual {
namespace {

using fleet::CloudState;
using fleet::Standing;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

class TeslaOwnerTest : public ::testing::Test {
 protected:
  TeslaOwnerTest() { consent(); }

  world::TeslaCloud& tesla() { return *dynamic_cast<world::TeslaCloud*>(world_.fleet().find("tesla")); }
  world::TeslaAccounts& accounts() { return tesla().accounts(); }
  /// The owner consents, and we are told the code.
  void consent() { entry().code = Secret(accounts().consent(vin_)); }
  testing::FakeConsents::Entry& entry() { return consents_.owners[vin_]; }

  std::unique_ptr<Gateway> make_gateway() {
    return std::make_unique<Gateway>(GatewayParams{
        .transport = transport_,
        .timekeeper = time_,
        .consents = consents_,
        .token_url = "https://eu.sim.test/tesla-auth/oauth2/v3/token",
        .client_id = "contactor",
        .client_secret = Secret("fleet-secret"),
        .base_urls = {"https://na.sim.test/tesla", "https://eu.sim.test/tesla", "https://cn.sim.test/tesla"},
        .target = {.hostname = "telemetry.example.test", .port = 8443, .ca = "PEM"},
        .key = crypto::SchnorrKey::from_scalar(Secret(std::string(31, '\0') + "\x07")).value(),
        .known_hosts = {"na.sim.test"}});
  }

  using Call = void (Gateway::*)(std::vector<ports::CloudSubject>, ports::Done<ports::CloudAnswers>);
  Result<CloudState> ask(Call call) {
    auto answers = std::make_shared<std::optional<ports::CloudAnswers>>();
    (*gateway_.*call)({{.vin = vin_, .make = "tesla", .fleet = {}, .handle = {}, .key = {}}},
                      [answers](ports::CloudAnswers answer) {
                        EXPECT_FALSE(answers->has_value()) << "answered twice";
                        *answers = std::move(answer);
                      });
    EXPECT_TRUE(transport_.run_until([&] { return answers->has_value(); }, hours(1)));
    EXPECT_TRUE(consents_.borrowed.empty()) << "a consent was not given back";
    return (*answers)->front();
  }
  Result<CloudState> look() { return ask(&Gateway::observe); }
  Result<CloudState> activate() { return ask(&Gateway::activate); }
  std::string reason_of(const Result<CloudState>& state) {
    EXPECT_TRUE(state && state->standing == Standing::refused);
    return state ? state->reason : state.error().message();
  }
  [[nodiscard]] std::size_t logins() const { return transport_.sent_to("-auth/"); }

  const Vin vin_ = Vin::parse("5YJ3E7EB0NF000001").value();
  world::World world_{world::calm(), 1};
  gateways::testing::ManualTimekeeper time_;
  gateways::testing::WorldTransport transport_{world_, time_};
  testing::FakeConsents consents_;
  std::unique_ptr<Gateway> gateway_ = make_gateway();
};

TEST_F(TeslaOwnerTest, AConsentLeadsToAnActiveVehicle) {
  EXPECT_EQ(look()->standing, Standing::inactive);
  EXPECT_EQ(activate()->standing, Standing::pending);
  time_.advance(minutes(2));
  EXPECT_EQ(look()->standing, Standing::active);
  EXPECT_TRUE(tesla().is_active(vin_, time_.now()));
  EXPECT_EQ(ask(&Gateway::deactivate)->standing, Standing::inactive);
  EXPECT_FALSE(tesla().is_active(vin_, time_.now()));
}

TEST_F(TeslaOwnerTest, TheModelIsReadWithTheOwnersToken) {
  auto facts = std::make_shared<std::optional<Result<fleet::ModelFacts>>>();
  gateway_->describe({.vin = vin_, .make = "tesla", .fleet = {}, .handle = {}, .key = {}},
                     [facts](Result<fleet::ModelFacts> told) { *facts = std::move(told); });
  ASSERT_TRUE(transport_.run_until([&] { return facts->has_value(); }, hours(1)));
  ASSERT_TRUE(**facts) << (**facts).error().message();
  EXPECT_EQ((**facts)->name, "model 3");
  EXPECT_EQ((**facts)->version, "MT322");
}

// oem.md 3.1: the original burnt a refresh token at every run.
TEST_F(TeslaOwnerTest, ATokenIsRefreshedOnlyNearItsEnd) {
  for (int run = 0; run < 5; ++run, time_.advance(minutes(10))) ASSERT_TRUE(look());
  EXPECT_EQ(logins(), 1U);
  time_.advance(minutes(6));
  ASSERT_TRUE(look());
  EXPECT_EQ(logins(), 2U);
  EXPECT_EQ(accounts().refreshes(), 1U);
}

// oem.md 3.2: a refresh token is single-use and its successor must be stored at once.
TEST_F(TeslaOwnerTest, NewTokensAreDurableBeforeTheyAreUsed) {
  consents_.is_broken = true;
  const auto outcome = look();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::exhausted);
  EXPECT_EQ(outcome.error().applied, Applied::no);
  EXPECT_EQ(transport_.sent().size(), 1U) << "the login, and nothing with its token";
  EXPECT_FALSE(entry().code.empty()) << "no tokens were kept, so the code is all there is";
}

TEST_F(TeslaOwnerTest, ARefreshWhoseTokensCouldNotBeKeptIsMadeAgain) {
  ASSERT_TRUE(look());
  time_.advance(hours(2));
  consents_.is_broken = true;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(look());
  consents_.is_broken = false;
  EXPECT_EQ(look()->standing, Standing::inactive);
  EXPECT_EQ(accounts().stale_refreshes(), 0U);
}

TEST_F(TeslaOwnerTest, ARefreshWhoseAnswerWasLostIsMadeAgain) {
  ASSERT_TRUE(look());
  time_.advance(hours(2));
  for (const auto& way : gateways::testing::ways_to_fail())
    if (way.name == "answer lost") transport_.break_request(0, way);
  EXPECT_FALSE(look());
  EXPECT_EQ(look()->standing, Standing::inactive);
  EXPECT_EQ(accounts().stale_refreshes(), 0U);
}

// oem.md 3.2: the reuse of an older one is answered 401 login_required.
TEST_F(TeslaOwnerTest, AnOldRefreshTokenMeansThatTheOwnerMustConsentAgain) {
  ASSERT_TRUE(look());
  const auto oldest = entry().tokens;
  for (int i = 0; i < 2; ++i) {
    time_.advance(hours(2));
    ASSERT_TRUE(look());
  }
  time_.advance(hours(2));
  entry().tokens = oldest;
  EXPECT_EQ(reason_of(look()), "consent_over");
  const std::size_t sent = transport_.sent().size();
  EXPECT_EQ(reason_of(activate()), "consent_over");
  EXPECT_EQ(transport_.sent().size(), sent) << "what Tesla has refused is not sent again";
  consent();
  EXPECT_EQ(activate()->standing, Standing::pending);
}

TEST_F(TeslaOwnerTest, AWithdrawnConsentIsNoticedBeforeItsTokenEnds) {
  ASSERT_TRUE(activate());
  tesla().withdraw_consent(vin_, time_.now());
  EXPECT_EQ(reason_of(look()), "consent_over");
}

TEST_F(TeslaOwnerTest, ARefreshTokenThatNobodyUsedForThreeMonthsIsOver) {
  ASSERT_TRUE(look());
  time_.advance(days(89));
  ASSERT_TRUE(look());
  time_.advance(days(91));
  EXPECT_EQ(reason_of(look()), "consent_over");
}

// oem.md 3.2: a code is single-use; failure is 400 invalid_auth_code.
TEST_F(TeslaOwnerTest, AUsedCodeIsSentOnceAndMeansThatTheOwnerMustConsentAgain) {
  const Secret code = entry().code;
  ASSERT_TRUE(look());
  entry() = {.region = ports::TeslaRegion::europe, .code = code, .tokens = {}};
  EXPECT_EQ(reason_of(look()), "consent_over");
  EXPECT_EQ(reason_of(activate()), "consent_missing");
  EXPECT_EQ(accounts().stale_codes(), 1U);
}

TEST_F(TeslaOwnerTest, ANewConsentCountsBeforeTheOldTokens) {
  ASSERT_TRUE(look());
  consent();
  ASSERT_TRUE(look());
  EXPECT_EQ(logins(), 2U);
  EXPECT_EQ(accounts().refreshes(), 0U);
}

TEST_F(TeslaOwnerTest, ACodeThatIsRefusedCostsNothingWhileTheOldTokensWork) {
  ASSERT_TRUE(look());
  entry().code = Secret("EU_of_last_week");
  EXPECT_EQ(look()->standing, Standing::inactive);
  EXPECT_TRUE(entry().code.empty());
  EXPECT_EQ(look()->standing, Standing::inactive);
  EXPECT_EQ(accounts().stale_codes(), 1U);
}

TEST_F(TeslaOwnerTest, WithoutCodeAndTokensNothingIsAsked) {
  entry().code = Secret();
  EXPECT_EQ(reason_of(look()), "consent_missing");
  consents_.owners.clear();
  EXPECT_EQ(reason_of(activate()), "consent_missing");
  EXPECT_TRUE(transport_.sent().empty());
}

TEST_F(TeslaOwnerTest, WhileAnotherProcessLogsInNothingIsSent) {
  consents_.borrowed.insert(vin_);
  auto answers = std::make_shared<std::optional<ports::CloudAnswers>>();
  gateway_->activate({{.vin = vin_, .make = "tesla", .fleet = {}, .handle = {}, .key = {}}},
                     [answers](ports::CloudAnswers answer) { *answers = std::move(answer); });
  ASSERT_TRUE(answers->has_value());
  EXPECT_EQ((*answers)->front().error().kind, ErrorKind::conflict);
  EXPECT_EQ((*answers)->front().error().applied, Applied::no);
  EXPECT_TRUE(consents_.borrowed.contains(vin_)) << "it was not ours to give back";
  EXPECT_TRUE(transport_.sent().empty());
}

// oem.md 3.1 and 12.23: data calls always went to Europe.
TEST_F(TeslaOwnerTest, DataIsAskedForInTheOwnersRegion) {
  entry().region = ports::TeslaRegion::north_america;
  tesla().move_to(vin_, "na.sim.test");
  ASSERT_EQ(activate()->standing, Standing::pending);
  EXPECT_EQ(transport_.sent_to("eu.sim.test/tesla/"), 0U);
}

TEST_F(TeslaOwnerTest, AnOwnerOfAnotherRegionIsFollowedThereAndRemembered) {
  tesla().move_to(vin_, "na.sim.test");
  EXPECT_EQ(activate()->standing, Standing::pending);
  EXPECT_EQ(look()->standing, Standing::pending);
  EXPECT_EQ(transport_.sent_to("eu.sim.test/tesla/"), 1U);
}

// oem.md 3.1: any HTTP success counted as activated, a skipped vehicle too.
TEST_F(TeslaOwnerTest, ASkippedVehicleIsNotActivated) {
  tesla().pin_temper(vin_, world::Temper::refused);
  EXPECT_EQ(reason_of(activate()), tesla().skip_reason(vin_));
}

TEST_F(TeslaOwnerTest, TheCheckTouchesNoOwner) {
  auto checked = std::make_shared<std::optional<Status>>();
  gateway_->check([checked](Status status) { *checked = std::move(status); });
  ASSERT_TRUE(transport_.run_until([&] { return checked->has_value(); }, hours(1)));
  EXPECT_TRUE(**checked);
  EXPECT_FALSE(entry().code.empty());
  EXPECT_EQ(accounts().stale_codes() + accounts().refreshes(), 0U);
}

TEST_F(TeslaOwnerTest, WhateverBreaksInTheFirstLoginNothingIsClaimed) {
  for (std::size_t step = 0; step < 2; ++step)
    for (const auto& way : gateways::testing::ways_to_fail()) {
      SCOPED_TRACE(fmt::format("{} at step {}", way.name, step));
      consent();
      entry().tokens.reset();
      tesla().meddle(vin_, false, time_.now());
      transport_.break_request(step, way);
      const auto broken = activate();
      EXPECT_TRUE(!broken || broken->standing == Standing::pending || broken->standing == Standing::unknown)
          << (broken ? broken->reason : "");
      // The exchange of a code cannot be made again when its answer was lost.
      const bool lost_code = step == 0 && way.arrives;
      const auto next = activate();
      ASSERT_TRUE(next) << next.error().message();
      EXPECT_EQ(next->standing, lost_code ? Standing::refused : Standing::pending);
      transport_.break_request(100, {});
      time_.advance(minutes(2));
    }
}

}  // namespace
}  // namespace contactor::gateways::tesla::individual
