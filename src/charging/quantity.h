#pragma once

#include <compare>
#include <cstdint>
#include <optional>

namespace contactor::charging {

/// A whole number of one unit, in 64 bits: micro-watt-hours leave 32 bits at 2.147 kWh already. Built on
/// purpose, never mixed up with another unit; every sum says when it does not fit.
template <class Unit>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(std::int64_t count) : count_(count) {}
  [[nodiscard]] constexpr std::int64_t count() const { return count_; }
  friend constexpr auto operator<=>(Quantity, Quantity) = default;

  /// @return nothing where the sum leaves 64 bits.
  [[nodiscard]] friend constexpr std::optional<Quantity> checked_add(Quantity a, Quantity b) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a.count_, b.count_, &sum)) return std::nullopt;
    return Quantity(sum);
  }
  /// @return nothing where the difference leaves 64 bits.
  [[nodiscard]] friend constexpr std::optional<Quantity> checked_subtract(Quantity a, Quantity b) {
    std::int64_t difference = 0;
    if (__builtin_sub_overflow(a.count_, b.count_, &difference)) return std::nullopt;
    return Quantity(difference);
  }

 private:
  std::int64_t count_ = 0;
};

/// `value * numerator / denominator`, exact before it is rounded half to even.
/// @return nothing where the result leaves 64 bits. @param denominator  above 0.
[[nodiscard]] constexpr std::optional<std::int64_t> scaled(std::int64_t value, std::int64_t numerator,
                                                           std::int64_t denominator) {
  const __int128 product = static_cast<__int128>(value) * numerator;
  __int128 quotient = product / denominator;
  const __int128 rest = product % denominator;
  const __int128 twice = (rest < 0 ? -rest : rest) * 2;
  if (twice > denominator || (twice == denominator && quotient % 2 != 0)) quotient += product < 0 ? -1 : 1;
  if (quotient > INT64_MAX || quotient < INT64_MIN) return std::nullopt;
  return static_cast<std::int64_t>(quotient);
}

}  // namespace contactor::charging
