#include "universe.h"

namespace contactor::sim {
namespace {

world::WorldParams with_addresses(const Scenario& scenario) {
  world::WorldParams params = scenario.world;
  params.stripe_event_url = "http://contactor.test/v1/payments/stripe";
  return params;
}

}  // namespace

Universe::Universe(const Scenario& from)
    : scenario(from),
      clock(kRunStart),
      faults(from.fault_rates, stream(from.seed, 2).next()),
      world(with_addresses(from), stream(from.seed, 3).next()) {
  disk.on_commit = [this](const ports::ActivationWrite& write) { observer->step_committed(write); };
  disk.on_change_of_hands = [this] { observer->hands_changed(); };
}

bool Universe::crashes(Fault point, const LifeRef& life) {
  if (!faults.strikes(point)) return false;
  note(to_string(point));
  crash(life);
  return true;
}

void Universe::freeze(const LifeRef& life) {
  note("freeze");
  observer->disturbed();
  const Millis span = between(std::chrono::seconds(2), std::chrono::seconds(40));
  life->frozen_until = clock.now() + span;
  life->frozen_for += span;
  clock.plan(life->frozen_until, nullptr, [this] { observer->disturbed(); });
}

Millis Universe::between(Millis low, Millis high) {
  return low + Millis(static_cast<std::int64_t>(
                   faults.dice().below(static_cast<std::uint64_t>((high - low).count()) + 1)));
}

void Universe::note(std::string_view what) {
  const auto mix = [this](std::uint64_t byte) { trace = (trace ^ byte) * 0x100000001b3ULL; };
  for (int shift = 0; shift < 64; shift += 8)
    mix(static_cast<std::uint64_t>(clock.now().millis()) >> shift & 0xff);
  for (const char c : what) mix(static_cast<unsigned char>(c));
}

}  // namespace contactor::sim
