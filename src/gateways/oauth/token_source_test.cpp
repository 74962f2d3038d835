#include "gateways/oauth/token_source.h"

#include <gtest/gtest.h>

#include "gateways/testing/scripted_transport.h"

namespace contactor::gateways::oauth {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::answer;

ports::HttpResponse a_grant(const std::string& token, int expires_in = 3600) {
  return answer(200, fmt::format(R"({{"access_token":"{}","token_type":"Bearer","expires_in":{}}})", token,
                                 expires_in));
}

class TokenSourceTest : public ::testing::Test {
 protected:
  void grant(const std::string& token, int expires_in = 3600) {
    transport_.expect("POST", "/token", a_grant(token, expires_in));
  }
  void refuse(int status, std::string body = {}) {
    transport_.expect("POST", "/token", answer(status, std::move(body)));
  }

  /// What a caller gets; empty while it waits.
  std::shared_ptr<std::optional<Result<AccessToken>>> ask(Millis patience = seconds(30)) {
    auto got = std::make_shared<std::optional<Result<AccessToken>>>();
    source_.with_token(time_.now() + patience, [got](Result<AccessToken> token) {
      EXPECT_FALSE(*got) << "answered twice";
      *got = std::move(token);
    });
    return got;
  }
  Result<AccessToken> get() {
    const auto got = ask();
    transport_.run();
    return got->value_or(fail(ErrorKind::internal, "test", "no answer"));
  }
  [[nodiscard]] std::size_t logins() const { return transport_.sent().size(); }

