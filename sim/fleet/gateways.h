#pragma once

#include <memory>

#include "fleet/fleet_universe.h"
#include "ports/http.h"
#include "ports/oem_cloud.h"

namespace contactor::sim {

struct GatewayParts {
  ports::HttpTransport& transport;
  ports::Timekeeper& time;
  ports::Entropy& entropy;
};
/// The real gateway to the simulated cloud.
[[nodiscard]] std::unique_ptr<ports::OemCloud> make_gateway(fleet::Oem oem, const GatewayParts& parts);

}  // namespace contactor::sim
