#include "crypto/crypto.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include "base/result.h"

namespace contactor::crypto {
namespace {

static_assert(sizeof(crypto_generichash_state) <= 384 && alignof(crypto_generichash_state) <= 64);

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

crypto_generichash_state* state_in(std::array<std::byte, 384>& storage) {
  return reinterpret_cast<crypto_generichash_state*>(storage.data());
}

}  // namespace

Digest sha256(std::string_view message) {
  Digest digest{};
  unsigned int size = 0;
  CTR_ASSERT(EVP_Digest(message.data(), message.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1);
  return digest;
}

Digest hmac_sha256(std::string_view key, std::string_view message) {
  Digest digest{};
  unsigned int size = 0;
  CTR_ASSERT(key.size() <= INT32_MAX);
  CTR_ASSERT(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes(message), message.size(),
                  digest.data(), &size) != nullptr);
  return digest;
}

Digest blake2b_256(std::string_view message) { return Blake2b256().update(message).finish(); }

Blake2b256::Blake2b256() {
  CTR_ASSERT(sodium_init() >= 0);
  CTR_ASSERT(crypto_generichash_init(state_in(state_), nullptr, 0, sizeof(Digest)) == 0);
}

Blake2b256& Blake2b256::update(std::string_view piece) {
  CTR_ASSERT(crypto_generichash_update(state_in(state_), bytes(piece), piece.size()) == 0);
  return *this;
}

Digest Blake2b256::finish() {
  Digest digest{};
  CTR_ASSERT(crypto_generichash_final(state_in(state_), digest.data(), digest.size()) == 0);
  return digest;
}

std::string_view bytes_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
  return left.size() == right.size() && sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace contactor::crypto
