#pragma once

#include <memory>

#include "store/memory/charging_disk.h"
#include "store/memory/timing.h"

namespace contactor::store::memory {

/// Charging's port over a ChargingDisk, in one row with the writes of the store whose timing it shares.
[[nodiscard]] std::unique_ptr<ports::ChargingStore> make_charging(ChargingDisk& disk, Timing& timing);

}  // namespace contactor::store::memory
