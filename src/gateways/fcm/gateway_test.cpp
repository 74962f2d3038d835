#include "gateways/fcm/gateway.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "crypto/encoding.h"
#include "gateways/testing/scripted_transport.h"
#include "json/json.h"

namespace contactor::gateways::fcm {
namespace {

using testing::answer;

/// A key of this test run only.
const std::string& a_private_key() {
  static const std::string pem = [] {
    EVP_PKEY* key = EVP_RSA_gen(2048);
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    EVP_PKEY_free(key);
    return text;
  }();
  return pem;
}

json::object a_credentials_file() {
  return {{"type", "service_account"},
          {"project_id", "our-project"},
          {"private_key_id", "k1"},
          {"private_key", a_private_key()},
          {"client_email", "us@our-project.iam.example"},
          {"token_uri", "https://oauth2.example/token"}};
}

constexpr const char* kGrant = R"({"access_token":"t1","expires_in":3599,"token_type":"Bearer"})";
constexpr const char* kSent = R"({"name":"projects/our-project/messages/1"})";
const std::vector<testing::Step> kScript{
    {"POST", "https://oauth2.example/token", answer(200, kGrant)},
    {"POST", "https://fcm.example/v1/projects/our-project/messages:send", answer(200, kSent)}};

struct World {
  explicit World(std::vector<testing::Step> script) : own(std::move(script)), transport(own) {}
  explicit World(testing::ScriptedTransport& other) : transport(other) {}

  testing::ScriptedTransport own;
  testing::ScriptedTransport& transport;
  testing::ManualTimekeeper time;
  Gateway gateway{{.transport = transport,
                   .timekeeper = time,
                   .api_url = "https://fcm.example",
                   .project = {},
                   .account = *parse_service_account(json::serialize(a_credentials_file()))}};

  Status send() {
    std::vector<Status> answers;
    gateway.send({.device_token = "d1",
                  .title = "Active",
                  .body = "Heated seats are on",
                  .collapse_key = "act_1:done"},
                 time.now() + std::chrono::seconds(20),
                 [&](Status got) { answers.push_back(std::move(got)); });
    transport.run();
    EXPECT_EQ(answers.size(), 1U);
    return answers.at(0);
  }
};

Status answered(int status, std::string body = {}) {
  return World({kScript[0], {"POST", "messages:send", answer(status, std::move(body))}}).send();
}

std::string an_error(std::string_view status, std::string_view code) {
  return fmt::format(R"({{"error":{{"status":"{}","details":[{{"@type":"x"}},{{"errorCode":"{}"}}]}}}})",
                     status, code);
}

TEST(FcmGateway, SignsInWithAShortAssertionAndSends) {
  World world(kScript);
  EXPECT_TRUE(world.send());
  const auto& login = world.transport.sent()[0];
  EXPECT_TRUE(
      login.body.starts_with("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="));
  const std::string assertion = login.body.substr(login.body.rfind('=') + 1);
  const std::size_t dot = assertion.find('.');
  const auto claims =
      json::parse(*crypto::from_base64url(assertion.substr(dot + 1, assertion.rfind('.') - dot - 1)));
  EXPECT_EQ(json::string_at(claims->get_object(), "aud"), "https://oauth2.example/token");
  EXPECT_EQ(*json::integer_at(claims->get_object(), "exp") - *json::integer_at(claims->get_object(), "iat"),
            300);
  EXPECT_EQ(
      world.transport.last().body,
      R"({"message":{"token":"d1","notification":{"title":"Active","body":"Heated seats are on"},)"
      R"("android":{"collapse_key":"act_1:done"},"apns":{"headers":{"apns-collapse-id":"act_1:done"}}}})");
}

TEST(FcmGateway, RenewsTheTokenOnce) {
  World world({kScript[0], {"POST", "messages:send", answer(401)}, kScript[0], kScript[1]});
  EXPECT_TRUE(world.send());
  EXPECT_TRUE(world.transport.is_done());
}

TEST(FcmGateway, EveryErrorHasItsMeaning) {
  EXPECT_EQ(answered(404, an_error("NOT_FOUND", "UNREGISTERED")).error().kind, ErrorKind::invalid);
  EXPECT_EQ(answered(400, an_error("INVALID_ARGUMENT", "INVALID_ARGUMENT")).error().kind, ErrorKind::invalid);
  EXPECT_EQ(answered(403, an_error("PERMISSION_DENIED", "SENDER_ID_MISMATCH")).error().kind,
            ErrorKind::invalid);
  EXPECT_EQ(answered(403, R"({"error":{"status":"PERMISSION_DENIED"}})").error().kind,
            ErrorKind::unauthorized);
  EXPECT_EQ(answered(404, R"({"error":{"status":"NOT_FOUND"}})").error().kind, ErrorKind::unauthorized);
  EXPECT_EQ(answered(429).error().kind, ErrorKind::rate_limited);
  EXPECT_EQ(answered(503).error().kind, ErrorKind::unavailable);
  EXPECT_EQ(answered(200, "{}").error().kind, ErrorKind::protocol);
}

TEST(FcmGateway, ABrokenCallIsMaybeOnlyOnceTheMessageHasLeft) {
  testing::fails_at_each_step(kScript, [](auto& transport, const auto& broken) {
    const auto status = World(transport).send();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().applied,
              broken.step == 1 && broken.may_be_applied ? Applied::maybe : Applied::no);
  });
}

TEST(FcmServiceAccount, NamesWhatIsMissing) {
  for (const char* key : {"project_id", "client_email", "private_key_id", "private_key", "token_uri"}) {
    auto file = a_credentials_file();
    file.erase(key);
    const auto account = parse_service_account(json::serialize(file));
    ASSERT_FALSE(account) << key;
    EXPECT_NE(account.error().detail.find(key), std::string::npos);
  }
  auto broken = a_credentials_file();
  broken["private_key"] = "-----BEGIN PRIVATE KEY-----";
  EXPECT_FALSE(parse_service_account(json::serialize(broken)));
  EXPECT_FALSE(parse_service_account("[]"));
}

}  // namespace
}  // namespace contactor::gateways::fcm
