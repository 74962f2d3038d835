#pragma once

#include <optional>
#include <string>

#include "charging/soh.h"
#include "ports/charging_store.h"
#include "ports/fleet_store.h"

namespace contactor::engine {

/// State of health of one vehicle and what it was held against.
struct SohReport {
  charging::SohAnswer answer;
  bool is_known = false;  ///< there is a session of this vehicle, or the fleet has it
  std::string model;      ///< make and name; empty: unknown
  std::optional<charging::WattHours> model_capacity;
};

/// Reads the sessions of the last five years and, from the fleet, the model of the vehicle. Of a session that
/// several providers tell, one telling is used.
void report_soh(ports::ChargingStore& store, ports::FleetStore* fleet, Vin vin, Instant now,
                ports::Done<Result<SohReport>> done);

/// What the estimate needs of an event, told or computed.
[[nodiscard]] charging::SohSession to_soh_session(const charging::ChargingEvent& event);

}  // namespace contactor::engine
