#include "world/fleet/cloud.h"

#include <numeric>

namespace contactor::world {
namespace {

constexpr std::array<std::string_view, temper_count> kTempers{"prompt",  "slow",    "stubborn",
                                                              "refused", "awkward", "unknown"};

}  // namespace

std::string_view to_string(Temper temper) { return kTempers[static_cast<std::size_t>(temper)]; }

std::optional<Temper> parse_temper(std::string_view name) {
  for (std::size_t i = 0; i < temper_count; ++i)
    if (kTempers[i] == name) return static_cast<Temper>(i);
  return std::nullopt;
}

std::uint64_t draw_of(const Context& context, std::string_view purpose, const Vin& vin) {
  // FNV-1a: equal on every machine, unlike std::hash.
  std::uint64_t mixed = 14695981039346656037ULL ^ context.seed;
  for (const std::string_view part : {purpose, vin.str()})
    for (const char c : part) mixed = (mixed ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return Prng(mixed).next();
}

Temper temper_of(const Context& context, std::string_view cloud, const Vin& vin) {
  const auto& weights = context.params.fleet.temper_weights;
  const double whole = std::accumulate(weights.begin(), weights.end(), 0.0);
  double left = static_cast<double>(draw_of(context, cloud, vin) >> 11) * 0x1.0p-53 * whole;
  for (std::size_t i = 0; i < temper_count; ++i) {
    if (left < weights[i]) return static_cast<Temper>(i);
    left -= weights[i];
  }
  return Temper::prompt;
}

}  // namespace contactor::world
