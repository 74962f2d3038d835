#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace contactor::crypto {

/// The 32 bytes that seal stored credentials. It has no printable form.
class SealKey {
 public:
  /// @param bytes  exactly 32. @errors invalid.
  [[nodiscard]] static Result<SealKey> from_bytes(std::string_view bytes);
  [[nodiscard]] const std::string& reveal() const { return bytes_.reveal(); }

 private:
  explicit SealKey(std::string bytes) : bytes_(std::move(bytes)) {}
  Secret bytes_;
};

/// Reads a key file.
/// @errors  not_found; unauthorized (others than its owner may read or write it, or it is not a regular
/// file);
///          invalid (not 32 bytes); internal.
[[nodiscard]] Result<SealKey> load_seal_key(const std::string& path);
/// Reads the key file, or makes it with fresh random bytes and mode 0600. Two processes that start at once
/// get the same key.
[[nodiscard]] Result<SealKey> load_or_create_seal_key(const std::string& path);

/// Encrypts under a fresh random nonce. The result says nothing but the text's length.
/// @param context  where the sealed text belongs (table, row, field, version): it opens nowhere else.
[[nodiscard]] std::string seal(const SealKey& key, std::string_view text, std::string_view context);
/// @errors  invalid: another key, another context, or changed bytes.
[[nodiscard]] Result<std::string> open_sealed(const SealKey& key, std::string_view sealed,
                                              std::string_view context);

}  // namespace contactor::crypto
