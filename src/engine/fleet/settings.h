#pragma once

#include <array>
#include <map>
#include <string>

#include "fleet/calendar.h"
#include "fleet/decide.h"
#include "fleet/routes.h"

namespace contactor::engine {

/// The zone whose days a fleet's dates mean.
struct FleetZones {
  fleet::Zone standard;
  std::map<std::string, fleet::Zone, std::less<>> of_fleet;

  [[nodiscard]] const fleet::Zone& of(std::string_view fleet) const {
    const auto found = of_fleet.find(fleet);
    return found == of_fleet.end() ? standard : found->second;
  }
};

/// How a reconciling run goes about its work.
struct FleetSettings {
  fleet::Routes routes;
  FleetZones zones;
  fleet::Pace pace{.retry_base = std::chrono::seconds(5)};
  /// What was just asked for is looked at again after these pauses, and then left to the next run.
  std::array<Millis, 3> looks{std::chrono::seconds(2), std::chrono::seconds(8), std::chrono::seconds(25)};
  /// A pause of a vehicle or a cloud that is longer than this is left to the next run.
  Millis patience = std::chrono::seconds(60);
  std::size_t page = 10'000;           ///< vehicles read at once
  std::size_t wave = 10'000;           ///< vehicles of one cloud that go together, a page of them at most
  std::size_t waves_at_once = 2;       ///< in memory: one waits for its next look while another is at work
  std::size_t ahead = 500;             ///< intents committed before their calls have a place
  std::size_t failing_calls_max = 20;  ///< in a row: then the cloud is left alone until the next run
  Millis lease_term = std::chrono::minutes(5);
  Millis call_takes_at_most = std::chrono::seconds(150);  ///< with all requests that one call is made of
};

}  // namespace contactor::engine
