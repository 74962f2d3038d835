#include "fleet/fleet_faults.h"

namespace contactor::sim {
namespace {

constexpr std::array<std::string_view, kFleetFaultCount> kNames{
#define CTR_X(name) #name,
    CTR_FLEET_SIM_FAULTS(CTR_X)
#undef CTR_X
};

}  // namespace

std::string_view to_string(FleetFault fault) { return kNames[static_cast<std::size_t>(fault)]; }

bool FleetFaults::strikes(FleetFault fault) {
  const auto index = static_cast<std::size_t>(fault);
  if (rates_[index] <= 0 || !dice_.chance(rates_[index])) return false;
  ++fired_[index];
  return true;
}

}  // namespace contactor::sim
