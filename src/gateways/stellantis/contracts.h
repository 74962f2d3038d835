#pragma once

#include <string>
#include <vector>

#include "fleet/vehicle.h"

namespace contactor::gateways::stellantis {

/// One contract, as listed.
struct Contract {
  std::string id;
  Vin vin;
  std::string status;  ///< pending, activated, rejected, cancelling, cancelled
  Instant from;
  Instant to = Instant::never();
};

/// A contract that costs, or is about to: it must be deleted before the vehicle may be left alone.
[[nodiscard]] bool is_live(const Contract& contract, Instant now);
/// What one vehicle's contracts say together: data flows while any of them is activated and has not ended
/// (two may, around a renewal); otherwise the one with the newest `from` counts. `handle` is its id,
/// `valid_until` its end.
[[nodiscard]] fleet::CloudState standing_of(const std::vector<Contract>& contracts, Instant now);

}  // namespace contactor::gateways::stellantis
