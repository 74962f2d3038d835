#include "store/distribution.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

namespace contactor::store {
namespace {

/// What becomes of a table. Whatever belongs to a vehicle has its shard first in its key and stands beside
/// the vehicle's other rows; the rest is named here.
enum class Spread : std::uint8_t { by_shard, by_own_key, everywhere, coordinator };
struct Rule {
  std::string_view table;
  Spread spread;
  std::string_view column;
};
constexpr std::array kRules{
    Rule{"ota_order_key", Spread::by_own_key, "order_id"},
    Rule{"idempotent_reply", Spread::by_own_key, "key"},
    Rule{"seen_event", Spread::by_own_key, "event_id"},
    Rule{"store_commit", Spread::by_own_key, "writer"},
    Rule{"fleet_plan", Spread::by_own_key, "id"},
    Rule{"ota_service", Spread::everywhere, ""},
    Rule{"credential", Spread::everywhere, ""},
    Rule{"client", Spread::everywhere, ""},
    Rule{"service", Spread::everywhere, ""},
    Rule{"client_service", Spread::everywhere, ""},
    Rule{"endpoint_health", Spread::everywhere, ""},
    Rule{"last_run_time", Spread::everywhere, ""},
    Rule{"location", Spread::everywhere, ""},
    Rule{"api_token", Spread::everywhere, ""},
    Rule{"incident", Spread::everywhere, ""},
    Rule{"node", Spread::everywhere, ""},
    Rule{"vehicle_model", Spread::everywhere, ""},
    Rule{"fct_activation_metric", Spread::everywhere, ""},
    Rule{"fleet_lease", Spread::everywhere, ""},
    Rule{"fleet_tesla_authentication_code", Spread::everywhere, ""},
    Rule{"role", Spread::everywhere, ""},
    Rule{"user", Spread::everywhere, ""},
    Rule{"fleet", Spread::everywhere, ""},
    Rule{"user_fleet", Spread::everywhere, ""},
    Rule{"node_leader", Spread::coordinator, ""},
    Rule{"store_timeline", Spread::coordinator, ""},
    Rule{"schema_migration", Spread::coordinator, ""},
};

/// All that is spread by shard is placed like this one.
constexpr std::string_view kAnchor = "ota_activation";

std::optional<Rule> rule_of(std::string_view table, bool has_shard) {
  if (has_shard) return Rule{table, Spread::by_shard, "shard"};
  const auto* found = std::ranges::find(kRules, table, &Rule::table);
  return found == kRules.end() ? std::nullopt : std::optional(*found);
}

std::string statement_of(const Rule& rule) {
  if (rule.spread == Spread::everywhere)
    return fmt::format("SELECT create_reference_table('{}')", rule.table);
  const bool is_placed_alone = rule.spread == Spread::by_own_key || rule.table == kAnchor;
  return fmt::format("SELECT create_distributed_table('{}', '{}', colocate_with => '{}')", rule.table,
                     rule.column, is_placed_alone ? "none" : kAnchor);
}

Result<bool> is_true(Sql& sql, std::string_view query) {
  CTR_TRY(rows, sql.rows(query));
  return !rows.empty();
}

Status check_schema(Migrations& migrations) {
  if (migrations.sql().dialect() != Dialect::postgres)
    return fail(ErrorKind::invalid, "migrate", "only a PostgreSQL database can be distributed");
  CTR_CHECK(migrations.verify());
  CTR_TRY(current, migrations.current());
  if (current >= migrations.head()) return {};
  return fail(ErrorKind::invalid, "migrate",
              fmt::format("the schema is at revision {} of {}: run `contactor migrate upgrade head` first",
                          current, migrations.head()));
}

Result<std::vector<std::string>> spread_already(Sql& sql, bool is_installed) {
  std::vector<std::string> tables;
  if (!is_installed) return tables;
  CTR_TRY(rows,
          sql.rows("SELECT relname FROM pg_dist_partition JOIN pg_class ON pg_class.oid = logicalrelid"));
  for (auto& row : rows) tables.push_back(std::move(row.at(0)));
  return tables;
}

}  // namespace

Result<DistributionPlan> plan_distribution(Migrations& migrations) {
  CTR_CHECK(check_schema(migrations));
  Sql& sql = migrations.sql();
  CTR_TRY(is_installed, is_true(sql, "SELECT 1 FROM pg_extension WHERE extname = 'citus'"));
  CTR_TRY(can_be_installed, is_true(sql, "SELECT 1 FROM pg_available_extensions WHERE name = 'citus'"));
  CTR_TRY(done, spread_already(sql, is_installed));
  CTR_TRY(tables, sql.rows("SELECT relname, EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = pg_class.oid "
                           "AND attname = 'shard' AND NOT attisdropped)::int FROM pg_class "
                           "WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') "
                           "AND NOT relispartition ORDER BY relname <> 'ota_activation', relname"));
  DistributionPlan plan{.is_available = is_installed || can_be_installed, .statements = {}};
  if (!is_installed) plan.statements.emplace_back("CREATE EXTENSION citus");
  // The only triggers refuse changes of histories: they look at nothing and are right on every worker.
  plan.statements.emplace_back("SET citus.enable_unsafe_triggers = on");
  for (const auto& row : tables) {
    const auto rule = rule_of(row.at(0), row.at(1) == "1");
    if (!rule)
      return fail(ErrorKind::internal, "migrate", fmt::format("nothing says how to spread {}", row.at(0)));
    if (rule->spread == Spread::coordinator || std::ranges::find(done, row.at(0)) != done.end()) continue;
    plan.statements.push_back(statement_of(*rule));
  }
  return plan;
}

Status distribute(Migrations& migrations) {
  CTR_TRY(plan, plan_distribution(migrations));
  if (!plan.is_available)
    return fail(ErrorKind::invalid, "migrate",
                "the extension citus is not available on this server: nothing was distributed");
  for (const auto& statement : plan.statements) {
    // Not inside of one transaction: spreading a table commits on its workers.
    CTR_TRY(rows, migrations.sql().rows(statement));
    (void)rows;
  }
  return {};
}

}  // namespace contactor::store
