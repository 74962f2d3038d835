#include "fleet/steps.h"

namespace contactor::fleet {
namespace {

constexpr unsigned byte(char c) { return static_cast<unsigned char>(c); }

constexpr std::size_t bytes_of(char first) {
  if (byte(first) < 0x80) return 1;
  if (byte(first) >= 0xc2 && byte(first) < 0xe0) return 2;
  if (byte(first) >= 0xe0 && byte(first) < 0xf0) return 3;
  return byte(first) >= 0xf0 && byte(first) < 0xf5 ? 4 : 0;
}

/// How long the well-formed character at the front is (RFC 3629); 0: there is none.
std::size_t character(std::string_view text) {
  const std::size_t size = bytes_of(text[0]);
  if (size == 0 || size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((byte(text[i]) & 0xc0) != 0x80) return 0;
  // Overlong forms, surrogates, and what lies beyond the last plane.
  const unsigned head = size > 1 ? byte(text[0]) << 8 | byte(text[1]) : 0;
  const bool is_wrong = (size == 3 && (head < 0xe0a0 || (head >= 0xeda0 && head < 0xee00))) ||
                        (size == 4 && (head < 0xf090 || head > 0xf48f));
  return is_wrong ? 0 : size;
}

}  // namespace

std::string kept_detail(std::string_view words) {
  std::string kept;
  while (!words.empty()) {
    const std::size_t size = character(words);
    if (kept.size() + std::max<std::size_t>(size, 1) > kDetailBytes) break;
    const bool is_control = byte(words[0]) < 0x20 || byte(words[0]) == 0x7f;
    if (size == 0) {
      kept += '?';
    } else if (is_control) {
      kept += ' ';
    } else {
      kept += words.substr(0, size);
    }
    words.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return kept;
}

}  // namespace contactor::fleet
