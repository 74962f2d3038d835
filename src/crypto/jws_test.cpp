#include "crypto/jws.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "crypto/encoding.h"

namespace contactor::crypto {
namespace {

constexpr const char* kHeader = R"({"alg":"RS256","typ":"JWT"})";

std::string pem_of(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

std::string public_pem_of(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(bio, key);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

bool verifies(EVP_PKEY* key, std::string_view token) {
  const std::size_t dot = token.rfind('.');
  const std::string signature = from_base64url(token.substr(dot + 1)).value();
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key);
  const int good =
      EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                       reinterpret_cast<const unsigned char*>(token.data()), dot);
  EVP_MD_CTX_free(context);
  return good == 1;
}

TEST(Jws, SignsWhatThePublicKeyVerifies) {
  EVP_PKEY* key = EVP_RSA_gen(2048);
  const auto token = sign_rs256(kHeader, R"({"iss":"a"})", Secret(pem_of(key)));
  ASSERT_TRUE(token);
  EXPECT_TRUE(verifies(key, *token));
  std::string forged = *token;
  forged[3] = forged[3] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(verifies(key, forged));
  EVP_PKEY_free(key);
}

TEST(Jws, ReadsThePayloadOfWhatTheKeySignedAndOfNothingElse) {
  EVP_PKEY* key = EVP_RSA_gen(2048);
  EVP_PKEY* other = EVP_RSA_gen(2048);
  const auto token = sign_rs256(kHeader, R"({"iss":"a"})", Secret(pem_of(key)));
  ASSERT_TRUE(token);
  EXPECT_EQ(verify_rs256(*token, public_pem_of(key)), R"({"iss":"a"})");
  EXPECT_EQ(verify_rs256(*token, public_pem_of(other)), std::nullopt);
  std::string forged = *token;
  forged[token->find('.') + 2] ^= 1;
  EXPECT_EQ(verify_rs256(forged, public_pem_of(key)), std::nullopt);
  for (const auto* broken : {"", ".", "..", "a.b", "a.b.c"})
    EXPECT_EQ(verify_rs256(broken, public_pem_of(key)), std::nullopt) << broken;
  EXPECT_EQ(verify_rs256(*token, "no key"), std::nullopt);
  EVP_PKEY_free(key);
  EVP_PKEY_free(other);
}

TEST(Jws, RefusesKeysThatAreNotRsaOf2048Bits) {
  EVP_PKEY* small = EVP_RSA_gen(1024);
  EVP_PKEY* curve = EVP_EC_gen("P-256");
  for (const std::string& pem :
       {pem_of(small), pem_of(curve), std::string("not PEM"), std::string(), std::string(100'000, 'x')})
    EXPECT_EQ(sign_rs256(kHeader, "{}", Secret(pem)).error().kind, ErrorKind::invalid);
  EVP_PKEY_free(small);
  EVP_PKEY_free(curve);
}

}  // namespace
}  // namespace contactor::crypto
