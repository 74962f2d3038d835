#include "world/faults.h"

#include <algorithm>

namespace contactor::world {
namespace {

constexpr std::array<std::string_view, fault_kinds> names{
#define CTR_X(name) #name,
    CTR_WORLD_FAULTS(CTR_X)
#undef CTR_X
};

}  // namespace

std::string_view to_string(FaultKind kind) { return names[static_cast<std::size_t>(kind)]; }

std::optional<FaultKind> parse_fault(std::string_view name) {
  const auto* const found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<FaultKind>(found - names.begin());
}

void FaultPlan::set(FaultKind kind, double rate) {
  rates_[static_cast<std::size_t>(kind)] = rate > 0 ? std::min(rate, 1.0) : 0.0;
}

FaultPlan FaultPlan::drawn(std::uint64_t seed) {
  FaultPlan plan;
  Prng dice(seed);
  for (double& rate : plan.rates_) {
    const bool active = dice.chance(0.25);
    const double drawn = static_cast<double>(1 + dice.below(250)) / 1000.0;
    rate = active ? drawn : 0.0;
  }
  // A revoked secret stays revoked until somebody heals it: drawn often, nothing else would ever be tested.
  auto& revoked = plan.rates_[static_cast<std::size_t>(FaultKind::auth_secret_revoked)];
  revoked /= 10;
  return plan;
}

bool Faults::strikes(FaultKind kind) {
  const double rate = plan_.rate(kind);
  if (rate <= 0 || !dice_.chance(rate)) return false;
  ++fired_[static_cast<std::size_t>(kind)];
  return true;
}

}  // namespace contactor::world
