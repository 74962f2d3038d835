#include "base/id.h"

#include <array>

namespace contactor {
namespace {

// Crockford's alphabet: no I, L, O or U, so that an id read aloud is typed back right.
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

constexpr std::array<std::int8_t, 128> make_inverse() {
  std::array<std::int8_t, 128> inverse{};
  inverse.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    const char c = kAlphabet[i];
    inverse[static_cast<std::size_t>(c)] = static_cast<std::int8_t>(i);
    if (c >= 'A') inverse[static_cast<std::size_t>(c - 'A' + 'a')] = static_cast<std::int8_t>(i);
  }
  return inverse;
}
constexpr auto kInverse = make_inverse();

}  // namespace

std::string encode_base32(std::uint64_t value) {
  std::string text(13, '0');
  for (auto at = text.rbegin(); at != text.rend(); ++at, value >>= 5) *at = kAlphabet[value & 31];
  return text;
}

bool decode_base32(std::string_view text, std::uint64_t& value) {
  if (text.size() != 13) return false;
  std::uint64_t sum = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 128 || kInverse[byte] < 0 || sum >> 59 != 0) return false;
    sum = sum << 5 | static_cast<std::uint64_t>(kInverse[byte]);
  }
  value = sum;
  return true;
}

}  // namespace contactor
