#include "fleet/fleet_havoc.h"

#include "fleet/fleet_witness.h"

namespace contactor::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Outage = world::FleetClouds::Outage;

}  // namespace

void FleetHavoc::begin() {
  const auto& scenario = universe_.scenario;
  if (!scenario.alone_fails.empty()) {
    const bool silent = universe_.scenario.seed % 2 == 0;
    universe_.faults.count(silent ? FleetFault::cloud_silent : FleetFault::cloud_refuses_all);
    universe_.world.fleet().set_outage(scenario.alone_fails, silent ? Outage::silent : Outage::refuses);
  }
  if (scenario.reroute_at) universe_.clock.plan(*scenario.reroute_at, nullptr, [this] { reroute(); });
  strike();
}

void FleetHavoc::strike() {
  universe_.clock.plan(universe_.clock.now() + minutes(5), nullptr, [this] {
    if (healed_) return;
    for (auto& runner : runners_) strike_runner(*runner);
    strike_cloud();
    strike();
  });
}

void FleetHavoc::strike_runner(Runner& runner) {
  auto& faults = universe_.faults;
  if (runner.life() == nullptr) return;
  if (faults.strikes(FleetFault::freeze)) universe_.freeze(runner.life());
  if (faults.strikes(FleetFault::crash_anytime)) runner.crash(universe_.between(seconds(1), minutes(90)));
  if (faults.strikes(FleetFault::graceful_restart)) runner.leave(universe_.between(seconds(1), minutes(30)));
}

void FleetHavoc::strike_cloud() {
  auto& faults = universe_.faults;
  auto& clouds = universe_.world.fleet();
  const auto& cloud = *clouds.all()[faults.dice().below(clouds.all().size())];
  const std::string prefix(cloud.prefix());
  const Instant now = universe_.clock.now();
  const bool refuses = faults.strikes(FleetFault::cloud_refuses_all);
  if (refuses || faults.strikes(FleetFault::cloud_silent)) {
    clouds.set_outage(prefix, refuses ? Outage::refuses : Outage::silent);
    universe_.clock.plan(now + universe_.between(minutes(1), hours(4)), nullptr,
                         [&clouds, prefix] { clouds.set_outage(prefix, Outage::none); });
  }
  if (faults.strikes(FleetFault::tokens_revoked)) clouds.find(prefix)->revoke_tokens();
  if (faults.strikes(FleetFault::sign_in_refused)) {
    clouds.find(prefix)->revoke_tokens();
    universe_.sign_in_refused_until[prefix] = now + universe_.between(minutes(5), hours(4));
  }
  if (faults.strikes(FleetFault::slack_dead))
    universe_.slack_dead_until = now + universe_.between(minutes(10), hours(6));
}

/// The configuration is changed with everything stopped, as one does.
void FleetHavoc::reroute() {
  for (auto& runner : runners_) runner->leave(universe_.between(seconds(30), minutes(5)));
  universe_.clock.plan(universe_.clock.now() + seconds(12), nullptr, [this] {
    for (auto& runner : runners_) runner->crash(universe_.between(seconds(1), minutes(5)));
    universe_.faults.count(FleetFault::route_changed);
    universe_.set_routes(universe_.scenario.later_routes);
    universe_.witness->rerouted();
  });
}

void FleetHavoc::heal() {
  healed_ = true;
  universe_.faults.heal();
  universe_.world.set_faults({});
  universe_.world.fleet().heal();
  universe_.sign_in_refused_until.clear();
  universe_.slack_dead_until = {};
  for (std::size_t i = 1; i < runners_.size(); ++i) runners_[i]->retire();
  runners_.front()->start();
}

}  // namespace contactor::sim
