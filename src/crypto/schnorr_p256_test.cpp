#include "crypto/schnorr_p256.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"

namespace contactor::crypto {
namespace {

// The vectors of the public unit tests of Tesla's vehicle-command proxy and of RFC 6979 A.2.5, and one token
// made with the published test key of Tesla's protocol document, which must never be enrolled.

Secret scalar(std::string_view hex) { return Secret(from_hex(hex).value()); }
SchnorrKey key(std::string_view hex) { return SchnorrKey::from_scalar(scalar(hex)).value(); }

constexpr const char* kTestScalar = "2538cdc29a97c19c1e99a637d6cf4f8c970c118b56ede1e6323e6d162c4b30db";
constexpr const char* kTestPoint =
    "04b2b6bc68c2da0665ce656815594996c62394edd8bea905fe781a754fe6a845a714330902f225e9269d466e05b34998"
    "1fda9d85cc23c6fb444aa73b629105dc6e";

TEST(SchnorrP256, TheNonceIsThatOfRfc6979) {
  EXPECT_EQ(
      to_hex(nonce_of(scalar("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"), "sample")),
      "a6e3c57dd01abe90086538398355dd4c3b17aa873382b0f24d6129493d8aad60");
}

TEST(SchnorrP256, SignsAsTeslasProxyDoes) {
  const auto signer = key("0300000000000000000000000000000000000000000000000000000000000000");
  const std::string signature = signer.sign("hello world");
  EXPECT_EQ(
      to_hex(signature),
      "7cfdbeb5baa730540401550bdefa20976453e8539ae4b2f26ce33125801a08f90ed20c3d846497ff82cc9772e3db4703"
      "982f47bd0b0b89dfb9a49cd2e524054602b1e05fbf95f5686faea7a5809eb92f5ecc22eae74ceccc5e2a65dd67ff20fc");
  EXPECT_TRUE(verify_schnorr(signer.public_key(), "hello world", signature));
}

TEST(SchnorrP256, ATokenIsTheOneComputedElsewhere) {
  constexpr const char* kClaims =
      R"json({"alert_types":["service"],"aud":"com.tesla.fleet.TelemetryClient",)json"
      R"json("ca":"-----BEGIN CERTIFICATE-----\nTEST\n-----END CERTIFICATE-----\n",)json"
      R"json("fields":{"Soc":{"interval_seconds":30}},"hostname":"telemetry.example.test",)json"
      R"json("iss":"BLK2vGjC2gZlzmVoFVlJlsYjlO3YvqkF/ngadU/mqEWnFDMJAvIl6SadRm4Fs0mYH9qdhcwjxvtESqc7YpEF3G4=","port":8443})json";
  const auto signer = key(kTestScalar);
  EXPECT_EQ(to_hex(signer.public_key()), kTestPoint);
  EXPECT_EQ(signer.sign_jws(kClaims),
            "eyJhbGciOiJUZXNsYS5TUzI1NiIsInR5cCI6IkpXVCJ9.eyJhbGVydF90eXBlcyI6WyJzZXJ2aWNlIl0sImF1ZCI6ImNvbS5"
            "0ZXNsYS5mbGVldC5UZWxlbWV0cnlDbGllbnQiLCJjYSI6Ii0tLS0tQkVHSU4gQ0VSVElGSUNBVEUtLS0tLVxuVEVTVFxuLS0"
            "tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLVxuIiwiZmllbGRzIjp7IlNvYyI6eyJpbnRlcnZhbF9zZWNvbmRzIjozMH19LCJob3N"
            "0bmFtZSI6InRlbGVtZXRyeS5leGFtcGxlLnRlc3QiLCJpc3MiOiJCTEsydkdqQzJnWmx6bVZvRlZsSmxzWWpsTzNZdnFrRi9"
            "uZ2FkVS9tcUVXbkZETUpBdklsNlNhZFJtNEZzMG1ZSDlxZGhjd2p4dnRFU3FjN1lwRUYzRzQ9IiwicG9ydCI6ODQ0M30.GzK"
            "PaSAdfoJOFEgZwwB_Uff7acdZ4hRkEIcp_kQox03NtjPetA5yueVHuwtrdsp9nUC6fUOIb3k_mLxxeK9-tfcLmCr9JCQdaEF"
            "w2_cteZp-0K-I2cPPKoOsgRfULf_2");
}

TEST(SchnorrP256, NothingElseIsASignature) {
  const auto signer = key(kTestScalar);
  const std::string message = "a configuration";
  const std::string signature = signer.sign(message);
  ASSERT_TRUE(verify_schnorr(signer.public_key(), message, signature));
  for (std::size_t i = 0; i < signature.size(); ++i) {
    std::string changed = signature;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(verify_schnorr(signer.public_key(), message, changed)) << i;
  }
  EXPECT_FALSE(verify_schnorr(signer.public_key(), "another configuration", signature));
  EXPECT_FALSE(verify_schnorr(key(std::string(63, '0') + "7").public_key(), message, signature));
  EXPECT_FALSE(verify_schnorr(signer.public_key(), message, signature + "x"));
  EXPECT_FALSE(verify_schnorr(signer.public_key(), message, ""));
  EXPECT_FALSE(verify_schnorr("", message, signature));
}

TEST(SchnorrP256, AnAnswerBeyondTheOrderIsNoSignature) {
  // r + q would verify as well; one message has one signature.
  const auto signer = key(kTestScalar);
  const std::string signature = signer.sign("m");
  EXPECT_FALSE(verify_schnorr(signer.public_key(), "m", signature.substr(0, 64) + std::string(32, '\xff')));
}

TEST(SchnorrP256, RefusesScalarsThatAreNone) {
  EXPECT_FALSE(SchnorrKey::from_scalar(Secret(std::string(32, '\0'))));
  EXPECT_FALSE(SchnorrKey::from_scalar(Secret(std::string(32, '\xff'))));
  EXPECT_FALSE(SchnorrKey::from_scalar(Secret("short")));
}

TEST(SchnorrP256, ReadsAKeyFromPem) {
  // `openssl ecparam -name prime256v1 -genkey -noout`, for this test only.
  const Secret pem(
      "-----BEGIN EC PRIVATE KEY-----\n"
      "MHcCAQEEIE54/Gc6fjp6ZU5gTxpmc/S5/8ClqQzKB2XL5OV5H6NboAoGCCqGSM49\n"
      "AwEHoUQDQgAE0aWb6F/9mKknIOlgqm2Mq37rAwZrz2n4kn84Qa55fvTM6v3mqRPS\n"
      "U3glbX8R3MzLPI9jEPHmXufJx6NB6nLPng==\n"
      "-----END EC PRIVATE KEY-----\n");
  const auto signer = SchnorrKey::from_pem(pem);
  ASSERT_TRUE(signer);
  EXPECT_EQ(to_hex(signer->public_key()),
            "04d1a59be85ffd98a92720e960aa6d8cab7eeb03066bcf69f8927f3841ae797ef4cceafde6a913d25378256d7f11dccc"
            "cb3c8f6310f1e65ee7c9c7a341ea72cf9e");
}

TEST(SchnorrP256, RefusesKeysOfAnotherKind) {
  EXPECT_EQ(SchnorrKey::from_pem(Secret("")).error().kind, ErrorKind::invalid);
  EXPECT_EQ(SchnorrKey::from_pem(Secret("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))
                .error()
                .kind,
            ErrorKind::invalid);
  const Secret curve_of_384_bits(
      "-----BEGIN EC PRIVATE KEY-----\n"
      "MIGkAgEBBDANTYA7+bX6EZx3JcbV1gCx1MKQFiDXzVxqAkqZE87TIJBk08ju4vs1\n"
      "d5i+4m5C95KgBwYFK4EEACKhZANiAAR5YI6Hbdebxv7FyqUfFKTpYosF+AOo9mv7\n"
      "nuc0y4Mk/ezOIpC7AZlw1/TPe4I0baxuV147V2eulZC9b6e1W/UoVsAljUAuQVhU\n"
      "ReGVuHMkNYpXJu9YQsgqXV3vxxZBSvw=\n"
      "-----END EC PRIVATE KEY-----\n");
  EXPECT_EQ(SchnorrKey::from_pem(curve_of_384_bits).error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace contactor::crypto
