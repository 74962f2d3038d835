#include "fuzz/input.h"

#include <algorithm>
#include <charconv>

namespace contactor::fuzz {
namespace {

/// Length of the character at the front; 0 where it is not well-formed.
std::size_t character(std::string_view text) {
  const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xc2 && first < 0xe0   ? 2
                           : first >= 0xe0 && first < 0xf0 ? 3
                           : first >= 0xf0 && first < 0xf5 ? 4
                                                           : 0;
  if (size == 0 || size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const unsigned second = byte(1);
  const bool is_wrong = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                        (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return is_wrong ? 0 : size;
}

}  // namespace

std::string_view Input::line() {
  const auto end = std::min(rest_.find('\n'), rest_.size());
  const auto line = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  return line;
}

std::size_t Input::number() {
  const auto text = line();
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

ports::HttpResponse Input::response() {
  ports::HttpResponse response{.status = static_cast<int>(number() % 1000)};
  for (auto header = line(); !header.empty(); header = line()) {
    const auto colon = std::min(header.find(':'), header.size());
    response.headers.push_back({std::string(header.substr(0, colon)),
                                std::string(header.substr(std::min(colon + 1, header.size())))});
  }
  response.body = rest_;
  return response;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto size = character(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
}

}  // namespace contactor::fuzz
