#pragma once

#include <set>
#include <vector>

#include "charging/sessions.h"
#include "engine/charging/stream_reading.h"

namespace contactor::engine {

/// What a stream's part says after its news: what of it must be written.
struct StreamCut {
  std::vector<ports::StoredStat> stats;  ///< new ones, and those that became part of another session
  std::vector<ports::StoredEvent>
      events;  ///< computed ones whose content changed, each with its next version
  std::size_t created = 0;
  std::size_t updated = 0;
  std::size_t withdrawn = 0;
  std::vector<charging::QuarantinedStat> quarantined;
};

/// Computes the sessions anew and compares them with the events on record. An event that a provider told
/// itself stands: where stats make one of the same id, nothing is written.
/// @param told  ids of events that come in with these stats, told by their provider.
[[nodiscard]] StreamCut recut(const StreamRead& read,
                              const std::set<charging::IdOf<charging::ChargingEvent>>& told, Instant now);

/// What an event that was made of stats has in `provider_info`: how its energy was found, the exact energy,
/// the odometer.
struct ComputedInfo {
  std::optional<charging::MicroWattHours> energy;
  std::optional<charging::Metres> odometer;
};
[[nodiscard]] ComputedInfo computed_info(const charging::ChargingEvent& event);

}  // namespace contactor::engine
