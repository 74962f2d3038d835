#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace contactor::fleet {

/// The clouds that switch vehicles' data connections. A make belongs to at most one of them at a time.
enum class Oem : std::uint8_t { tesla, bmw, renault, stellantis, volkswagen, kia, high_mobility };
inline constexpr std::size_t oem_count = 7;
inline constexpr std::array<Oem, oem_count> all_oems{
    Oem::tesla, Oem::bmw, Oem::renault, Oem::stellantis, Oem::volkswagen, Oem::kia, Oem::high_mobility};

/// The name on the command line, in tables, metrics and logs: "tesla", …, "hm".
[[nodiscard]] std::string_view to_string(Oem oem);
/// The name for people: "High Mobility".
[[nodiscard]] std::string_view shown(Oem oem);
/// Any case; `high-mobility` and `high_mobility` mean `hm`.
[[nodiscard]] std::optional<Oem> parse_oem(std::string_view name);

}  // namespace contactor::fleet
