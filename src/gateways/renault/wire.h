#pragma once

#include "fleet/enrich.h"
#include "fleet/vehicle.h"
#include "ports/http.h"

namespace contactor::gateways::renault {

// Reads answers. Errors of all of them: unauthorized, rate_limited, unavailable, timed_out, protocol.

using Answer = Result<fleet::CloudState>;

/// `GET`: `{"vin","status","reason"?}` with pending, active, revoking, revoked or rejected; 404: inactive.
[[nodiscard]] Answer read_sharing(const ports::HttpResponse& response, const Vin& vin, Instant now);
/// `PUT`: the same, or nothing but the status. 404 and refusals of the vehicle or its brand are `refused`;
/// 409 is `unknown`: a look tells.
[[nodiscard]] Answer read_shared(const ports::HttpResponse& response, const Vin& vin, Instant now);
/// `DELETE`: `ending` where it was taken, `inactive` where there was nothing.
[[nodiscard]] Answer read_unshared(const ports::HttpResponse& response, const Vin& vin, Instant now);
/// `{"model","version":"<code> <words>","firstRegistrationDate"}`.
/// @errors  not_found as well: Renault does not know the vehicle, or tells no model.
[[nodiscard]] Result<fleet::ModelFacts> read_model(const ports::HttpResponse& response, Instant now);

}  // namespace contactor::gateways::renault
