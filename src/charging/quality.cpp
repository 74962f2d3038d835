#include "charging/quality.h"

namespace contactor::charging {

std::string to_string(Quality quality) {
  std::string text;
  for (int i = 0; i < kFlags; ++i) {
    const auto flag = static_cast<Flag>(i);
    if (!quality.has(flag)) continue;
    if (!text.empty()) text += ' ';
    text += spelled(flag);
  }
  return text;
}

std::optional<Quality> parse_quality(std::string_view text) {
  Quality quality;
  while (!text.empty()) {
    const auto end = text.find(' ');
    const auto flag = parse_spelled<Flag>(text.substr(0, end));
    if (!flag) return std::nullopt;
    quality.add(*flag);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return quality;
}

}  // namespace contactor::charging
