#include "crypto/jws.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

#include "crypto/encoding.h"

namespace contactor::crypto {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

std::unexpected<Error> refuse(std::string why) {
  ERR_clear_error();
  return fail(ErrorKind::invalid, "jws", std::move(why));
}

/// Without this OpenSSL would ask for a passphrase on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

Result<std::unique_ptr<EVP_PKEY, Free>> read_key(const Secret& pem) {
  const std::string& text = pem.reveal();
  if (text.empty() || text.size() > 64 * 1024) return refuse("the private key is empty or too large");
  const std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  CTR_ASSERT(bio != nullptr);
  std::unique_ptr<EVP_PKEY, Free> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (key == nullptr) return refuse("the private key is not PEM without a passphrase");
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA || EVP_PKEY_get_bits(key.get()) < 2048)
    return refuse("the private key is not RSA of at least 2048 bits");
  return key;
}

}  // namespace

Result<std::string> sign_rs256(std::string_view header_json, std::string_view payload_json,
                               const Secret& private_key) {
  CTR_TRY(key, read_key(private_key));
  std::string text = to_base64url(header_json) + "." + to_base64url(payload_json);
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())), '\0');
  std::size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1)
    return refuse("signing failed");
  signature.resize(size);
  text += '.';
  return text += to_base64url(signature);
}

std::optional<std::string> verify_rs256(std::string_view jws, std::string_view public_key) {
  const auto first = jws.find('.');
  const auto last = jws.rfind('.');
  if (first == std::string_view::npos || first == last || public_key.size() > 64 * 1024) return std::nullopt;
  const auto payload = from_base64url(jws.substr(first + 1, last - first - 1));
  const auto signature = from_base64url(jws.substr(last + 1));
  if (!payload || !signature) return std::nullopt;
  const std::unique_ptr<BIO, Free> bio(
      BIO_new_mem_buf(public_key.data(), static_cast<int>(public_key.size())));
  const std::unique_ptr<EVP_PKEY, Free> key(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr));
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  const bool is_genuine =
      key != nullptr && EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_RSA &&
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature->data()),
                       signature->size(), reinterpret_cast<const unsigned char*>(jws.data()), last) == 1;
  ERR_clear_error();
  return is_genuine ? payload : std::nullopt;
}

}  // namespace contactor::crypto
