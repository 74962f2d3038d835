#include "gateways/slack/gateway.h"

#include <gtest/gtest.h>

#include "gateways/testing/world_transport.h"

namespace contactor::gateways::slack {
namespace {

using std::chrono::seconds;
using testing::answer;

class SlackTest : public ::testing::Test {
 protected:
  Status post(const std::string& channel, const std::string& text,
              const std::string& token = "xoxb-contactor") {
    Gateway gateway({.transport = transport_,
                     .timekeeper = time_,
                     .api_url = "https://sim.test/slack",
                     .token = Secret(token)});
    auto ended = std::make_shared<std::optional<Status>>();
    gateway.post(channel, text, [ended](Status status) {
      EXPECT_FALSE(ended->has_value());
      *ended = std::move(status);
    });
    EXPECT_TRUE(transport_.run_until([&] { return ended->has_value(); }, seconds(60)));
    return **ended;
  }
  [[nodiscard]] const auto& chats() const { return world_.logs().chats; }

  world::World world_{world::calm(), 1};
  testing::ManualTimekeeper time_;
  testing::WorldTransport transport_{world_, time_};
};

TEST_F(SlackTest, AMessageArrivesInItsChannel) {
  EXPECT_TRUE(post("C123", "two vehicles need a model"));
  ASSERT_EQ(chats().size(), 1U);
  EXPECT_EQ(chats()[0].channel, "C123");
  EXPECT_EQ(chats()[0].text, "two vehicles need a model");
  EXPECT_EQ(transport_.sent()[0].respond_by, Instant::from_millis(1'800'000'000'000) + seconds(10));
}

// oem.md 1.10: the original looked at the status only, which is 200 for every refusal.
TEST_F(SlackTest, OkFalseIsAnError) {
  const std::pair<const char*, ErrorKind> words[]{
      {"channel_not_found", ErrorKind::not_found}, {"is_archived", ErrorKind::not_found},
      {"not_in_channel", ErrorKind::not_found},    {"token_revoked", ErrorKind::unauthorized},
      {"missing_scope", ErrorKind::unauthorized},  {"ratelimited", ErrorKind::rate_limited},
      {"internal_error", ErrorKind::unavailable},  {"msg_too_long", ErrorKind::invalid}};
  for (const auto& [word, kind] : words) {
    const Status status = post(fmt::format("refuses-{}", word), "hello");
    ASSERT_FALSE(status) << word;
    EXPECT_EQ(status.error().kind, kind) << word;
    EXPECT_EQ(status.error().applied, Applied::no) << word;
    EXPECT_NE(status.error().detail.find(word), std::string::npos);
  }
  EXPECT_TRUE(chats().empty());
}

TEST_F(SlackTest, AWrongTokenIsUnauthorized) {
  EXPECT_EQ(post("C123", "hello", "xoxb-other").error().kind, ErrorKind::unauthorized);
}

TEST_F(SlackTest, ASecondMessageWithinTheSecondMustWait) {
  EXPECT_TRUE(post("C123", "one"));
  const Status hasty = post("C123", "two");
  ASSERT_FALSE(hasty);
  EXPECT_EQ(hasty.error().kind, ErrorKind::rate_limited);
  EXPECT_EQ(hasty.error().retry_after, seconds(1));
  EXPECT_TRUE(post("C456", "another channel has its own second"));
  time_.advance(seconds(1));
  EXPECT_TRUE(post("C123", "two"));
}

TEST_F(SlackTest, TextStaysText) {
  EXPECT_TRUE(post("C123", "<!channel> Fish & Chips > \"tea\"\n"));
  EXPECT_EQ(chats()[0].text, "&lt;!channel&gt; Fish &amp; Chips &gt; \"tea\"\n");
}

TEST_F(SlackTest, ALongMessageIsCutBetweenCharacters) {
  std::string text;
  while (text.size() < 100'000) text += "é";
  EXPECT_TRUE(post("C123", text));
  EXPECT_EQ(chats()[0].text.size(), 30'000U);
}

TEST_F(SlackTest, NothingIsSentWithoutChannelOrText) {
  EXPECT_EQ(post("", "hello").error().kind, ErrorKind::invalid);
  EXPECT_EQ(post("C123", "").error().kind, ErrorKind::invalid);
  EXPECT_TRUE(transport_.sent().empty());
}

TEST_F(SlackTest, WhateverBreaksIsAnErrorAndNeverASuccess) {
  for (const auto& way : testing::ways_to_fail()) {
    SCOPED_TRACE(way.name);
    const std::size_t before = chats().size();
    transport_.break_request(0, way);
    const Status status = post("C123", "hello");
    ASSERT_FALSE(status);
    EXPECT_TRUE(chats().size() == before || status.error().applied != Applied::no);
    time_.advance(seconds(2));
  }
}

TEST(SlackWire, ALimitedRateIsReadFromStatusAndHeader) {
  const Status status = read_posted(answer(429, "", {{"Retry-After", "30"}}), Instant());
  EXPECT_EQ(status.error().kind, ErrorKind::rate_limited);
  EXPECT_EQ(status.error().retry_after, seconds(30));
}

}  // namespace
}  // namespace contactor::gateways::slack
