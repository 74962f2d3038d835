#include "engine/vault.h"

#include "crypto/crypto.h"
#include "crypto/encoding.h"

namespace contactor::engine {
namespace {

// A digest's beginning says nothing about 32 random bytes.
constexpr std::size_t kIdSize = 8;

std::string_view id_of(std::string_view sealed) {
  return sealed.size() > kIdSize && sealed[kIdSize] == '.' ? sealed.substr(0, kIdSize) : std::string_view();
}

}  // namespace

Vault::Named Vault::named(crypto::SealKey key) {
  std::string id = crypto::to_hex(crypto::bytes_of(crypto::blake2b_256(key.reveal()))).substr(0, kIdSize);
  return {.id = std::move(id), .key = std::move(key)};
}

Vault::Vault(crypto::SealKey current, std::optional<crypto::SealKey> previous)
    : current_(named(std::move(current))) {
  if (previous) previous_ = named(std::move(*previous));
}

std::string Vault::seal(std::string_view text, std::string_view context) const {
  return current_.id + "." + crypto::to_base64url(crypto::seal(current_.key, text, context));
}

Result<Secret> Vault::open(std::string_view sealed, std::string_view context) const {
  const std::string_view id = id_of(sealed);
  const bool is_previous = previous_ && id == previous_->id;
  const auto bytes = id.empty() ? std::nullopt : crypto::from_base64url(sealed.substr(kIdSize + 1));
  if (!bytes) return fail(ErrorKind::invalid, "seal", "not a sealed text");
  if (id != current_.id && !is_previous)
    return fail(ErrorKind::invalid, "seal", "sealed under a key that is not the one of CONTACTOR_KEY_FILE");
  CTR_TRY(text, crypto::open_sealed(is_previous ? previous_->key : current_.key, *bytes, context));
  return Secret(std::move(text));
}

bool Vault::is_current(std::string_view sealed) const { return id_of(sealed) == current_.id; }

}  // namespace contactor::engine
