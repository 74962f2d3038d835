#include "crypto/webhook_signature.h"

#include <gtest/gtest.h>

#include <array>

#include "crypto/encoding.h"

namespace contactor::crypto {
namespace {

constexpr std::int64_t kSentAt = 1614265330;
const Instant kNow = Instant::from_millis(kSentAt * 1000);
const std::array kSecrets{Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")};
constexpr std::string_view kBody = R"({"test": 2432232314})";
constexpr std::string_view kId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
// The example that the specification's own test suites share.
constexpr std::string_view kSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

WebhookHeaders headers(std::string_view signature = kSignature, std::string_view timestamp = "1614265330") {
  return {.id = kId, .timestamp = timestamp, .signature = signature};
}

TEST(WebhookSignature, MatchesTheSpecification) {
  EXPECT_EQ(*sign_webhook({.id = kId, .timestamp_seconds = kSentAt, .body = kBody}, kSecrets[0]), kSignature);
  EXPECT_TRUE(verify_webhook(headers(), kBody, kSecrets, kNow));
}

TEST(WebhookSignature, TakesAnySecretAsItsOwnKey) {
  const std::array secrets{Secret("plain words")};
  const auto signature = sign_webhook({.id = kId, .timestamp_seconds = kSentAt, .body = kBody}, secrets[0]);
  EXPECT_TRUE(verify_webhook(headers(*signature), kBody, secrets, kNow));
}

TEST(WebhookSignature, OldAndNewSecretAreBothGoodDuringRotation) {
  const std::array both{Secret("whsec_bmV3"), kSecrets[0]};
  EXPECT_TRUE(verify_webhook(headers(), kBody, both, kNow));
  EXPECT_TRUE(
      verify_webhook(headers(std::string("v1a,abc v2,x ") + std::string(kSignature)), kBody, kSecrets, kNow));
}

TEST(WebhookSignature, RefusesStaleAndFutureMessages) {
  EXPECT_TRUE(verify_webhook(headers(), kBody, kSecrets, kNow + std::chrono::minutes(5)));
  EXPECT_FALSE(verify_webhook(headers(), kBody, kSecrets, kNow + std::chrono::minutes(5) + Millis(1)));
  EXPECT_FALSE(verify_webhook(headers(), kBody, kSecrets, kNow - std::chrono::minutes(6)));
}

TEST(WebhookSignature, RefusesWhateverIsChanged) {
  EXPECT_FALSE(verify_webhook(headers(), std::string(kBody) + " ", kSecrets, kNow));
  EXPECT_FALSE(verify_webhook(headers(kSignature, "1614265331"), kBody, kSecrets, kNow));
  EXPECT_FALSE(verify_webhook({.id = "msg_other", .timestamp = "1614265330", .signature = kSignature}, kBody,
                              kSecrets, kNow));
  const std::array other{Secret("whsec_b3RoZXI=")};
  EXPECT_FALSE(verify_webhook(headers(), kBody, other, kNow));
}

TEST(WebhookSignature, RefusesEverySecretThatIsEmpty) {
  const std::array empty{Secret(""), Secret("whsec_"), Secret("whsec_!")};
  for (const Secret& secret : empty) {
    EXPECT_FALSE(sign_webhook({.id = kId, .timestamp_seconds = kSentAt, .body = kBody}, secret));
    const std::string forged = "v1," + to_base64(std::string(32, '\0'));
    EXPECT_FALSE(verify_webhook(headers(forged), kBody, std::span(&secret, 1), kNow));
  }
  EXPECT_FALSE(verify_webhook(headers(), kBody, {}, kNow));
}

TEST(WebhookSignature, RefusesBrokenHeadersAsUnauthorized) {
  const std::string flood = "v1," + std::string(5000, 'a');
  std::string many;
  for (int i = 0; i < 40; ++i) many += std::string("v1,") + std::string(44, 'a') + " ";
  for (const std::string& signature :
       {std::string(), std::string("v1"), std::string("v1,"), std::string("v1,g0hM"), flood, many})
    EXPECT_EQ(verify_webhook(headers(signature), kBody, kSecrets, kNow).error().kind,
              ErrorKind::unauthorized);
  for (const char* timestamp :
       {"", "now", "-1", "1614265330.0", "99999999999999999999", " 1614265330", "+1614265330"})
    EXPECT_EQ(verify_webhook(headers(kSignature, timestamp), kBody, kSecrets, kNow).error().kind,
              ErrorKind::unauthorized);
}

TEST(StripeSignature, VerifiesWhatItSigned) {
  const std::array secrets{Secret("whsec_test")};
  const std::string header = *sign_stripe(kSentAt, kBody, secrets[0]);
  EXPECT_TRUE(header.starts_with("t=1614265330,v1="));
  EXPECT_TRUE(verify_stripe(header, kBody, secrets, kNow));
  EXPECT_TRUE(verify_stripe(header + ",v1=" + std::string(64, '0') + ",v0=abc", kBody, secrets, kNow));
  EXPECT_FALSE(verify_stripe(header, "{}", secrets, kNow));
  EXPECT_FALSE(verify_stripe(header, kBody, kSecrets, kNow));
  EXPECT_FALSE(verify_stripe(header, kBody, secrets, kNow + std::chrono::minutes(6)));
}

TEST(StripeSignature, AgreesWithAnotherImplementation) {
  // printf '12345.{}' | openssl dgst -sha256 -hmac whsec_test
  EXPECT_EQ(*sign_stripe(12345, "{}", Secret("whsec_test")),
            "t=12345,v1=f7d0d6f2476273381fa231a8ba13a821a0c87029e7b1bfae51e93d0240fb7c32");
}

TEST(StripeSignature, RefusesBrokenHeaders) {
  const std::array secrets{Secret("whsec_test")};
  for (const char* header :
       {"", "t=", "t=1614265330", "v1=abc", "t=1614265330,v1=abc", "t=1614265330,v0=", ",,,"})
    EXPECT_EQ(verify_stripe(header, kBody, secrets, kNow).error().kind, ErrorKind::unauthorized) << header;
  EXPECT_FALSE(sign_stripe(1, kBody, Secret("")));
}

}  // namespace
}  // namespace contactor::crypto
