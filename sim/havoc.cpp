#include "havoc.h"

namespace contactor::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

}  // namespace

void Havoc::plan_next() {
  universe_.clock.plan(universe_.clock.now() + universe_.between(seconds(20), seconds(100)), nullptr, [this] {
    if (healed_) return;
    strike();
    plan_next();
  });
}

void Havoc::strike() {
  Faults& faults = universe_.faults;
  if (faults.strikes(Fault::crash_anytime)) cluster_.any().crash();
  if (faults.strikes(Fault::graceful_restart)) cluster_.any().restart_gracefully();
  if (faults.strikes(Fault::freeze)) cluster_.any().freeze();
  if (faults.strikes(Fault::partition)) cluster_.any().cut_off();
  if (faults.strikes(Fault::iot_outage))
    universe_.iot_down_until = universe_.clock.now() + universe_.between(minutes(1), hours(1));
  if (faults.strikes(Fault::stripe_outage))
    universe_.stripe_down_until = universe_.clock.now() + universe_.between(minutes(1), hours(3));
  const Millis by = faults.dice().chance(0.5) ? universe_.between(seconds(1), minutes(2))
                                              : universe_.between(minutes(2), hours(2));
  if (faults.strikes(Fault::clock_forward)) set_clock(by);
  if (faults.strikes(Fault::clock_back)) set_clock(-by);
  if (cluster_.mutant() != nullptr && cluster_.mutant()->leaves_zombies) cluster_.any().leave_zombie();
}

void Havoc::set_clock(Millis by) {
  cluster_.any().set_clock(by);
  // Nodes that share a store count by its clock: to them it makes no difference.
  if (universe_.scenario.nodes > 0) return universe_.observer->disturbed();
  universe_.observer->clock_set();
}

void Havoc::heal() {
  healed_ = true;
  universe_.faults.heal();
  universe_.world.heal(universe_.clock.now());
  universe_.iot_down_until = universe_.stripe_down_until = Instant();
  cluster_.heal();
  if (universe_.scenario.nodes > 0) return universe_.observer->disturbed();
  universe_.observer->clock_set();
}

}  // namespace contactor::sim
