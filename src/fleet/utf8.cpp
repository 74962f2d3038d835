#include "fleet/utf8.h"

namespace contactor::fleet {
namespace {

constexpr unsigned byte(char c) { return static_cast<unsigned char>(c); }

constexpr std::size_t bytes_after(char first) {
  if (byte(first) < 0x80) return 1;
  if (byte(first) >= 0xc2 && byte(first) < 0xe0) return 2;
  if (byte(first) >= 0xe0 && byte(first) < 0xf0) return 3;
  return byte(first) >= 0xf0 && byte(first) < 0xf5 ? 4 : 0;
}

/// Overlong forms, surrogates, and what lies beyond the last plane show in the first two bytes.
constexpr bool is_forbidden(std::size_t size, unsigned first_two) {
  if (size == 3) return first_two < 0xe0a0 || (first_two >= 0xeda0 && first_two < 0xee00);
  return size == 4 && (first_two < 0xf090 || first_two > 0xf48f);
}

}  // namespace

std::size_t character_bytes(std::string_view text) {
  if (text.empty()) return 0;
  const std::size_t size = bytes_after(text[0]);
  if (size == 0 || size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((byte(text[i]) & 0xc0) != 0x80) return 0;
  return size > 1 && is_forbidden(size, byte(text[0]) << 8 | byte(text[1])) ? 0 : size;
}

bool is_plain_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = character_bytes(text);
    if (size == 0 || byte(text[0]) < 0x20 || byte(text[0]) == 0x7f) return false;
    text.remove_prefix(size);
  }
  return true;
}

}  // namespace contactor::fleet
