#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/enrich.h"
#include "fleet/vehicle.h"
#include "ports/http.h"

namespace contactor::gateways::tesla {

/// An answer that is not 200: a refusal of the vehicle, or an error. A status counts only with Tesla's own
/// error body; a page of whoever stands between says nothing about a vehicle.
/// @param unclear  what `applied` is where the answer does not say that nothing was done
/// @errors  unauthorized, rate_limited, timed_out (asleep too), unavailable, invalid, protocol.
/// @source  oem.md 2.3.
[[nodiscard]] Result<fleet::CloudState> read_refusal(const ports::HttpResponse& response, Applied unclear,
                                                     Instant now);

/// What a vehicle is configured with. Active is only what is stored *and* synced: a vehicle that holds too
/// many configurations drops ours without a word, and then shows none although it is synced.
[[nodiscard]] Result<fleet::CloudState> read_look(const ports::HttpResponse& response, Instant now);
/// What became of each vehicle of a creation, in the order of `vins`.
[[nodiscard]] std::vector<Result<fleet::CloudState>> read_created(const ports::HttpResponse& response,
                                                                  const std::vector<Vin>& vins, Instant now);
[[nodiscard]] Result<fleet::CloudState> read_deleted(const ports::HttpResponse& response, Instant now);

/// The host that a 421 names as the right one: from `Alt-Svc`, without scheme.
[[nodiscard]] std::optional<std::string> host_of_421(const ports::HttpResponse& response);

/// Fills in version and type. The version is the first option code that begins with `$MT`, "MTU" where there
/// is none. @errors  as `read_refusal`; not_found where the vehicle is refused.
/// @param model  "model 3", as the VIN says
[[nodiscard]] Status read_options(const ports::HttpResponse& response, const Vin& vin, std::string_view model,
                                  fleet::ModelFacts& facts, Instant now);
/// What Tesla tells for "no limit" is kept as it is told.
inline constexpr std::int64_t kUnlimitedKm = 9'999'999;
/// Fills in what the second warranty, that of the battery, says; where there is only one, nothing.
[[nodiscard]] Status read_warranty(const ports::HttpResponse& response, fleet::ModelFacts& facts,
                                   Instant now);

}  // namespace contactor::gateways::tesla
