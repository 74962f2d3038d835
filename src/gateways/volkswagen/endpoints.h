#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ports/http.h"
#include "vin/vin.h"

namespace contactor::gateways::volkswagen {

/// What a vehicle is confirmed with, once its approval was given.
struct VerificationCode {
  Vin vin;
  std::string code;
};

/// Where the calls go and for whom.
struct Place {
  std::string base_url;
  std::string organisation;  ///< `x-sub-organisation-id`
};

[[nodiscard]] std::string url_of(std::string_view base_url, std::string_view call);

/// Every vehicle of the organisation and how far its enrolment is.
[[nodiscard]] ports::HttpRequest statuses_request(const Place& place);
/// Which approvals have been confirmed.
[[nodiscard]] ports::HttpRequest approvals_request(const Place& place);
[[nodiscard]] ports::HttpRequest approve_request(const Place& place, std::span<const Vin> vins);
/// @param codes  never empty: a confirmation of nothing is no call that the cloud knows.
[[nodiscard]] ports::HttpRequest confirm_request(const Place& place, std::span<const VerificationCode> codes);
/// A DELETE with a body.
[[nodiscard]] ports::HttpRequest withdraw_request(const Place& place, std::span<const Vin> vins);

}  // namespace contactor::gateways::volkswagen
