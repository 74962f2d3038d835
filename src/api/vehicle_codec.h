#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "api/json_forward.h"
#include "api/problem.h"
#include "engine/fleet/fleet_control.h"
#include "engine/fleet/wishes.h"

namespace contactor::api {

/// A vehicle of the fleet as clients see it: the wish, what its cloud has, what is under way and why.
[[nodiscard]] boost::json::object vehicle_object(const engine::Surveyed& surveyed, Instant now,
                                                 Millis silent_after);
[[nodiscard]] boost::json::object vehicle_entry_object(const fleet::HistoryEntry& entry);

/// One vehicle of a POST: `vin` and the wish.
/// @param pointer  where it stands in the body.
[[nodiscard]] std::expected<engine::WishedVehicle, Faults> read_wished_vehicle(
    const boost::json::object& body, std::string pointer);
/// A PATCH: the members that are there replace those of the wish, null empties them.
[[nodiscard]] std::expected<fleet::Wish, Faults> read_wish_change(const boost::json::object& body,
                                                                  fleet::Wish wish);

[[nodiscard]] boost::json::object run_object(const engine::FleetRunView& view);
[[nodiscard]] boost::json::object summary_object(const fleet::RunSummary& summary);
[[nodiscard]] boost::json::object plan_object(const fleet::Plan& plan, std::size_t items_max);

}  // namespace contactor::api
