#pragma once

#include <string>
#include <vector>

#include "app/config.h"
#include "app/store_session.h"

namespace contactor::app {

/// One line of `contactor doctor`.
struct Finding {
  enum class Level : std::uint8_t { ok, warning, error };
  Level level = Level::ok;
  std::string area;
  std::string text;
};
using Findings = std::vector<Finding>;
using Level = Finding::Level;

/// Of a schema that is newer than the program, and allows it all the same.
[[nodiscard]] std::string words_about_newer_schema(int revision, int head);
/// Looks at a PostgreSQL server, the schema in it and the nodes that share it, and changes nothing.
/// @return  false where the database cannot be asked anything more.
[[nodiscard]] bool check_postgres(const std::string& url, Findings& findings);
/// Names the subscriptions to which nothing is sent just now, and why.
void check_deliveries(StoreSession& session, Findings& findings);
/// Signs in to every cloud that is configured, all at once, and to the alerts' channel; changes nothing.
/// @return  false where the configuration itself is wrong.
[[nodiscard]] bool check_fleet(const Config& config, const Environment& environment, Findings& findings);

}  // namespace contactor::app
