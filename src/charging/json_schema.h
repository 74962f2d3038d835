#pragma once

#include <string>

#include "charging/catalogue.h"

namespace contactor::charging {

/// JSON Schema (2020-12) of a model as one line of JSON, which is also its OpenAPI 3.1 component. Members of
/// the store only are left out; readOnly and writeOnly tell what may be sent and what comes back; `x-unit`
/// names the unit.
[[nodiscard]] std::string json_schema(const ModelInfo& model);

/// How the model is called among the components of the whole API, where other capabilities have vehicles and
/// services too: ChargingEvent, ChargingVehicle.
[[nodiscard]] std::string component_name(const ModelInfo& model);

/// The ten components, `"ChargingEvent": {…}, …`, without braces around them.
[[nodiscard]] std::string components_json();

}  // namespace contactor::charging
