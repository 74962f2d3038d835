#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace contactor {

/// A vehicle identification number in canonical form (ISO 3779): 17 characters, upper case, without I, O and Q.
class Vin {
 public:
  /// Trims blanks and folds case before it checks.
  /// @errors  invalid, naming the length or the first wrong character; the text itself is not repeated.
  [[nodiscard]] static Result<Vin> parse(std::string_view text);

  [[nodiscard]] std::string_view str() const { return {text_.data(), text_.size()}; }
  /// First three and last four characters: what logs and tickets' lists may show.
  [[nodiscard]] std::string masked() const;
  /// Which of the 256 shards owns this vehicle and everything that happens to it.
  [[nodiscard]] std::uint8_t shard() const;

  friend auto operator<=>(const Vin&, const Vin&) = default;

 private:
  std::array<char, 17> text_{};
};

}  // namespace contactor

template <>
struct std::hash<contactor::Vin> {
  std::size_t operator()(const contactor::Vin& vin) const { return std::hash<std::string_view>()(vin.str()); }
};
