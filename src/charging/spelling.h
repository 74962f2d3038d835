#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/result.h"

namespace contactor::charging {

/// How the values of an enum are written everywhere: `names`, in the order of the enumerators, which start at
/// 0.
template <class Enum>
struct Spelling;

template <class Enum>
[[nodiscard]] std::string_view spelled(Enum value) {
  const auto index = static_cast<std::size_t>(value);
  CTR_ASSERT(index < Spelling<Enum>::names.size());
  return Spelling<Enum>::names[index];
}

template <class Enum>
[[nodiscard]] std::optional<Enum> parse_spelled(std::string_view text) {
  for (std::size_t i = 0; i < Spelling<Enum>::names.size(); ++i)
    if (Spelling<Enum>::names[i] == text) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace contactor::charging
