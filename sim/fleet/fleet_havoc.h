#pragma once

#include <memory>
#include <vector>

#include "fleet/fleet_universe.h"
#include "fleet/runner.h"

namespace contactor::sim {

/// What goes wrong with time: machines, whole clouds, credentials, the channel, a new configuration.
class FleetHavoc {
 public:
  FleetHavoc(FleetUniverse& universe, std::vector<std::unique_ptr<Runner>>& runners)
      : universe_(universe), runners_(runners) {}
  void begin();
  /// From now on nothing goes wrong, and one runner is left.
  void heal();

 private:
  void strike();
  void strike_runner(Runner& runner);
  void strike_cloud();
  void reroute();

  FleetUniverse& universe_;
  std::vector<std::unique_ptr<Runner>>& runners_;
  bool healed_ = false;
};

}  // namespace contactor::sim
