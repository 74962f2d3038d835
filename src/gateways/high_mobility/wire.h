#pragma once

#include <optional>
#include <unordered_map>

#include "fleet/vehicle.h"
#include "ports/http.h"

namespace contactor::gateways::high_mobility {

/// What the aggregator has of each vehicle that it names.
struct Clearances {
  std::unordered_map<Vin, fleet::CloudState> listed;
  bool whole = true;  ///< false: an entry without a readable VIN may have been any vehicle's

  /// A vehicle that a whole list leaves out has no clearance.
  [[nodiscard]] fleet::CloudState of(const Vin& vin) const;
};

/// An answer that is no success; `Retry-After` is also read from its words, "retry after 10s".
/// @param unless_refused  `applied` where the status does not prove that nothing was done.
[[nodiscard]] Error refused_call(const ports::HttpResponse& response, Applied unless_refused, Instant now);

/// The list. Of several records of a vehicle the one that changed last decides, whatever their order.
/// @errors  of every reader: as `refused_call`; protocol where the body is not what is documented.
[[nodiscard]] Result<Clearances> read_list(const ports::HttpResponse& response, Instant now);
/// One vehicle's clearance; a 404 says that it has none.
[[nodiscard]] Result<fleet::CloudState> read_one(const ports::HttpResponse& response, const Vin& vin,
                                                 Instant now);
/// The result a vehicle that stands inside the 200.
[[nodiscard]] Result<Clearances> read_cleared(const ports::HttpResponse& response, Instant now);
/// What deleting a clearance led to; nothing: a conflict in words that are not documented.
/// @errors  also conflict, with `retry_after` of a day: pending clearances can be canceled only then.
[[nodiscard]] Result<std::optional<fleet::CloudState>> read_withdrawal(const ports::HttpResponse& response,
                                                                       const Vin& vin, Instant now);
/// Whether the vehicle can be cleared at all; nothing: it could not be found out beforehand.
[[nodiscard]] Result<std::optional<bool>> read_eligibility(const ports::HttpResponse& response,
                                                           const Vin& vin, Instant now);
/// ISO 8601, in UTC where it says no zone.
[[nodiscard]] std::optional<Instant> read_timestamp(std::string_view text);

}  // namespace contactor::gateways::high_mobility
