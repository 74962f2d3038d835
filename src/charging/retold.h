#pragma once

#include <span>

#include "charging/charging_event.h"

namespace contactor::charging {

/// Links what several providers tell of one session (`tell_the_same`): `same_as` of each event names the
/// telling that comes first by provider, device, start and id, or nothing where no other provider tells of
/// it. A function of the set of events. Quarantined events keep what they have.
/// @param events  of one vehicle, all that overlap one of those whose link matters.
void link_tellings(std::span<ChargingEvent> events, Instant now);

}  // namespace contactor::charging
