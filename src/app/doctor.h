#pragma once

#include <string>
#include <vector>

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

}  // namespace contactor::app
