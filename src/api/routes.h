#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/call.h"
#include "api/principal.h"

namespace contactor::api {

enum class BodyRule : std::uint8_t {
  none,
  json,           ///< an application/json object
  optional_json,  ///< the same, or nothing at all
  records,        ///< application/json or NDJSON: one object, an array, or a line each
  sealed,         ///< the bytes are signed: read by whoever checks the signature
};

/// One row of the route table: what the dispatcher enforces and the OpenAPI document says.
struct Route {
  std::string_view method;
  std::string_view pattern;  ///< `{name}` is one path segment, a final `*` is the rest
  Policy policy;             ///< has no default: a route without one does not compile
  void (*handle)(CallPtr call);
  std::string_view summary;
  std::string_view tag;
  std::string_view response_schema;  ///< a component of the OpenAPI document; empty: no JSON
  int success = 200;
  BodyRule body = BodyRule::none;
  std::string_view request_schema = {};
  bool needs_key = false;                    ///< Idempotency-Key
  std::vector<std::string_view> query = {};  ///< all that it knows; others are refused
  std::string_view produces = "application/json";
  std::size_t body_bytes_max = 1 << 20;
};

[[nodiscard]] std::vector<Route> ota_routes();
[[nodiscard]] std::vector<Route> support_routes();
[[nodiscard]] std::vector<Route> customer_routes();
[[nodiscard]] std::vector<Route> catalogue_routes();
[[nodiscard]] std::vector<Route> fleet_vehicle_routes();
[[nodiscard]] std::vector<Route> fleet_run_routes();
[[nodiscard]] std::vector<Route> fleet_plan_routes();
[[nodiscard]] std::vector<Route> fleet_report_routes();
[[nodiscard]] std::vector<Route> charging_routes();
[[nodiscard]] std::vector<Route> client_desk_routes();
[[nodiscard]] std::vector<Route> client_desk_local_routes();
[[nodiscard]] std::vector<Route> callback_routes();
[[nodiscard]] std::vector<Route> system_routes();
[[nodiscard]] std::vector<Route> overview_routes();
[[nodiscard]] std::vector<Route> local_routes();
[[nodiscard]] std::vector<Route> tesla_owner_routes();

/// The one table of what the network may ask, built once.
[[nodiscard]] const std::vector<Route>& route_table();
/// What only comes in through the node's own socket file; for everybody else it does not exist.
[[nodiscard]] const std::vector<Route>& local_route_table();

/// A request's target against the table.
struct Match {
  const Route* route = nullptr;           ///< null: nothing has this path, or not with this method
  std::vector<std::string_view> allowed;  ///< the methods that this path knows; empty: no such path
  std::vector<std::pair<std::string, std::string>> path_values;
};
/// @param is_local  also against the table of local routes.
[[nodiscard]] Match find_route(std::string_view method, std::string_view path, bool is_local = false);

/// Percent-decodes; nothing where an escape is broken.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank);
[[nodiscard]] std::optional<std::vector<std::pair<std::string, std::string>>> read_query(
    std::string_view query);

}  // namespace contactor::api
