#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace contactor::crypto {

using Digest = std::array<std::uint8_t, 32>;

[[nodiscard]] Digest sha256(std::string_view message);
[[nodiscard]] Digest hmac_sha256(std::string_view key, std::string_view message);
[[nodiscard]] Digest blake2b_256(std::string_view message);

/// BLAKE2b-256 over a message that comes in pieces. Pieces are joined as they are: prefix each with its
/// length where the borders between them matter.
class Blake2b256 {
 public:
  Blake2b256();
  Blake2b256& update(std::string_view piece);
  /// Ends the computation; the object must not be used afterwards.
  [[nodiscard]] Digest finish();

 private:
  // As large and as aligned as libsodium's state, which this header does not name.
  alignas(64) std::array<std::byte, 384> state_;
};

/// The digest's bytes as text, for encoders and comparisons.
[[nodiscard]] std::string_view bytes_of(const Digest& digest);
/// Takes the same time wherever the texts differ. Their lengths are not hidden.
[[nodiscard]] bool equal_in_constant_time(std::string_view left, std::string_view right);

}  // namespace contactor::crypto
