#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/result.h"

namespace contactor::ota {

/// The spelling of one enumerator: what is stored, logged and sent.
template <class Enum>
struct Spelled {
  Enum value;
  std::string_view text;
};

template <auto value>
consteval bool is_enumerator() {
  // Compilers print an enumerator by its name and any other value as a cast: `value = (Enum)22`.
  return std::string_view(__PRETTY_FUNCTION__).find("value = (") == std::string_view::npos;
}

/// Every enumerator of one enum with its text, in the order of its declaration, so that a value is its own
/// index.
template <class Enum, std::size_t count>
class NameTable {
 public:
  consteval explicit NameTable(const Spelled<Enum> (&rows)[count]) {
    for (std::size_t i = 0; i < count; ++i) {
      if (static_cast<std::size_t>(rows[i].value) != i) throw "a row is missing or out of order";
      texts_[i] = rows[i].text;
    }
    if (is_enumerator<static_cast<Enum>(count)>()) throw "an enumerator has no row";
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

template <class Enum, std::size_t count>
NameTable(const Spelled<Enum> (&)[count]) -> NameTable<Enum, count>;

}  // namespace contactor::ota
