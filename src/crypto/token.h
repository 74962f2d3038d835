#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "crypto/crypto.h"

namespace contactor::crypto {

/// The text of an API token: `ctr_`, 43 characters of base 62 for the random bytes, 6 characters of checksum.
/// @param random  exactly 32 bytes nobody can guess.
[[nodiscard]] std::string make_api_token(std::span<const std::uint8_t> random);

/// Could this be a token of ours? Spots typing errors and foreign secrets without asking the store.
[[nodiscard]] bool looks_like_api_token(std::string_view text);

/// What is stored instead of the token. A fast hash is right for a secret of 256 random bits.
[[nodiscard]] Digest hash_api_token(std::string_view text);

}  // namespace contactor::crypto
