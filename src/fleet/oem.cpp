#include "fleet/oem.h"

#include <algorithm>

namespace contactor::fleet {
namespace {

struct Name {
  std::string_view name;
  std::string_view shown;
};
constexpr std::array<Name, oem_count> kNames{{{"tesla", "Tesla"},
                                              {"bmw", "BMW"},
                                              {"renault", "Renault"},
                                              {"stellantis", "Stellantis"},
                                              {"volkswagen", "Volkswagen"},
                                              {"kia", "Kia"},
                                              {"hm", "High Mobility"}}};

bool equal_folded(std::string_view a, std::string_view b) {
  const auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, fold, fold);
}

}  // namespace

std::string_view to_string(Oem oem) { return kNames[static_cast<std::size_t>(oem)].name; }
std::string_view shown(Oem oem) { return kNames[static_cast<std::size_t>(oem)].shown; }

std::optional<Oem> parse_oem(std::string_view name) {
  for (const Oem oem : all_oems)
    if (equal_folded(name, to_string(oem))) return oem;
  if (equal_folded(name, "high-mobility") || equal_folded(name, "high_mobility")) return Oem::high_mobility;
  return std::nullopt;
}

}  // namespace contactor::fleet
