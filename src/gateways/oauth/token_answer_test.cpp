#include "gateways/oauth/token_answer.h"

#include <gtest/gtest.h>

#include "gateways/testing/scripted_transport.h"

namespace contactor::gateways::oauth {
namespace {

using testing::answer;

const Instant kNow = Instant::from_millis(1'800'000'000'000);

Result<Grant> read(int status, std::string body, std::vector<ports::HttpHeader> headers = {}) {
  return read_token_answer(answer(status, std::move(body), std::move(headers)), kNow);
}

TEST(TokenAnswer, ReadsAGrant) {
  const auto grant =
      read(200, R"({"access_token":"abc","token_type":"bearer","expires_in":3600,"scope":"x"})");
  ASSERT_TRUE(grant);
  EXPECT_EQ(grant->access_token.reveal(), "abc");
  EXPECT_EQ(grant->lifetime, std::chrono::hours(1));
}

TEST(TokenAnswer, AbsurdLifetimesAreClamped) {
  const auto lifetime = [](const std::string& text) {
    return read(200, R"({"access_token":"abc","expires_in":)" + text + "}")->lifetime;
  };
  for (const char* text : {"0", "-5", "-1e300", "0.001", "\"-7\""})
    EXPECT_EQ(lifetime(text), std::chrono::seconds(5)) << text;
  for (const char* text : {"1e300", "9223372036854775807", "18446744073709551615", "86401"})
    EXPECT_EQ(lifetime(text), std::chrono::hours(24)) << text;
  EXPECT_EQ(lifetime("\"600\""), std::chrono::minutes(10));
  EXPECT_EQ(lifetime("null"), std::chrono::minutes(5));
}

TEST(TokenAnswer, ALongErrorIsCutBetweenCharacters) {
  const std::string code(63, 'x');
  const auto refused = read(400, R"({"error":")" + code + R"(é"})");
  EXPECT_TRUE(refused.error().detail.ends_with("x")) << refused.error().detail;
}

TEST(TokenAnswer, GarbageIsAProtocolError) {
  for (const char* body :
       {"", "<html>", "[]", "null", "{}", R"({"access_token":7})", R"({"access_token":""})",
        R"({"access_token":"a\r\nX: y"})", R"({"access_token":"a b"})",
        R"({"access_token":"a","token_type":"mac"})", R"({"access_token":"a","expires_in":"soon"})",
        R"({"access_token":"a","expires_in":[]})"})
    EXPECT_EQ(read(200, body).error().kind, ErrorKind::protocol) << body;
  for (const int status : {204, 302})
    EXPECT_EQ(read(status, "<html>").error().kind, ErrorKind::protocol) << status;
}

TEST(TokenAnswer, ARefusalWithoutReadableWordsIsARefusalAllTheSame) {
  for (const int status : {400, 404, 422})
    EXPECT_EQ(read(status, "{\"err").error().kind, ErrorKind::invalid) << status;
}

TEST(TokenAnswer, TellsARefusedCredentialFromARefusedRequest) {
  EXPECT_EQ(read(401, "").error().kind, ErrorKind::unauthorized);
  EXPECT_EQ(read(400, R"({"error":"invalid_client"})").error().kind, ErrorKind::unauthorized);
  EXPECT_EQ(read(400, R"({"error":"invalid_scope"})").error().kind, ErrorKind::invalid);
  EXPECT_EQ(read(500, R"({"error":"invalid_client"})").error().kind, ErrorKind::unavailable);
}

TEST(TokenAnswer, ObeysRetryAfter) {
  const auto limited = read(429, "slow down", {{"retry-after", "120"}});
  EXPECT_EQ(limited.error().kind, ErrorKind::rate_limited);
  EXPECT_EQ(limited.error().retry_after, std::chrono::minutes(2));
}

}  // namespace
}  // namespace contactor::gateways::oauth
