#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "vin/vin.h"

namespace contactor {

/// Only North America and China oblige makers to carry a check digit; elsewhere position 9 may hold anything.
enum class CheckDigit : std::uint8_t { ok, bad, not_used };
[[nodiscard]] std::string_view to_string(CheckDigit digit);

/// What the seventeen characters say. What is not known is empty: an unmapped vehicle is an answer, never a
/// guess.
struct VinFacts {
  std::string_view
      make;  ///< lower case as in the brief: "citroën", "ds automobiles"; empty: not in the table
  std::string_view
      oem;  ///< the cloud that serves this make, by its name on the command line; empty: none does
  std::string_view country;  ///< ISO 3166-1 alpha-2 of where the maker is registered; empty: not assigned
  std::optional<int> model_year;  ///< only where law or the maker puts it at position 10
  CheckDigit check_digit = CheckDigit::not_used;
};

/// @return  views into tables that live as long as the program.
/// @source  ISO 3779 and ISO 3780; 49 CFR 565 for check digit and model year. Thread: any. Cost: a few
/// look-ups.
[[nodiscard]] VinFacts decode(const Vin& vin);

}  // namespace contactor
