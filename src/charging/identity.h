#pragma once

#include <string>
#include <string_view>

#include "charging/charging_event.h"
#include "charging/charging_stat.h"
#include "charging/event_log.h"
#include "charging/locate.h"

namespace contactor::charging {

/// The id of an event is made of what never moves: its provider and the provider's id; where that is missing,
/// provider, device (else VIN) and start in whole UTC seconds. Never of end or energy, so that an open
/// session keeps its id.
/// @return `evt_` and 26 characters; the same for every version, on every machine.
[[nodiscard]] IdOf<ChargingEvent> identity_of(const ChargingEvent& event);

/// Of provider, device (else VIN) and moment to the millisecond. @return `stat_` and 26 characters.
[[nodiscard]] IdOf<ChargingStat> identity_of(const ChargingStat& stat);

/// Of where the cell is, so that all events in it have one location. @return `loc_` and 26 characters.
[[nodiscard]] IdOf<Location> identity_of(Cell cell);

/// Of event, version and client service. @return `dlv_` and 26 characters.
[[nodiscard]] IdOf<EventLog> identity_of(const EventLog& log);

}  // namespace contactor::charging
