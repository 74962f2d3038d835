#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/seal.h"

namespace contactor::engine {

/// Seals what others have entrusted to us, before it reaches a store: as text that fits its columns. The text
/// names its key, so that while a key is being replaced everything opens, and what the previous one has
/// sealed is found.
class Vault {
 public:
  explicit Vault(crypto::SealKey current, std::optional<crypto::SealKey> previous = std::nullopt);

  /// @param context  where it belongs, "table/row/field": it opens nowhere else.
  [[nodiscard]] std::string seal(std::string_view text, std::string_view context) const;
  /// @errors  invalid: sealed under a key that is not here, for another place, or changed.
  [[nodiscard]] Result<Secret> open(std::string_view sealed, std::string_view context) const;
  /// Whether the current key has sealed it; if not, it must be sealed again before the previous key goes.
  [[nodiscard]] bool is_current(std::string_view sealed) const;

 private:
  struct Named {
    std::string id;
    crypto::SealKey key;
  };
  [[nodiscard]] static Named named(crypto::SealKey key);

  Named current_;
  std::optional<Named> previous_;
};

}  // namespace contactor::engine
