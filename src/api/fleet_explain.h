#pragma once

#include <string>
#include <vector>

#include "api/json_forward.h"
#include "engine/fleet/survey.h"

namespace contactor::api {

/// Why a vehicle's data connection is as it is, for people and for scripts.
struct FleetExplanation {
  engine::Surveyed vehicle;
  std::string subject;  ///< "data connection of VIN at Kia, fleet depot"
  std::string wanted;
  std::string observed;
  std::vector<std::string> blocked_by;  ///< empty: nothing stands in the way
  std::string next;
  Instant next_at = Instant::never();
};

/// Pure: everything comes from what is stored, and from today's routes and zones.
[[nodiscard]] FleetExplanation explain(engine::Surveyed vehicle, const engine::FleetSettings& settings,
                                       Instant now);
/// `wanted`, `observed`, `blocked_by`, `next` and `next_at` as of an order, and `fleet`: the vehicle, with
/// the same five as its member `explanation`.
[[nodiscard]] boost::json::object explanation_object(const FleetExplanation& explanation,
                                                     const engine::FleetSettings& settings, Instant now);
/// For a terminal.
[[nodiscard]] std::string explanation_text(const FleetExplanation& explanation);

}  // namespace contactor::api
