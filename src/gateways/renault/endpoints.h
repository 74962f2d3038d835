#pragma once

#include <string_view>

#include "ports/http.h"
#include "vin/vin.h"

namespace contactor::gateways::renault {

/// Where calls go, and the key that stands in their header `apiKey`.
struct Place {
  std::string base_url;
  std::string api_key;
};

/// `GET /vehicle-information/v1/vehicles/{vin}`: the model.
[[nodiscard]] ports::HttpRequest model_request(const Place& place, const Vin& vin);

// Assumed: `/vehicle-data-sharing/v1/vehicles/{vin}` (see README.md).

[[nodiscard]] ports::HttpRequest sharing_request(const Place& place, const Vin& vin);
/// @param make  lower case: the brand, as the cloud calls it.
[[nodiscard]] ports::HttpRequest share_request(const Place& place, const Vin& vin, std::string_view make);
[[nodiscard]] ports::HttpRequest unshare_request(const Place& place, const Vin& vin);

}  // namespace contactor::gateways::renault
