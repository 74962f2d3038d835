#pragma once

#include <unordered_map>
#include <vector>

#include "fleet/vehicle.h"
#include "gateways/volkswagen/endpoints.h"

namespace contactor::gateways::volkswagen {

/// How far the enrolment of each vehicle is.
struct Statuses {
  std::unordered_map<Vin, fleet::CloudState> listed;
  bool whole = true;  ///< false: an entry without a readable VIN may have been any vehicle's

  /// A vehicle that the cloud leaves out of a whole list is not enrolled.
  [[nodiscard]] fleet::CloudState of(const Vin& vin) const;
};

/// Where a withdrawn approval leaves a vehicle.
enum class Withdrawal : std::uint8_t {
  unsaid,     ///< the answer leaves the vehicle out
  ending,     ///< will be de-enrolled
  scheduled,  ///< will be, as soon as its confirmation has finished
  ignored,    ///< the cloud says that there was nothing to withdraw
};
using Withdrawals = std::unordered_map<Vin, Withdrawal>;

/// What an answer that is no success means. @param changes  a call that changes something: `applied` is `no`
/// only where the status proves it.
[[nodiscard]] Error refused_call(const ports::HttpResponse& response, bool changes, Instant now);

/// @errors  of every reader: as `refused_call`; protocol where the body is not what is documented.
[[nodiscard]] Result<Statuses> read_statuses(const ports::HttpResponse& response, Instant now);
/// The vehicles that are approved, and whether they are confirmed as well.
[[nodiscard]] Result<std::unordered_map<Vin, bool>> read_approvals(const ports::HttpResponse& response,
                                                                   Instant now);
/// One code a vehicle; a vehicle without a code is either not approved or confirmed before.
[[nodiscard]] Result<std::vector<VerificationCode>> read_codes(const ports::HttpResponse& response,
                                                               Instant now);
/// Any success of JSON, or without a body.
[[nodiscard]] Status read_confirmation(const ports::HttpResponse& response, Instant now);
[[nodiscard]] Result<Withdrawals> read_withdrawal(const ports::HttpResponse& response, Instant now);

}  // namespace contactor::gateways::volkswagen
