#pragma once

#include <cstdint>
#include <string_view>

namespace contactor::fleet {

/// FNV-1a of 64 bits, written out because its values are stored. Finds accidents, not forgers.
class Hash {
 public:
  constexpr Hash& add(std::string_view bytes) {
    for (const char c : bytes) value_ = (value_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return *this;
  }
  /// Eight bytes whatever the number, so that neighbours never run into each other.
  constexpr Hash& add(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8)
      value_ = (value_ ^ (number >> shift & 0xff)) * 0x100000001b3ULL;
    return *this;
  }
  [[nodiscard]] constexpr std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

}  // namespace contactor::fleet
