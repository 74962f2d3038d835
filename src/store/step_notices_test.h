#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "store/migrations.h"

namespace contactor::store::testing {

/// The revision of the migration with this name.
[[nodiscard]] inline int revision_of(std::string_view name) {
  for (const auto& migration : known_migrations())
    if (migration.name == name) return migration.revision;
  return 0;
}
/// Two steps of one activation that told nobody, of which the second has the last word on one notice and a
/// row that was written since has it on another. In front of the columns stands the shard where a table has
/// one.
[[nodiscard]] inline std::string step_notices_sql(std::string_view shard_column, std::string_view shard) {
  const auto step = [&](int seq, std::string_view notices) {
    return fmt::format(
        "INSERT INTO ota_history ({}activation_id, seq, at, event, path, service_status, money_state, "
        "attempts, retries, actor, command_id, detail, node, hash, notices) VALUES ({}256, {}, 0, 'granted', "
        "'Active', 'Active', 'none', 0, 0, '', '', '', '', '', '[{}]');",
        shard_column, shard, seq, notices);
  };
  const auto notice = [](std::string_view event, int at, std::string_view detail) {
    return fmt::format(R"({{"event":"{}","channel":"email","outcome":"unavailable","at":{},"detail":"{}"}})",
                       event, at, detail);
  };
  return step(1, notice("A", 1, "old") + "," + notice("B", 1, R"(a \"b\")")) +
         step(2, notice("A", 2, "new") + "," + notice("C", 2, "early")) +
         fmt::format(
             "INSERT INTO ota_notice ({}activation_id, event, channel, outcome, at, detail) VALUES ({}256, "
             "'C', 'email', 'sent', 3, 'late')",
             shard_column, shard);
}
inline constexpr std::string_view kNoticeRows =
    "SELECT event || ' ' || outcome || ' ' || at || ' ' || detail FROM ota_notice ORDER BY event";

}  // namespace contactor::store::testing
