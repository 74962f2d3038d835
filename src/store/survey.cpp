#include "store/survey.h"

#include <charconv>

namespace contactor::store {
namespace {

std::int64_t number(const std::string& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool is_true(const std::string& text) { return text == "t" || text == "on" || text == "1"; }

constexpr std::string_view kServer =
    "SELECT current_setting('server_version_num')::int / 10000, NOT pg_is_in_recovery(), "
    // As it is for others: this very session is closed for writes on purpose.
    "(SELECT reset_val FROM pg_settings WHERE name = 'default_transaction_read_only'), "
    "current_setting('fsync')::bool AND current_setting('full_page_writes')::bool, "
    "current_setting('synchronous_commit'), current_setting('synchronous_standby_names'), "
    "(extract(epoch FROM clock_timestamp()) * 1000)::bigint, "
    "current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int - "
    "(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'), "
    "(SELECT timeline_id FROM pg_control_checkpoint())";

constexpr std::string_view kNodes =
    "SELECT node.name, node.version, node.leaving, node.until > clock_timestamp(), "
    "(extract(epoch FROM clock_timestamp() - node.beat_at) * 1000)::bigint, "
    "(SELECT count(*) FROM shard_lease WHERE shard_lease.owner = node.process) "
    "FROM node WHERE node.beat_at > clock_timestamp() - interval '1 day' ORDER BY node.name";

constexpr std::string_view kUnowned =
    "SELECT count(*) FROM shard_lease WHERE NOT EXISTS "
    "(SELECT 1 FROM node WHERE node.process = shard_lease.owner AND node.until > clock_timestamp())";

Status read_nodes(Sql& sql, Survey& survey) {
  CTR_TRY(known, sql.rows("SELECT to_regclass('shard_lease') IS NOT NULL"));
  if (!is_true(known.at(0).at(0))) return {};
  CTR_TRY(nodes, sql.rows(kNodes));
  for (const auto& row : nodes)
    survey.nodes.push_back({.name = row.at(0),
                            .version = row.at(1),
                            .leaving = is_true(row.at(2)),
                            .alive = is_true(row.at(3)),
                            .since_beat = Millis(number(row.at(4))),
                            .shards = static_cast<int>(number(row.at(5)))});
  CTR_TRY(unowned, sql.rows(kUnowned));
  survey.shards_unowned = static_cast<int>(number(unowned.at(0).at(0)));
  return {};
}

}  // namespace

Result<Survey> survey(Migrations& migrations) {
  Sql& sql = migrations.sql();
  if (sql.dialect() != Dialect::postgres)
    return fail(ErrorKind::invalid, "store", "this is no PostgreSQL database");
  CTR_TRY(rows, sql.rows(kServer));
  const auto& row = rows.at(0);
  Survey found{.version = static_cast<int>(number(row.at(0))),
               .is_primary = is_true(row.at(1)),
               .is_read_only = is_true(row.at(2)),
               .syncs = is_true(row.at(3)),
               .synchronous_commit = row.at(4),
               .standbys = row.at(5),
               .clock = Instant::from_millis(number(row.at(6))),
               .connections_free = number(row.at(7)),
               .timeline = number(row.at(8)),
               .revision = 0,
               .nodes = {}};
  CTR_TRY(revision, migrations.current());
  found.revision = revision;
  CTR_CHECK(read_nodes(sql, found));
  return found;
}

}  // namespace contactor::store
