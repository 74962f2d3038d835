#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <string>

#include "base/secret.h"

namespace contactor::gateways::renault {

/// One key pair for all tests of a program: making one costs a tenth of a second.
struct KeyPair {
  KeyPair() {
    EVP_PKEY* key = EVP_RSA_gen(2048);
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    secret = Secret(text_of(bio));
    bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(bio, key);
    open = text_of(bio);
    EVP_PKEY_free(key);
  }
  static std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
  }
  Secret secret;
  std::string open;
};

inline const KeyPair& keys() {
  static const KeyPair pair;
  return pair;
}

}  // namespace contactor::gateways::renault
