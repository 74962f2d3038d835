#include "engine/charging_delivery/client_desk.h"

#include "crypto/token.h"
#include "engine/charging_delivery/delivery_fixture.h"
#include "engine/charging_delivery/rekey.h"

namespace contactor::engine::testing {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class ClientDeskTest : public Deliveries {
 protected:
  void SetUp() override {
    settings_.scan_every = seconds(10);
    subscribe("a");
    boot();
  }
  IssuedToken issue() {
    auto clients = desk();
    std::optional<Result<IssuedToken>> issued;
    clients.issue_token(charging::IdOf<charging::Client>("cli_a"),
                        [&](Result<IssuedToken> answer) { issued = std::move(answer); });
    time_.run_for(seconds(1));
    return issued.value().value();
  }
  bool is_valid(const std::string& text) {
    std::vector<ports::ApiToken> tokens;
    store_->tokens([&](Result<std::vector<ports::ApiToken>> all) { tokens = all.value(); });
    time_.run_for(Millis(1));
    const auto found = std::ranges::find(tokens, crypto::hash_api_token(text), &ports::ApiToken::digest);
    return found != tokens.end() && !found->revoked_at && found->expires_at > time_.now();
  }
  Rekeyed walk(const Vault& vault) {
    Rekeyed all;
    std::string cursor;
    do {
      std::optional<Result<Rekeyed>> page;
      rekey_page(store_->charging(), time_, vault, cursor,
                 [&](Result<Rekeyed> answer) { page = std::move(answer); });
      time_.run_for(seconds(1));
      const auto& came_to = page.value().value();
      all.resealed += came_to.resealed;
      all.current += came_to.current;
      all.unreadable.insert(all.unreadable.end(), came_to.unreadable.begin(), came_to.unreadable.end());
      cursor = came_to.next;
    } while (!cursor.empty());
    return all;
  }
};

TEST_F(ClientDeskTest, TwoTokensAreValidForADayWhileOneReplacesTheOther) {
  const auto first = issue();
  EXPECT_FALSE(first.previous_until.has_value());
  EXPECT_TRUE(is_valid(first.text));
  const auto second = issue();
  EXPECT_TRUE(is_valid(first.text));
  EXPECT_TRUE(is_valid(second.text));
  const auto third = issue();
  EXPECT_FALSE(is_valid(first.text)) << "two, and not three";
  EXPECT_TRUE(is_valid(second.text));
  time_.run_for(hours(25));
  EXPECT_FALSE(is_valid(second.text));
  EXPECT_TRUE(is_valid(third.text));
}

TEST_F(ClientDeskTest, OnlyTheHashOfATokenIsOnRecord) {
  const auto issued = issue();
  const auto client =
      disk_.charging.find<charging::Client>({charging::IdOf<charging::Client>("cli_a")}).value().at(0);
  EXPECT_TRUE(client.token_hash.has_value());
  EXPECT_FALSE(client.token_hash->contains(issued.text));
}

TEST_F(ClientDeskTest, ARotatedSecretSignsBesideTheOldOneForADay) {
  auto clients = desk();
  std::optional<Result<IssuedSecret>> issued;
  clients.rotate_secret(EndpointId("sub_a"),
                        [&](Result<IssuedSecret> answer) { issued = std::move(answer); });
  time_.run_for(seconds(1));
  const Secret fresh = issued.value().value().secret;
  EXPECT_TRUE(fresh.reveal().starts_with("whsec_"));
  EXPECT_FALSE(link("a").signing_secret->reveal().contains(fresh.reveal())) << "sealed";
  charge(2);
  time_.run_for(seconds(15));
  EXPECT_EQ(receiver("a").forged, 0) << "a client that knows only the old one";
  receiver("a").secrets = {fresh};
  charge(2);
  time_.run_for(seconds(15));
  EXPECT_EQ(receiver("a").forged, 0) << "a client that knows only the new one";
  time_.run_for(hours(25));
  receiver("a").secrets = {Secret(std::string(kFirstSecret))};
  charge(1);
  time_.run_for(seconds(15));
  EXPECT_EQ(receiver("a").forged, 1) << "after a day the old one signs no more";
}

TEST_F(ClientDeskTest, WhatIsNotThereIsNamed) {
  auto clients = desk();
  std::optional<Result<IssuedToken>> issued;
  clients.issue_token(charging::IdOf<charging::Client>("cli_x"),
                      [&](Result<IssuedToken> answer) { issued = std::move(answer); });
  time_.run_for(seconds(1));
  ASSERT_TRUE(issued && !*issued);
  EXPECT_EQ(issued->error().kind, ErrorKind::not_found);
}

TEST_F(ClientDeskTest, ANewKeySealsEverythingAgainAndASecondWalkHasNothingToDo) {
  for (int i = 0; i < 450; ++i) {
    charging::Credential credential;
    credential.id = charging::IdOf<charging::Credential>("cred_" + std::to_string(i));
    credential.name = credential.provider = "samsara";
    if (i % 3 != 0)
      credential.secret =
          Secret(vault_.seal("password", seal_context("credential", credential.id.str(), "secret")));
    ASSERT_TRUE(disk_.charging.put(credential, std::nullopt, time_.now()));
  }
  const Vault both(key('n'), key());
  const auto first = walk(both);
  EXPECT_EQ(first.resealed, 301U) << "300 credentials and a subscription";
  EXPECT_TRUE(first.unreadable.empty());
  EXPECT_EQ(walk(both).resealed, 0U);
  const Vault only_new(key('n'));
  const auto credential =
      disk_.charging.find<charging::Credential>({charging::IdOf<charging::Credential>("cred_1")})
          .value()
          .at(0);
  const auto opened =
      only_new.open(credential.secret->reveal(), seal_context("credential", "cred_1", "secret"));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->reveal(), "password");
}

TEST_F(ClientDeskTest, WhatNoKeyOpensIsNamedAndLeftAlone) {
  const Vault stranger(key('x'));
  const auto walked = walk(stranger);
  EXPECT_EQ(walked.unreadable, std::vector<std::string>{"client_service/sub_a"});
}

}  // namespace
}  // namespace contactor::engine::testing
