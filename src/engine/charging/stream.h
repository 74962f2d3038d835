#pragma once

#include <optional>
#include <string>

#include "charging/charging_event.h"
#include "charging/charging_stat.h"

namespace contactor::engine {

/// Whose measurements a record continues: provider and device, else VIN. As the ids of records know vehicles
/// apart.
/// @return nothing where it names neither. An event that its provider names is a stream of its own then.
[[nodiscard]] std::optional<std::string> stream_of(const charging::ChargingStat& stat);
[[nodiscard]] std::optional<std::string> stream_of(const charging::ChargingEvent& event);

/// Do both say the same, apart from what the program notes? Objects may be written differently.
[[nodiscard]] bool same_measurement(const charging::ChargingStat& a, const charging::ChargingStat& b);

/// `next` as it follows `stored`: its next version, or `stored` where it says nothing new.
[[nodiscard]] charging::ChargingEvent next_version(const charging::ChargingEvent& stored,
                                                   charging::ChargingEvent next);

}  // namespace contactor::engine
