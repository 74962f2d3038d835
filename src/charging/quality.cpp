#include "charging/quality.h"

#include <array>

#include "base/result.h"

namespace contactor::charging {
namespace {

constexpr std::array<std::string_view, kFlags> kFlagNames = {
    "energy_mismatch",     "counter_reset",        "negative_energy",
    "end_before_start",    "energy_integrated",    "energy_missing",
    "placeholder_dropped", "out_of_range_dropped", "gap",
    "clock_suspect",       "cut_at_start",         "cut_at_end"};
static_assert(static_cast<int>(Flag::cut_at_end) + 1 == kFlags);

std::optional<Flag> parse_flag(std::string_view word) {
  for (std::size_t i = 0; i < kFlagNames.size(); ++i)
    if (kFlagNames[i] == word) return static_cast<Flag>(i);
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Direction direction) {
  return direction == Direction::export_ ? "export" : "import";
}

std::optional<Direction> parse_direction(std::string_view text) {
  if (text == "import") return Direction::import_;
  if (text == "export") return Direction::export_;
  return std::nullopt;
}

std::string_view to_string(Flag flag) {
  const auto index = static_cast<std::size_t>(flag);
  CTR_ASSERT(index < kFlagNames.size());
  return kFlagNames[index];
}

std::string to_string(Quality quality) {
  std::string text;
  for (int i = 0; i < kFlags; ++i) {
    const auto flag = static_cast<Flag>(i);
    if (!quality.has(flag)) continue;
    if (!text.empty()) text += ' ';
    text += to_string(flag);
  }
  return text;
}

std::optional<Quality> parse_quality(std::string_view text) {
  Quality quality;
  while (!text.empty()) {
    const auto end = text.find(' ');
    const auto flag = parse_flag(text.substr(0, end));
    if (!flag) return std::nullopt;
    quality.add(*flag);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return quality;
}

}  // namespace contactor::charging
