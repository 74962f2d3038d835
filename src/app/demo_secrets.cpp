#include "app/demo_secrets.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>

#include <memory>

#include "base/result.h"
#include "crypto/encoding.h"
#include "json/json.h"

namespace contactor::app {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Buffer = std::unique_ptr<BIO, decltype(&BIO_free)>;

Key rsa_key() { return {EVP_RSA_gen(2048), &EVP_PKEY_free}; }

std::string text_in(const Buffer& buffer) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(buffer.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string pem_of(const Key& key) {
  const Buffer out(BIO_new(BIO_s_mem()), &BIO_free);
  CTR_ASSERT(key && out &&
             PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_in(out);
}

}  // namespace

std::string demo_service_account(const std::string& token_uri) {
  return json::serialize(json::object{{"type", "service_account"},
                                      {"project_id", "demo"},
                                      {"private_key_id", "demo-key"},
                                      {"private_key", pem_of(rsa_key())},
                                      {"client_email", "contactor@demo.example"},
                                      {"token_uri", token_uri}});
}

std::string demo_elliptic_key() { return pem_of(Key(EVP_EC_gen("P-256"), &EVP_PKEY_free)); }

std::string demo_key_container(const std::string& password) {
  const Key key = rsa_key();
  const std::unique_ptr<PKCS12, decltype(&PKCS12_free)> container(
      PKCS12_create(password.c_str(), "demo", key.get(), nullptr, nullptr, 0, 0, 0, 0, 0), &PKCS12_free);
  const Buffer out(BIO_new(BIO_s_mem()), &BIO_free);
  CTR_ASSERT(container && out && i2d_PKCS12_bio(out.get(), container.get()) == 1);
  return crypto::to_base64(text_in(out));
}

}  // namespace contactor::app
