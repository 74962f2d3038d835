#include "world/params.h"

#include <algorithm>

namespace contactor::world {
namespace {

constexpr std::array<std::string_view, mood_count> names{"online", "asleep", "garage", "gone",   "failing",
                                                         "lying",  "flaky",  "slow",   "unknown"};

}  // namespace

std::string_view to_string(Mood mood) { return names[static_cast<std::size_t>(mood)]; }

std::optional<Mood> parse_mood(std::string_view name) {
  const auto* const found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Mood>(found - names.begin());
}

WorldParams calm() { return {}; }

WorldParams rough(std::uint64_t seed) {
  WorldParams params;
  Prng dice(seed ^ 0x726f756768ULL);
  params.faults = FaultPlan::drawn(dice.next());
  params.mood_weights[0] = 4;
  for (std::size_t mood = 1; mood < mood_count; ++mood)
    params.mood_weights[mood] = dice.chance(0.5) ? static_cast<double>(1 + dice.below(100)) / 100.0 : 0.0;
  params.mood_weights[static_cast<std::size_t>(Mood::unknown)] /= 10;
  params.fast_share = static_cast<double>(dice.below(3)) / 4.0;
  params.offline_share = static_cast<double>(dice.below(4)) / 4.0;
  return params;
}

}  // namespace contactor::world
