#pragma once

// The ten common models: what every part of the system, and everybody who reads our data, means by these
// words.

#include "charging/charging_event.h"
#include "charging/charging_stat.h"
#include "charging/client.h"
#include "charging/credential.h"
#include "charging/event_log.h"
#include "charging/last_run_time.h"
#include "charging/location.h"
#include "charging/vehicle.h"

namespace contactor::charging {

/// Calls `visit.template operator()<Model>()` for each model, in the order of the brief.
template <class Visit>
constexpr void for_each_model(Visit&& visit) {
  visit.template operator()<ChargingEvent>();
  visit.template operator()<ChargingStat>();
  visit.template operator()<Vehicle>();
  visit.template operator()<Credential>();
  visit.template operator()<Client>();
  visit.template operator()<ClientService>();
  visit.template operator()<Service>();
  visit.template operator()<EventLog>();
  visit.template operator()<LastRunTime>();
  visit.template operator()<Location>();
}

}  // namespace contactor::charging
