#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateways/stellantis/contracts.h"
#include "ports/http.h"

namespace contactor::gateways::stellantis {

// Reads answers. Errors of all of them: unauthorized, rate_limited, unavailable, timed_out, protocol.

/// One page of contracts. What has no id or no VIN that can be read is left out of `contracts`.
struct Page {
  std::size_t items = 0;  ///< as listed, for the next `skip`
  std::string first_id;
  std::vector<Contract> contracts;
};
[[nodiscard]] Result<Page> read_page(const ports::HttpResponse& response, Instant now);

/// Why a vehicle is not eligible; nothing: it is.
using Ineligible = std::optional<std::string>;
/// Those that the answer names; an `error_code` means not eligible.
[[nodiscard]] Result<std::map<Vin, Ineligible>> read_eligibility(const ports::HttpResponse& response,
                                                                 Instant now);

/// What became of `POST /contracts`.
struct Created {
  std::optional<Contract> contract;
  bool is_taken = false;                     ///< 409: a contract for this vehicle is under way already
  std::optional<fleet::CloudState> refusal;  ///< of this vehicle
};
[[nodiscard]] Result<Created> read_created(const ports::HttpResponse& response, const Vin& vin, Instant now);
[[nodiscard]] Status read_joined(const ports::HttpResponse& response, Instant now);
/// `DELETE /contracts/{id}`: `ending` where it was taken, `inactive` where there was none.
[[nodiscard]] Result<fleet::Standing> read_deleted(const ports::HttpResponse& response, Instant now);

}  // namespace contactor::gateways::stellantis