  testing::ScriptedTransport transport_;
  testing::ManualTimekeeper time_;
  TokenSource source_{{.transport = transport_,
                       .timekeeper = time_,
                       .grant_request = client_credentials({.token_url = "https://iot.example/token",
                                                            .client_id = "our:id",
                                                            .client_secret = Secret("s3cret/"),
                                                            .scope = ""}),
                       .waiters_max = 3}};
};

TEST_F(TokenSourceTest, AsksWithFormBodyAndBasicAuthentication) {
  grant("one");
  EXPECT_EQ(get()->value.reveal(), "one");
  const auto& request = transport_.last();
  EXPECT_EQ(request.url, "https://iot.example/token");
  EXPECT_EQ(request.body, "grant_type=client_credentials");
  EXPECT_EQ(request.headers[0].value, "Basic b3VyJTNBaWQ6czNjcmV0JTJG");
  EXPECT_EQ(request.respond_by, time_.now() + seconds(10));
}

TEST_F(TokenSourceTest, OneLoginServesAllWhoWait) {
  grant("one");
  const auto first = ask();
  const auto second = ask();
  transport_.run();
  EXPECT_EQ((*first)->value().value.reveal(), "one");
  EXPECT_EQ((*second)->value().value.reveal(), "one");
  EXPECT_EQ(get()->value.reveal(), "one");
  EXPECT_EQ(logins(), 1U);
}

TEST_F(TokenSourceTest, TheQueueOfWaitersIsBounded) {
  grant("one");
  for (int i = 0; i < 3; ++i) (void)ask();
  EXPECT_EQ((*ask())->error().kind, ErrorKind::exhausted);
  transport_.run();
}

TEST_F(TokenSourceTest, AWaiterWhoseTimeIsOverGoes) {
  grant("one");
  const auto hasty = ask(seconds(2));
  const auto patient = ask(seconds(9));
  time_.advance(seconds(3));
  EXPECT_EQ((*hasty)->error().kind, ErrorKind::timed_out);
  EXPECT_EQ((*hasty)->error().applied, Applied::no);
  transport_.run();
  EXPECT_TRUE((*patient)->has_value());
  EXPECT_EQ((*ask(seconds(0)))->has_value(), true) << "a held token costs no time";
}

TEST_F(TokenSourceTest, RefreshesInTheBackgroundBeforeTheEnd) {
  grant("one");
  (void)get();
  time_.advance(minutes(59) - Millis(1));
  EXPECT_EQ(get()->value.reveal(), "one");
  EXPECT_EQ(logins(), 1U);
  time_.advance(Millis(1));
  grant("two");
  EXPECT_EQ((*ask())->value().value.reveal(), "one") << "nobody waits for a refresh";
  EXPECT_EQ((*ask())->value().value.reveal(), "one");
  transport_.run();
  EXPECT_EQ(logins(), 2U);
  EXPECT_EQ(get()->value.reveal(), "two");
}

TEST_F(TokenSourceTest, AFailedRefreshLeavesTheOldTokenUntilItsEnd) {
  grant("one", 100);
  (void)get();
  time_.advance(seconds(80));
  refuse(503);
  EXPECT_EQ(get()->value.reveal(), "one");
  time_.advance(seconds(20));
  grant("two");
  EXPECT_EQ(get()->value.reveal(), "two");
}

TEST_F(TokenSourceTest, AnExpiredTokenIsNeverHandedOut) {
  grant("one", 0);
  (void)get();
  time_.advance(seconds(5));
  grant("two");
  EXPECT_EQ(get()->value.reveal(), "two");
}

TEST_F(TokenSourceTest, InvalidateDropsOnlyTheTokenThatWasRefused) {
  grant("one");
  const AccessToken one = *get();
  source_.invalidate(one);
  grant("two");
  const AccessToken two = *get();
  EXPECT_EQ(two.value.reveal(), "two");
  source_.invalidate(one);
  EXPECT_EQ(get()->value.reveal(), "two");
}

TEST_F(TokenSourceTest, AnUpstreamThatRefusesEveryTokenCausesNoLoginStorm) {
  for (int i = 0; i < 11; ++i) grant(fmt::format("t{}", i));
  for (int i = 0; i < 50; ++i) source_.invalidate(*get());
  EXPECT_EQ(logins(), 11U);
}

TEST_F(TokenSourceTest, ThreeRefusedLoginsAnHourAndNoMore) {
  for (int i = 0; i < 3; ++i) refuse(401);
  for (int minute = 0; minute < 60; ++minute) {
    const auto token = get();
    EXPECT_EQ(token.error().kind, ErrorKind::unauthorized);
    EXPECT_GT(token.error().retry_after.value_or(Millis(0)), Millis(0));
    time_.advance(minutes(1));
  }
  EXPECT_EQ(logins(), 3U);
  grant("healed");
  EXPECT_EQ(get()->value.reveal(), "healed");
}

TEST_F(TokenSourceTest, NeverMoreThanThreeRefusedLoginsInAnyHour) {
  transport_.answer_all_else(answer(400, R"({"error":"invalid_client"})"));
  std::vector<Instant> at;
  for (int second = 0; second < 5 * 3600; second += 10, time_.advance(seconds(10))) {
    const std::size_t before = logins();
    EXPECT_FALSE(get());
    if (logins() > before) at.push_back(time_.now());
  }
  ASSERT_GT(at.size(), 3U);
  for (std::size_t i = 3; i < at.size(); ++i) EXPECT_GE(at[i] - at[i - 3], std::chrono::hours(1));
}

TEST_F(TokenSourceTest, ObeysRetryAfterOfTheTokenEndpoint) {
  transport_.expect("POST", "/token", answer(429, "", {{"Retry-After", "30"}}));
  EXPECT_EQ(get().error().retry_after, seconds(30));
  time_.advance(seconds(29));
  EXPECT_EQ(get().error().kind, ErrorKind::rate_limited);
  EXPECT_EQ(logins(), 1U);
  time_.advance(seconds(1));
  grant("one");
  EXPECT_TRUE(get());
}

TEST_F(TokenSourceTest, ADeadEndpointIsAskedOnceASecond) {
  transport_.answer_all_else(fail(testing::lost_answer()));
  for (int i = 0; i < 100; ++i, time_.advance(Millis(100))) EXPECT_EQ(get().error().applied, Applied::no);
  EXPECT_EQ(logins(), 10U);
}

TEST(TokenSourceFaults, EveryBrokenLoginIsAnErrorThatAppliedNothing) {
  testing::fails_at_each_step({{"POST", "/token", a_grant("one")}}, [](auto& transport, const auto&) {
    testing::ManualTimekeeper time;
    TokenSource source({.transport = transport,
                        .timekeeper = time,
                        .grant_request = client_credentials({.token_url = "https://iot.example/token"})});
    int answers = 0;
    source.with_token(time.now() + seconds(5), [&](Result<AccessToken> token) {
      ++answers;
      ASSERT_FALSE(token);
      EXPECT_EQ(token.error().applied, Applied::no);
    });
    transport.run();
    EXPECT_EQ(answers, 1);
  });
}

}  // namespace
}  // namespace contactor::gateways::oauth
