#include "havoc.h"

namespace contactor::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Millis kErrorMax = hours(6);  ///< what a clock may be wrong by in all

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
  if (faults.strikes(Fault::crash_anytime)) process_.crash();
  if (faults.strikes(Fault::graceful_restart)) process_.restart_gracefully();
  if (faults.strikes(Fault::iot_outage))
    universe_.iot_down_until = universe_.clock.now() + universe_.between(minutes(1), hours(1));
  if (faults.strikes(Fault::stripe_outage))
    universe_.stripe_down_until = universe_.clock.now() + universe_.between(minutes(1), hours(3));
  const Millis by = faults.dice().chance(0.5) ? universe_.between(seconds(1), minutes(2))
                                              : universe_.between(minutes(2), hours(2));
  if (faults.strikes(Fault::clock_forward)) set_clock(by);
  if (faults.strikes(Fault::clock_back)) set_clock(-by);
  if (process_.mutant() != nullptr && process_.mutant()->leaves_zombies) process_.leave_zombie();
}

void Havoc::set_clock(Millis by) {
  universe_.clock_error = std::clamp(universe_.clock_error + by, -kErrorMax, kErrorMax);
  universe_.observer->clock_set();
}

void Havoc::heal() {
  healed_ = true;
  universe_.faults.heal();
  universe_.world.heal(universe_.clock.now());
  universe_.iot_down_until = universe_.stripe_down_until = Instant();
  universe_.clock_error = Millis(0);
  universe_.observer->clock_set();
}

}  // namespace contactor::sim
