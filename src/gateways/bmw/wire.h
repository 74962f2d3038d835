#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fleet/enrich.h"
#include "fleet/vehicle.h"
#include "ports/http.h"

namespace contactor::gateways::bmw {

// Reads answers. Errors of all of them: unauthorized, rate_limited (429, "Too Many Requests" whatever the
// status, a quota that is told by 403, with the time until its refill), unavailable, timed_out, protocol.
// BMW's own errors carry `logErrorId`; with or without a `message` beside it, they mean the same.

using Answer = Result<fleet::CloudState>;

/// `GET /vehicle/{vin}`: active in a fleet; refused with `not_in_fleet` while it is in none (an activation
/// puts it in, and only a deactivation ends the clearance); else inactive.
[[nodiscard]] Answer read_vehicle(const ports::HttpResponse& response, Instant now);
/// `GET /vin-checker/{vin}`. @return  the refusal; nothing where it may be asked for.
[[nodiscard]] Result<std::optional<fleet::CloudState>> read_check(const ports::HttpResponse& response,
                                                                  Instant now);
/// `POST /vehicle`. @return  the refusal; nothing where it is there now, or was before.
[[nodiscard]] Result<std::optional<fleet::CloudState>> read_created(const ports::HttpResponse& response,
                                                                    Instant now);
/// `POST /fleet/{id}/vehicle/{vin}`. Being in a fleet already is as good.
[[nodiscard]] Status read_joined(const ports::HttpResponse& response, Instant now);
/// `GET /fleet`: can it be read at all?
[[nodiscard]] Status read_fleets(const ports::HttpResponse& response, Instant now);
/// `GET /fleet`: the id of the fleet of that name, in any case.
/// @errors  not_found as well: there is no such fleet.
[[nodiscard]] Result<std::string> read_fleet_id(const ports::HttpResponse& response, std::string_view name,
                                                Instant now);
/// `DELETE /vehicle/{vin}`: `ending` where it was taken, `inactive` where there was nothing.
[[nodiscard]] Answer read_deleted(const ports::HttpResponse& response, Instant now);
/// `GET /data/vehicle/{vin}`: of "i3 94 Ah" the first word is the name, the second the type; there may be
/// only one. @errors  not_found as well: it has none.
[[nodiscard]] Result<fleet::ModelFacts> read_model(const ports::HttpResponse& response, Instant now);

/// It was created, and could not be put into its fleet: the next activation does that.
[[nodiscard]] fleet::CloudState not_in_fleet(std::string_view why, std::string reason = "not_in_fleet");

}  // namespace contactor::gateways::bmw
