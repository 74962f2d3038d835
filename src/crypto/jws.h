#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace contactor::crypto {

/// A compact JWS (RFC 7515) signed with RS256.
/// @param header_json   must say `"alg":"RS256"`; taken as it is.
/// @param private_key   PEM, PKCS#8 or PKCS#1, RSA of at least 2048 bits, without a passphrase.
/// @errors  invalid: not such a key. Cost: about a millisecond.
[[nodiscard]] Result<std::string> sign_rs256(std::string_view header_json, std::string_view payload_json,
                                             const Secret& private_key);

/// The payload of a compact JWS whose RS256 signature this key made; nothing where it did not.
/// @param public_key  PEM, RSA.
[[nodiscard]] std::optional<std::string> verify_rs256(std::string_view jws, std::string_view public_key);

}  // namespace contactor::crypto
