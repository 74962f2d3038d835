#include "base/money.h"

#include <algorithm>

#include <fmt/format.h>

namespace contactor {
namespace {

// ISO 4217 currencies whose minor unit is not a hundredth.
constexpr std::array<std::string_view, 16> kNoMinorUnit{"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
                                                        "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF"};
constexpr std::array<std::string_view, 7> kThousandths{"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};

}  // namespace

std::optional<Currency> Currency::parse(std::string_view text) {
  if (text.size() != 3) return std::nullopt;
  Currency currency;
  for (std::size_t i = 0; i < 3; ++i) {
    const char upper = text[i] >= 'a' && text[i] <= 'z' ? static_cast<char>(text[i] - 'a' + 'A') : text[i];
    if (upper < 'A' || upper > 'Z') return std::nullopt;
    currency.code_[i] = upper;
  }
  return currency;
}

std::string to_display(const Money& money) {
  const std::string code = money.currency.str();
  if (std::ranges::find(kNoMinorUnit, code) != kNoMinorUnit.end()) return fmt::format("{} {}", money.minor_units, code);
  const bool thousandths = std::ranges::find(kThousandths, code) != kThousandths.end();
  const std::int64_t scale = thousandths ? 1000 : 100;
  return fmt::format("{}.{:0{}} {}", money.minor_units / scale, money.minor_units % scale, thousandths ? 3 : 2, code);
}

}  // namespace contactor
