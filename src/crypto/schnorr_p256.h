#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace contactor::crypto {

/// A private key on P-256 that signs as Tesla's vehicles expect it of telemetry configurations: Schnorr with
/// SHA-256, in the manner of RFC 8235, with the nonce of RFC 6979. Equal messages get equal signatures.
/// @source  the open source of Tesla's vehicle-command proxy.
class SchnorrKey {
 public:
  /// @param pem  PKCS#8 or SEC 1, P-256, without a passphrase. @errors invalid.
  [[nodiscard]] static Result<SchnorrKey> from_pem(const Secret& pem);
  /// @param scalar  32 bytes, big-endian, from 1 to the order less one. @errors invalid.
  [[nodiscard]] static Result<SchnorrKey> from_scalar(const Secret& scalar);

  /// The point, uncompressed: 65 bytes.
  [[nodiscard]] const std::string& public_key() const { return public_key_; }
  /// 96 bytes: both coordinates of the nonce's point, and the answer. Cost: about a tenth of a millisecond.
  [[nodiscard]] std::string sign(std::string_view message) const;
  /// A compact JWS whose header says `"alg":"Tesla.SS256"`. @param claims_json taken as it is.
  [[nodiscard]] std::string sign_jws(std::string_view claims_json) const;

 private:
  SchnorrKey(Secret scalar, std::string public_key)
      : scalar_(std::move(scalar)), public_key_(std::move(public_key)) {}
  Secret scalar_;
  std::string public_key_;
};

/// @param public_key  65 bytes, uncompressed. False for anything that is not a signature of this message.
[[nodiscard]] bool verify_schnorr(std::string_view public_key, std::string_view message,
                                  std::string_view signature);
/// The nonce that RFC 6979 gives this scalar and message for P-256 and SHA-256, 32 bytes.
[[nodiscard]] std::string nonce_of(const Secret& scalar, std::string_view message);

}  // namespace contactor::crypto
