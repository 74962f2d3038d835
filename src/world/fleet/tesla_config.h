#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "vin/vin.h"

namespace contactor::world {

/// A telemetry configuration and the vehicles that it is for, as a request brings them.
struct TeslaOrder {
  std::vector<Vin> vins;
  std::string config;  ///< JSON
};

/// `{"vins":[…],"token":"<JWS>"}`: the signature must hold.
/// @param public_key_hex  whose it must be; empty: anybody's.
/// @errors  invalid, in Tesla's words: what is wrong with the request.
[[nodiscard]] Result<TeslaOrder> read_signed_order(std::string_view body, std::string_view public_key_hex);
/// `{"vins":[…],"config":{…}}`, as the proxy takes it.
[[nodiscard]] Result<TeslaOrder> read_plain_order(std::string_view body);
/// `{"vins":[…]}`. @errors  invalid: none, too many, or not VINs.
[[nodiscard]] Result<std::vector<Vin>> read_vins(std::string_view body);

}  // namespace contactor::world
