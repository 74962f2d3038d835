#pragma once

#include <string>

#include "crypto/schnorr_p256.h"

namespace contactor::gateways::tesla {

/// Where vehicles stream to.
struct TelemetryTarget {
  std::string hostname;
  int port = 8443;
  std::string ca;  ///< PEM of the authority that signed the server's certificate
};

/// What every vehicle is configured with: the target and 55 fields with their intervals, as JSON. Always the
/// same text, because vehicles take long to change a configuration.
/// @source  oem.md 2.2.
[[nodiscard]] std::string telemetry_config(const TelemetryTarget& target);
/// The same, signed: one token for all vehicles that trust the key.
/// @source  oem.md 3.5.
[[nodiscard]] std::string signed_telemetry_config(const TelemetryTarget& target,
                                                  const crypto::SchnorrKey& key);

}  // namespace contactor::gateways::tesla
