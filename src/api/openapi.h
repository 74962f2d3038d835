#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/routes.h"

namespace contactor::api {

/// OpenAPI 3.1 of the route table: what is not in the table cannot be in it, and the other way round.
[[nodiscard]] std::string openapi_json(const std::vector<Route>& routes, std::string_view version);
/// The components' schemas, one JSON object by name.
[[nodiscard]] std::string schemas_json();
/// Those of the fleet capability, without the braces around them.
[[nodiscard]] std::string_view fleet_schemas_json();
/// The common models, their lists, and what intake answers.
[[nodiscard]] std::string_view charging_schemas_json();
[[nodiscard]] std::string_view delivery_schemas_json();

}  // namespace contactor::api
