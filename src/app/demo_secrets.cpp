#include "app/demo_secrets.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>

#include "base/result.h"
#include "json/json.h"

namespace contactor::app {
namespace {

std::string fresh_private_key() {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(2048), &EVP_PKEY_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
  CTR_ASSERT(key && out &&
             PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

std::string demo_service_account(const std::string& token_uri) {
  return json::serialize(json::object{{"type", "service_account"},
                                      {"project_id", "demo"},
                                      {"private_key_id", "demo-key"},
                                      {"private_key", fresh_private_key()},
                                      {"client_email", "contactor@demo.example"},
                                      {"token_uri", token_uri}});
}

}  // namespace contactor::app
