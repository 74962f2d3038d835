#include "store/postgres/fleet_statements.h"

#include <fmt/format.h>

namespace contactor::store::postgres {
namespace {

std::string insert(std::string_view table, std::span<const Column> columns) {
  return fmt::format("INSERT INTO {} AS old ({}) SELECT {} FROM {}", table, names_sql(columns),
                     values_sql(columns), rows_sql(columns));
}

/// An insert that replaces a row with the same first `keys` columns.
std::string upsert(std::string_view table, std::span<const Column> columns, std::size_t keys) {
  std::string assignments;
  for (const auto& column : columns.subspan(keys))
    assignments += fmt::format("{0}{1} = excluded.{1}", assignments.empty() ? "" : ", ", column.name);
  return fmt::format("{} ON CONFLICT ({}) DO UPDATE SET {}", insert(table, columns),
                     names_sql(columns.first(keys)), assignments);
}

std::string put_next() {
  return fmt::format(
      "UPDATE vehicle AS v SET {} FROM {} WHERE v.shard = i.shard AND v.vin = i.vin AND v.version = "
      "i.version - 1 RETURNING v.vin",
      assignments_sql(kFleetVehicleColumns, 2), rows_sql(kFleetVehicleColumns));
}

std::string claim() {
  constexpr std::string_view is_free = "l.holder = excluded.holder OR l.until <= excluded.until - $3";
  return fmt::format(
      "INSERT INTO fleet_lease AS l (name, holder, until) VALUES ($1::text, $2::text, (extract(epoch FROM "
      "clock_timestamp()) * 1000)::int8 + $3::int8) ON CONFLICT (name) DO UPDATE SET holder = CASE WHEN {0} "
      "THEN excluded.holder ELSE l.holder END, until = CASE WHEN {0} THEN excluded.until ELSE l.until END "
      "RETURNING holder, until",
      is_free);
}

/// What `changed` returned from the owner's row also replaces the tokens.
std::string with_tokens(std::string_view changed) {
  return fmt::format(
      "WITH u AS ({} RETURNING shard, vin), t AS (INSERT INTO tesla_user_tokens (shard, vin, code, tokens, "
      "callback_url) SELECT u.shard, u.vin, $7::text, $8::text, $9::text FROM u ON CONFLICT (shard, vin) DO "
      "UPDATE SET code = excluded.code, tokens = excluded.tokens, callback_url = excluded.callback_url) "
      "SELECT count(*) FROM u",
      changed);
}

}  // namespace

// A row of version 0 was made by an order of a feature.
const Statement kPutFirst{
    "fleet_put_first", upsert("vehicle", kFleetVehicleColumns, 2) + " WHERE old.version = 0 RETURNING vin"};
const Statement kPutNext{"fleet_put_next", put_next()};
const Statement kPutEntries{"fleet_put_entries", insert("vehicle_activation_history", kFleetEntryColumns)};

const Statement kClaim{"fleet_claim", claim()};
const Statement kRelease{"fleet_release",
                         "DELETE FROM fleet_lease WHERE name = $1::text AND holder = $2::text"};
const Statement kPutPlan{
    "fleet_put_plan",
    "WITH forgotten AS (DELETE FROM fleet_plan WHERE made_at < $5::int8) INSERT INTO fleet_plan (id, "
    "made_at, "
    "document, applied_at) VALUES ($1::text, $2::int8, $3::text, $4::int8) ON CONFLICT (id) DO NOTHING"};
const Statement kMarkApplied{
    "fleet_mark_applied",
    "WITH u AS (UPDATE fleet_plan SET applied_at = $2::int8 WHERE id = $1::text AND applied_at IS NULL "
    "RETURNING 1) SELECT (SELECT count(*) FROM u), (SELECT count(*) FROM fleet_plan WHERE id = $1)"};
const Statement kPutMetrics{"fleet_put_metrics", upsert("fct_activation_metric", kFleetMetricColumns, 2) +
                                                     " WHERE excluded.updated_at >= old.updated_at"};
const Statement kPutModel{"fleet_put_model",
                          upsert("vehicle_model", kFleetModelColumns, 4) + " RETURNING id"};
const Statement kPutAlerts{"fleet_put_alerts", upsert("fleet_alert", kFleetAlertColumns, 4)};
const Statement kLinkAdmins{
    "fleet_link_admins",
    "WITH entered AS (INSERT INTO fleet (id, fleet_name, created_at) SELECT DISTINCT v.fleet, v.fleet, "
    "$1::int8 FROM vehicle AS v WHERE v.version > 0 AND v.fleet IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
    "fleet AS f WHERE f.fleet_name = v.fleet) ON CONFLICT DO NOTHING RETURNING id) INSERT INTO user_fleet "
    "(user_id, fleet_id, role_id, created_at) SELECT u.id, f.id, r.id, $1 FROM \"user\" AS u JOIN role AS r "
    "ON r.id = u.role_id AND r.role_name = 'Admin' CROSS JOIN (SELECT id FROM fleet UNION SELECT id FROM "
    "entered) AS f ON CONFLICT DO NOTHING"};
const Statement kPutFirstOwner{
    "fleet_put_first_owner",
    with_tokens("INSERT INTO tesla_user (shard, vin, full_name, email, region, version) VALUES ($1::int4, "
                "$2::text, $3::text, $4::text, $5::text, $6::int4) ON CONFLICT DO NOTHING")};
const Statement kPutNextOwner{
    "fleet_put_next_owner",
    with_tokens("UPDATE tesla_user SET full_name = $3::text, email = $4::text, region = $5::text, version = "
                "$6::int4 WHERE shard = $1::int4 AND vin = $2::text AND version = $6 - 1")};
const Statement kPutTeslaCode{
    "fleet_put_tesla_code",
    "INSERT INTO fleet_tesla_authentication_code (fleet_id, authentication_code, created_at, updated_at) "
    "VALUES ($1::text, $2::text, $3::int8, $3) ON CONFLICT (fleet_id) DO UPDATE SET authentication_code = "
    "excluded.authentication_code, updated_at = excluded.updated_at"};

}  // namespace contactor::store::postgres
