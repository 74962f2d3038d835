#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace contactor {

/// ISO 4217 alphabetic code, three upper-case letters.
class Currency {
 public:
  constexpr Currency() = default;
  /// @return nothing where the text is not three ASCII letters; lower case is folded.
  [[nodiscard]] static std::optional<Currency> parse(std::string_view text);
  [[nodiscard]] std::string str() const { return {code_.begin(), code_.end()}; }
  friend constexpr auto operator<=>(Currency, Currency) = default;

 private:
  std::array<char, 3> code_{'X', 'X', 'X'};
};

/// An amount in the currency's minor units (cents, yen). Never a fraction, never negative in orders.
struct Money {
  std::int64_t minor_units = 0;
  Currency currency;
  friend constexpr bool operator==(const Money&, const Money&) = default;
};

/// `12.90 EUR`, `1290 JPY`: digits after the point as ISO 4217 defines them for the currency.
[[nodiscard]] std::string to_display(const Money& money);

}  // namespace contactor
