#include "crypto/pkcs12.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "crypto/encoding.h"
#include "crypto/jws.h"

namespace contactor::crypto {
namespace {

const Instant kNow = Instant::from_millis(1'800'000'000'000);
const Secret kPassword("opens it");

/// A container made here, so that no key lies in the repository.
class Container {
 public:
  explicit Container(Millis life = std::chrono::days(30), bool with_key = true) {
    static EVP_PKEY* const key = EVP_RSA_gen(2048);
    X509* certificate = X509_new();
    const auto ends = static_cast<time_t>((kNow + life).millis() / 1000);
    ASN1_TIME_set(X509_getm_notBefore(certificate), ends - 10'000'000);
    ASN1_TIME_set(X509_getm_notAfter(certificate), ends);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    PKCS12* made = PKCS12_create(kPassword.reveal().c_str(), "us", with_key ? key : nullptr, certificate,
                                 nullptr, 0, 0, 0, 0, 0);
    unsigned char* bytes = nullptr;
    const int size = i2d_PKCS12(made, &bytes);
    der.assign(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    PKCS12_free(made);
    X509_free(certificate);
  }
  std::string der;
};

std::string wrapped(const std::string& text, std::size_t width) {
  std::string lines;
  for (std::size_t at = 0; at < text.size(); at += width) lines += text.substr(at, width) + "\n";
  return lines;
}

std::string why(const Result<Secret>& key) { return key ? "" : key.error().detail; }

TEST(Pkcs12, TheKeySignsWhicheverClothesTheContainerWears) {
  const Container made;
  const std::string base64 = to_base64(made.der);
  for (const auto& text : {made.der, base64, base64 + "\n", wrapped(base64, 64),
                           "-----BEGIN PKCS12-----\n" + wrapped(base64, 64) + "-----END PKCS12-----\n"}) {
    const auto key = read_pkcs12(text, kPassword, kNow);
    ASSERT_TRUE(key) << why(key);
    EXPECT_TRUE(sign_rs256(R"({"alg":"RS256"})", "{}", *key));
  }
}

TEST(Pkcs12, APemFileWithTheKeyItselfIsReadToo) {
  const auto pem = read_pkcs12(Container().der, kPassword, kNow);
  ASSERT_TRUE(pem);
  EXPECT_EQ(read_pkcs12(pem->reveal(), Secret(), kNow)->reveal(), pem->reveal());
}

TEST(Pkcs12, EachThingThatIsWrongHasOneClearSentence) {
  const Container made;
  EXPECT_EQ(why(read_pkcs12(made.der, Secret("another"), kNow)), "the password does not open it");
  EXPECT_EQ(why(read_pkcs12(made.der, Secret(), kNow)), "it is locked, and no password is given");
  EXPECT_EQ(why(read_pkcs12(Container(Millis(-1000)).der, kPassword, kNow)),
            "its certificate expired on 2027-01-15");
  EXPECT_EQ(why(read_pkcs12(Container(std::chrono::days(1), false).der, kPassword, kNow)),
            "there is no private key in it");
  EXPECT_EQ(why(read_pkcs12("not at all!", kPassword, kNow)), "it is neither DER nor base64 nor PEM");
  EXPECT_EQ(why(read_pkcs12(to_base64("not a container"), kPassword, kNow)), "it is not a PKCS#12 container");
  EXPECT_EQ(why(read_pkcs12("", kPassword, kNow)), "it is empty or too large");
  EXPECT_EQ(why(read_pkcs12(std::string(300'000, 'A'), kPassword, kNow)), "it is empty or too large");
}

TEST(Pkcs12, ACutContainerIsRefused) {
  const Container made;
  for (std::size_t size = 1; size < made.der.size(); size += 97)
    EXPECT_FALSE(read_pkcs12(made.der.substr(0, size), kPassword, kNow)) << size;
}

TEST(Pkcs12, AFileThatEverybodyCanReadIsRefused) {
  const auto path = std::filesystem::path(::testing::TempDir()) / "contactor_pkcs12_test";
  std::ofstream(path, std::ios::binary) << to_base64(Container().der);
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  EXPECT_NE(why(read_pkcs12_file(path, kPassword, kNow)).find("chmod 600"), std::string::npos);
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  EXPECT_TRUE(read_pkcs12_file(path, kPassword, kNow));
  EXPECT_NE(why(read_pkcs12_file(path, Secret("x"), kNow)).find("the password does not open it"),
            std::string::npos);
  std::filesystem::remove(path);
  EXPECT_NE(why(read_pkcs12_file(path, kPassword, kNow)).find("there is no file"), std::string::npos);
  EXPECT_FALSE(read_pkcs12_file("/", kPassword, kNow));
}

}  // namespace
}  // namespace contactor::crypto
