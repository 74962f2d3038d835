#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/result.h"

namespace contactor::fleet {

/// The text of each enumerator, in the order of their declaration: what is stored, logged and sent.
template <class Enum, std::size_t count>
class Names {
 public:
  consteval explicit Names(const std::string_view (&texts)[count]) {
    for (std::size_t i = 0; i < count; ++i) texts_[i] = texts[i];
  }
  [[nodiscard]] std::string_view text(Enum value) const {
    const auto index = static_cast<std::size_t>(value);
    CTR_ASSERT(index < count);
    return texts_[index];
  }
  [[nodiscard]] std::optional<Enum> parse(std::string_view text) const {
    for (std::size_t i = 0; i < count; ++i)
      if (texts_[i] == text) return static_cast<Enum>(i);
    return std::nullopt;
  }

 private:
  std::array<std::string_view, count> texts_{};
};

/// `names_of<Standing>({"unknown", …})`.
template <class Enum, std::size_t count>
consteval Names<Enum, count> names_of(const std::string_view (&texts)[count]) {
  return Names<Enum, count>(texts);
}

}  // namespace contactor::fleet
