#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "ports/http.h"
#include "vin/vin.h"

namespace contactor::gateways::kia {

/// The two packages that a vehicle's owner consents to; data flows with both.
enum class Package : std::uint8_t { vehicle, dtc };

/// Where the calls go, and the key that each of them carries.
struct Place {
  std::string base_url;
  Secret api_key;
};

/// Everything that the account has a consent of this kind for.
[[nodiscard]] ports::HttpRequest consents_request(const Place& place, Package package);
/// Asks for both packages.
[[nodiscard]] ports::HttpRequest consent_request(const Place& place, std::span<const Vin> vins);
/// A DELETE with a body, for one package: the cloud takes a text here where asking takes a list.
[[nodiscard]] ports::HttpRequest withdraw_request(const Place& place, Package package,
                                                  std::span<const Vin> vins);
/// "vehicle" or "dtcInfo".
[[nodiscard]] std::string_view word_of(Package package);

}  // namespace contactor::gateways::kia
