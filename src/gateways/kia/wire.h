#pragma once

#include <unordered_set>

#include "fleet/vehicle.h"
#include "ports/http.h"

namespace contactor::gateways::kia {

/// The vehicles that a package is consented for.
struct Consents {
  std::unordered_set<Vin> vins;
  bool whole = true;  ///< false: an entry without a readable VIN may have been any vehicle's
};

/// An answer without results is no empty list: it says nothing.
/// @errors  as the status says; protocol where the body is not what is documented; `applied` is no.
[[nodiscard]] Result<Consents> read_consents(const ports::HttpResponse& response, Instant now);
/// Whether the cloud took a change; what became of each vehicle it does not say.
/// @errors  as the status says; protocol, applied = maybe: a success that is no JSON object.
[[nodiscard]] Status read_change(const ports::HttpResponse& response, Instant now);
/// Active with both packages; refused with one, by a reason that tells which.
[[nodiscard]] fleet::CloudState state_of(const Vin& vin, const Consents& vehicle, const Consents& dtc);

}  // namespace contactor::gateways::kia
