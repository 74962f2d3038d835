#include "vin/decode.h"

#include <array>

#include "vin/makes.h"

namespace contactor {
namespace {

/// Value of a letter in the check digit's sum; a digit counts as itself.
constexpr std::array<std::uint8_t, 26> kLetterValue = {1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4,
                                                       5, 0, 7, 0, 9, 2, 3, 4, 5, 6, 7, 8, 9};
constexpr std::array<std::uint8_t, 17> kWeight = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};

bool is_north_american(std::string_view vin) { return vin[0] >= '1' && vin[0] <= '5'; }
bool is_letter(char c) { return c >= 'A'; }

CheckDigit check(std::string_view vin) {
  if (!is_north_american(vin) && vin[0] != 'L') return CheckDigit::not_used;
  unsigned sum = 0;
  for (std::size_t i = 0; i < vin.size(); ++i) {
    const char c = vin[i];
    sum += kWeight[i] *
           (is_letter(c) ? kLetterValue[static_cast<std::size_t>(c - 'A')] : static_cast<unsigned>(c - '0'));
  }
  const char expected = sum % 11 == 10 ? 'X' : static_cast<char>('0' + sum % 11);
  return vin[8] == expected ? CheckDigit::ok : CheckDigit::bad;
}

/// 1980 began with A; I, O, Q, U, Z and 0 are not used, so a letter comes again after thirty years.
std::optional<int> year_in_cycle(char c) {
  constexpr std::string_view years = "ABCDEFGHJKLMNPRSTVWXY123456789";
  const auto at = years.find(c);
  return at == years.npos ? std::nullopt : std::optional(static_cast<int>(at));
}

std::optional<int> model_year(std::string_view vin, const Make* make) {
  const bool is_told = is_north_american(vin) || vin[0] == 'L' || (make != nullptr && make->tells_model_year);
  const auto year = is_told ? year_in_cycle(vin[9]) : std::nullopt;
  if (!year) return std::nullopt;
  // North American law says which thirty years are meant: a letter at position 7 for those from 2010 on.
  // Elsewhere a letter is of 2010 to 2030 and a digit of 2001 to 2009: no connected car is older, none is
  // newer.
  const bool is_second_cycle = is_north_american(vin) ? is_letter(vin[6]) : is_letter(vin[9]);
  return 1980 + *year + (is_second_cycle ? 30 : 0);
}

}  // namespace

std::string_view to_string(CheckDigit digit) {
  switch (digit) {
    case CheckDigit::ok:
      return "ok";
    case CheckDigit::bad:
      return "bad";
    case CheckDigit::not_used:
      return "not_used";
  }
  return "";
}

VinFacts decode(const Vin& vin) {
  const Make* make = make_of(vin);
  return {.make = make == nullptr ? std::string_view() : make->name,
          .oem = make == nullptr ? std::string_view() : make->oem,
          .country = country_of(vin),
          .model_year = model_year(vin.str(), make),
          .check_digit = check(vin.str())};
}

}  // namespace contactor
