#include "store/postgres/statements.h"

#include <fmt/format.h>

namespace contactor::store::postgres {
namespace {

constexpr auto kStepColumns = [] {
  std::array<Column, kActivationChanging + 1> columns{};
  for (std::size_t i = 0; i < kActivationChanging; ++i) columns[i] = kActivationColumns[i];
  columns.back() = Column{"entries", Type::int4};
  return columns;
}();

std::string insert(std::string_view table, std::span<const Column> columns) {
  return fmt::format("INSERT INTO {} ({}) SELECT {} FROM {}", table, names_sql(columns), values_sql(columns),
                     rows_sql(columns));
}

/// A statement whose rows are counted, one by one where it can return ids that the caller knows.
std::string fenced(std::string_view what, std::string_view statement, std::string_view wanted,
                   std::string_view returned) {
  return fmt::format(
      "WITH u AS ({} RETURNING {} AS passed) SELECT contactor_fence('{}', {}, array_agg(passed)) FROM u",
      statement, returned, what, wanted);
}

/// The same where only the number counts.
std::string counted(std::string_view what, std::string_view statement) {
  return fenced(what, statement, "array_fill(0::int8, ARRAY[cardinality($1)])", "0::int8");
}

std::string update(std::string_view table, std::string_view what) {
  const std::span changing = std::span(kActivationColumns).first(kActivationChanging);
  return fenced(what,
                fmt::format("UPDATE {} AS a SET {} FROM {} WHERE a.shard = i.shard AND a.id = i.id AND "
                            "a.version = i.version - 1 AND a.history_count = i.history_count - i.entries",
                            table, assignments_sql(changing, kActivationKeys), rows_sql(kStepColumns)),
                "$2", "a.id");
}

std::string remove(std::string_view table, std::string_view what) {
  return fenced(what,
                fmt::format("DELETE FROM {} AS a USING {} WHERE a.shard = i.shard AND a.id = i.id AND "
                            "a.version = i.version AND a.history_count = i.history_count",
                            table, rows_sql(kBaseColumns)),
                "$2", "a.id");
}

std::string hold_leases() {
  return fmt::format(
      "SELECT contactor_fence('lease', $3, array_agg(h.n)) FROM (SELECT i.n FROM shard_lease AS l, {} WHERE "
      "l.shard = i.shard AND l.epoch = i.epoch FOR SHARE OF l) AS h",
      rows_sql(kLeaseColumns));
}

std::string upsert_notices() {
  return insert("ota_notice", kNoticeColumns) +
         " ON CONFLICT (shard, activation_id, event, channel) DO UPDATE SET outcome = excluded.outcome, "
         "at = excluded.at, detail = excluded.detail";
}

std::string insert_vehicles() {
  return fmt::format(
      "INSERT INTO vehicle (shard, vin, model, created_at, updated_at) SELECT i.shard, i.vin, "
      "nullif(i.model, ''), i.created_at, i.created_at FROM {} ON CONFLICT DO NOTHING",
      rows_sql(kVehicleColumns));
}

std::string update_ledgers() {
  return counted(
      "ledger",
      fmt::format(
          "UPDATE ota_ledger AS l SET version = i.version, generation = i.generation, last_command_id "
          "= i.last_command_id, sends = i.sends, busy_until = coalesce(i.busy_until, 0) FROM {} WHERE "
          "l.shard = i.shard AND l.vin = i.vin AND "
          "l.version = i.version - 1",
          rows_sql(kLedgerColumns)));
}

std::string update_tickets() {
  return counted("ticket",
                 fmt::format("UPDATE ota_ticket AS t SET state = i.state, priority = i.priority, version = "
                             "i.version, doc = i.doc FROM {} WHERE t.shard = i.shard AND t.id = i.id AND "
                             "t.version = i.version - 1",
                             rows_sql(kTicketColumns)));
}

std::string postpone_outbox() {
  return fmt::format("UPDATE outbox AS o SET {} FROM {} WHERE o.shard = i.shard AND o.id = i.id",
                     assignments_sql(kPostponedColumns, 2), rows_sql(kPostponedColumns));
}

std::string or_nothing(const std::string& statement) { return statement + " ON CONFLICT DO NOTHING"; }

constexpr std::string_view kLook =
    "SELECT (SELECT version FROM ota_activation WHERE shard = $1::int4 AND id = $2::int8), "
    "(SELECT history_count FROM ota_activation WHERE shard = $1 AND id = $2), "
    "(SELECT version FROM ota_activation_archive WHERE shard = $1 AND id = $2), "
    "(SELECT history_count FROM ota_activation_archive WHERE shard = $1 AND id = $2), "
    "(SELECT count(*) FROM ota_order_key WHERE order_id = ANY ($3::text[])), "
    "(SELECT count(*) FROM idempotent_reply WHERE principal = $4::text AND route = $5::text AND key = "
    "$6::text), "
    "(SELECT version FROM ota_ledger WHERE shard = $7::int4 AND vin = $8::text), "
    "(SELECT version FROM ota_ticket WHERE shard = $9::int4 AND id = $10::int8), "
    "(SELECT count(*) FROM shard_lease WHERE shard = $1 AND epoch = $11::int8)";

}  // namespace

std::span<const Column> step_columns() { return kStepColumns; }

const Statement kBegin{"begin", "BEGIN"};
const Statement kCommit{"commit", "COMMIT"};
const Statement kHoldLeases{"hold_leases", hold_leases()};
const Statement kClaimOrders{
    "claim_orders",
    fenced("order", or_nothing(insert("ota_order_key", kOrderKeyColumns)), "$2", "activation_id")};
const Statement kInsertOrders{"insert_orders", insert("ota_order", kOrderColumns)};
const Statement kInsertVehicles{"insert_vehicles", insert_vehicles()};
const Statement kInsertLive{"insert_live", insert("ota_activation", kActivationColumns)};
const Statement kInsertArchive{"insert_archive", insert("ota_activation_archive", kActivationColumns)};
const Statement kUpdateLive{"update_live", update("ota_activation", "live")};
const Statement kUpdateArchive{"update_archive", update("ota_activation_archive", "archive")};
const Statement kDeleteLive{"delete_live", remove("ota_activation", "live")};
const Statement kDeleteArchive{"delete_archive", remove("ota_activation_archive", "archive")};
const Statement kInsertHistory{"insert_history", insert("ota_history", kHistoryRowColumns)};
const Statement kInsertOutbox{"insert_outbox", insert("outbox", kOutboxColumns)};
const Statement kDeleteOutbox{
    "delete_outbox", fmt::format("DELETE FROM outbox AS o USING {} WHERE o.shard = i.shard AND o.id = i.id",
                                 rows_sql(kEntryKeyColumns))};
const Statement kPostponeOutbox{"postpone_outbox", postpone_outbox()};
const Statement kPutNotices{"put_notices", upsert_notices()};
const Statement kInsertLedgers{"insert_ledgers", insert("ota_ledger", kLedgerColumns)};
const Statement kUpdateLedgers{"update_ledgers", update_ledgers()};
const Statement kInsertTickets{"insert_tickets",
                               counted("ticket", or_nothing(insert("ota_ticket", kTicketColumns)))};
const Statement kUpdateTickets{"update_tickets", update_tickets()};
const Statement kInsertReplies{"insert_replies",
                               counted("reply", or_nothing(insert("idempotent_reply", kReplyColumns)))};
const Statement kMarkCommit{
    "mark_commit",
    "INSERT INTO store_commit (writer, number, at) VALUES ($1::text, $2::int8, now()) ON CONFLICT (writer) "
    "DO UPDATE SET number = excluded.number, at = excluded.at"};

const Statement kLookIntoStep{"look_into_step", std::string(kLook)};
const Statement kFindHistory{"find_history",
                             "SELECT count(*) FROM ota_history WHERE shard = $1::int4 AND activation_id = "
                             "$2::int8 AND seq = $3::int4 AND hash = $4::bytea"};
const Statement kFindMark{"find_mark",
                          "SELECT count(*) FROM store_commit WHERE writer = $1::text AND number = $2::int8"};
const Statement kEndBackend{
    "end_backend",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1::int4 AND backend_start::text = "
    "$2::text"};

}  // namespace contactor::store::postgres
