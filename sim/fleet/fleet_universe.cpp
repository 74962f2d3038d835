#include "fleet/fleet_universe.h"

#include "fleet/fleet_witness.h"
#include "scenario.h"

namespace contactor::sim {

FleetUniverse::FleetUniverse(const FleetScenario& from)
    : scenario(from),
      clock(from.era->start),
      faults(from.rates, stream(from.seed, 12).next()),
      world(from.world, stream(from.seed, 13).next()),
      settings(from.settings) {
  for (std::size_t i = 0; i < kFleetNames.size(); ++i) {
    auto zone = fleet::Zone::find(from.era->zones[i].name);
    CTR_ASSERT(zone.has_value());
    settings.zones.of_fleet.emplace(kFleetNames[i], *zone);
  }
  settings.zones.standard = settings.zones.of(kFleetNames[1]);
  set_routes(from.routes);
  for (const auto& cloud : world.fleet().all())
    for (const CarPlan& car : from.cars) cloud->pin_temper(car.vin, car.temper);
}

void FleetUniverse::set_routes(std::string_view changes) {
  auto routes = fleet::Routes::with(changes);
  CTR_ASSERT(routes.has_value());
  settings.routes = std::move(*routes);
}

bool FleetUniverse::crashes(FleetFault point, const LifeRef& life) {
  if (!life->alive || !faults.strikes(point)) return !life->alive;
  note(to_string(point));
  crash(life);
  return true;
}

void FleetUniverse::freeze(const LifeRef& life) {
  note("freeze");
  witness->disturbed();
  const Millis span = between(std::chrono::seconds(5), std::chrono::minutes(6));
  life->frozen_until = std::max(life->frozen_until, clock.now() + span);
  life->frozen_for += span;
}

Millis FleetUniverse::between(Millis low, Millis high) {
  return low + Millis(static_cast<std::int64_t>(
                   faults.dice().below(static_cast<std::uint64_t>((high - low).count()) + 1)));
}

void FleetUniverse::note(std::string_view what) {
  const auto mix = [this](std::uint64_t byte) { trace = (trace ^ byte) * 0x100000001b3ULL; };
  for (int shift = 0; shift < 64; shift += 8)
    mix(static_cast<std::uint64_t>(clock.now().millis()) >> shift & 0xff);
  for (const char c : what) mix(static_cast<unsigned char>(c));
}

world::Cloud& FleetUniverse::cloud(fleet::Oem oem) {
  world::Cloud* const found = world.fleet().find(prefix_of(oem));
  CTR_ASSERT(found != nullptr);
  return *found;
}

}  // namespace contactor::sim
