#pragma once

#include <string>

#include "api/json_forward.h"
#include "app/store_session.h"

namespace contactor::app {

/// Watches a fleet run to its end: bars for each cloud on a terminal, a line every few seconds elsewhere,
/// both on stderr. The first Ctrl+C asks the run to stop, the second one leaves at once with status 130.
/// @return  the run as the API shows it at its end. @errors  those of the API; why the run failed.
[[nodiscard]] Result<boost::json::object> watch_fleet_run(StoreSession& session, const std::string& id);

/// What kept clouds from being read, a line each.
[[nodiscard]] std::string troubles_of(const boost::json::object& run);

/// The table of what became of every vehicle, for people.
[[nodiscard]] std::string fleet_table(const boost::json::object& summary);

}  // namespace contactor::app
