#include "ota/plain_text.h"

#include <fmt/format.h>

namespace contactor::ota {
namespace {

bool is_control(char letter) {
  const auto byte = static_cast<unsigned char>(letter);
  return byte < 0x20 || byte == 0x7f;
}

bool continues_character(char letter) { return (static_cast<unsigned char>(letter) & 0xc0U) == 0x80U; }

/// Length of an invisible mark at the front: C1 controls, line and paragraph separators, direction marks and
/// isolates.
std::size_t invisible_mark(std::string_view text) {
  if (text.size() >= 2 && text[0] == '\xc2' && static_cast<unsigned char>(text[1]) < 0xa0U) return 2;
  if (text.size() < 3 || text[0] != '\xe2') return 0;
  const auto last = static_cast<unsigned char>(text[2]);
  const bool separators =
      text[1] == '\x80' && ((last >= 0xa8U && last <= 0xaeU) || last == 0x8eU || last == 0x8fU);
  const bool isolates = text[1] == '\x81' && last >= 0xa6U && last <= 0xa9U;
  return separators || isolates ? 3 : 0;
}

void cut_between_characters(std::string& text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return;
  std::size_t end = bytes_max;
  while (end > 0 && continues_character(text[end])) --end;
  text.resize(end);
}

bool is_unreserved(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '-' || letter == '.' || letter == '_' || letter == '~';
}

}  // namespace

std::string one_line(std::string_view text, std::size_t bytes_max) {
  std::string line;
  bool gap = false;
  while (!text.empty()) {
    const std::size_t mark = invisible_mark(text);
    const bool blank = mark > 0 || text.front() == ' ' || is_control(text.front());
    if (!blank) {
      if (gap && !line.empty()) line += ' ';
      line += text.front();
    }
    gap = blank;
    text.remove_prefix(mark > 0 ? mark : 1);
  }
  cut_between_characters(line, bytes_max);
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += letter;
    }
  }
  return escaped;
}

std::string encode_url_segment(std::string_view text) {
  std::string encoded;
  for (const char letter : text) {
    if (is_unreserved(letter))
      encoded += letter;
    else
      encoded += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(letter)));
  }
  return encoded;
}

}  // namespace contactor::ota
