#include <algorithm>

#include "store/charging/sql.h"

namespace contactor::store {
namespace {

using charging::DeliveryStatus;
using charging::EventLog;

constexpr std::string_view kUnderWay = "('pending', 'retrying', 'delivering')";
/// The index of what is due, and that of the order of vehicles, are made of the same words.
constexpr std::string_view kOpen = "('pending', 'retrying', 'delivering', 'paused')";

/// The key of a row of event_log, and what an attempt changes of it.
constexpr std::array kChange{SqlColumn{"shard", SqlType::int4, false},
                             SqlColumn{"charging_event_id", SqlType::text, false},
                             SqlColumn{"charging_event_version", SqlType::int8, false},
                             SqlColumn{"client_service_id", SqlType::text, false},
                             SqlColumn{"status", SqlType::text, false},
                             SqlColumn{"attempts", SqlType::int8, false},
                             SqlColumn{"last_attempt_at", SqlType::int8},
                             SqlColumn{"next_attempt_at", SqlType::int8},
                             SqlColumn{"last_status_code", SqlType::int8},
                             SqlColumn{"last_error", SqlType::text},
                             SqlColumn{"delivered_at", SqlType::int8},
                             SqlColumn{"updated_at", SqlType::int8}};
constexpr std::string_view kByKey =
    "t.shard = i.shard AND t.charging_event_id = i.charging_event_id AND t.charging_event_version = "
    "i.charging_event_version AND t.client_service_id = i.client_service_id";

constexpr std::array kAttempt{
    SqlColumn{"shard", SqlType::int4, false},       SqlColumn{"event_log_id", SqlType::text, false},
    SqlColumn{"number", SqlType::int8, false},      SqlColumn{"at", SqlType::int8, false},
    SqlColumn{"duration_ms", SqlType::int8, false}, SqlColumn{"status_code", SqlType::int8},
    SqlColumn{"outcome", SqlType::text, false},     SqlColumn{"error", SqlType::text, false}};

void put_change(SqlRows& rows, const EventLog& log) {
  rows.number(shard_of(log.charging_event_id.str()));
  rows.text(log.charging_event_id.str());
  rows.number(log.charging_event_version);
  rows.text(log.client_service_id.str());
  detail::put(rows, log.status);
  rows.number(log.attempts);
  detail::put(rows, log.last_attempt_at);
  detail::put(rows, log.next_attempt_at);
  detail::put(rows, log.last_status_code);
  detail::put(rows, log.last_error);
  detail::put(rows, log.delivered_at);
  detail::put(rows, log.updated_at);
}

void put_attempt(SqlRows& rows, const ports::DeliveryAttempt& attempt) {
  rows.number(shard_of(attempt.event_log_id.str()));
  rows.text(attempt.event_log_id.str());
  rows.number(attempt.number);
  rows.number(attempt.at.millis());
  rows.number(attempt.duration.count());
  detail::put(rows, attempt.status_code);
  rows.text(attempt.outcome);
  rows.text(attempt.error);
}

ReadRow counting(std::size_t& count) {
  return [&count](SqlRow&) -> Status {
    ++count;
    return {};
  };
}
Status nothing(SqlRow&) { return {}; }

std::int64_t bounded(std::size_t limit, std::size_t most) {
  return static_cast<std::int64_t>(std::min(limit, most));
}

}  // namespace

// -- claims -----------------------------------------------------------------------------------------------

Result<std::vector<ChargingSql::PlacedLog>> ChargingSql::read_logs(const SqlText& text,
                                                                   std::span<const SqlValue> values) {
  std::vector<PlacedLog> found;
  const auto read_row = [&](SqlRow& row) -> Status {
    auto& placed = found.emplace_back();
    CTR_CHECK(get_fields(row, placed.log));
    placed.position = row.number();
    return {};
  };
  CTR_CHECK(db_.ask(text, values, read_row));
  return found;
}

Result<std::vector<ChargingSql::PlacedLog>> ChargingSql::due(const ports::DeliveryClaim& claim) {
  const std::array<SqlValue, 1> id{std::string_view(claim.client_service_id.str())};
  bool is_ordered = false;
  CTR_CHECK(db_.ask(
      text("charging_is_ordered",
           [] { return "SELECT t.ordered_by_vehicle FROM client_service AS t WHERE t.id = $1::text"; }),
      id, [&](SqlRow& row) -> Status {
        is_ordered = row.number() != 0;
        return {};
      }));
  const auto& due = text(is_ordered ? "charging_due_in_order" : "charging_due", [&] {
    const auto first = fmt::format(
        " AND NOT EXISTS (SELECT 1 FROM event_log AS p WHERE p.client_service_id = t.client_service_id AND "
        "p.vehicle_key = t.vehicle_key AND p.status IN {} AND (p.position, p.id) < (t.position, t.id))",
        kOpen);
    return fmt::format(
        "SELECT {}, t.position FROM event_log AS t WHERE t.client_service_id = $1::text AND t.status IN {} "
        "AND "
        "t.next_attempt_at <= $2::int8{} ORDER BY t.next_attempt_at, t.position, t.id LIMIT $3::int8{}{}",
        reads_of(db_, info_of_model<EventLog>()), kUnderWay, is_ordered ? first : "", locked(),
        db_.is_postgres() ? " SKIP LOCKED" : "");
  });
  const std::array<SqlValue, 3> values{id[0], claim.now.millis(), bounded(claim.limit, kClaimed)};
  return read_logs(due, values);
}

Status ChargingSql::update_claimed(std::span<const PlacedLog> claimed) {
  const auto rows = db_.rows(kChange);
  for (const auto& placed : claimed) put_change(*rows, placed.log);
  const auto& update = text("charging_claim", [&] {
    return fmt::format(
        "UPDATE event_log AS t SET status = i.status, attempts = i.attempts, last_attempt_at = "
        "i.last_attempt_at, next_attempt_at = i.next_attempt_at, updated_at = i.updated_at FROM {} "
        "WHERE {}",
        db_.rows_sql(kChange), kByKey);
  });
  return db_.each(update, *rows, nothing);
}

Result<std::vector<ports::Delivery>> ChargingSql::claim_deliveries(const ports::DeliveryClaim& claim) {
  CTR_TRY(claimed, due(claim));
  if (claimed.empty()) return std::vector<ports::Delivery>();
  for (auto& [log, position] : claimed) {
    log.status = DeliveryStatus::delivering;
    log.next_attempt_at = claim.until;
    log.last_attempt_at = log.updated_at = claim.now;
    ++log.attempts;
  }
  CTR_CHECK(update_claimed(claimed));
  return with_events(std::move(claimed));
}

Result<std::vector<ports::Delivery>> ChargingSql::with_events(std::vector<PlacedLog> claimed) {
  std::vector<EventId> ids;
  for (const auto& placed : claimed) ids.push_back(placed.log.charging_event_id);
  CTR_TRY(current, find<charging::ChargingEvent>(ids));
  std::unordered_map<EventId, const charging::ChargingEvent*> by_id;
  for (const auto& event : current) by_id.emplace(event.id, &event);
  std::vector<ports::Delivery> deliveries;
  for (auto& [log, position] : claimed) {
    const auto found = by_id.find(log.charging_event_id);
    if (found != by_id.end() && found->second->version == log.charging_event_version) {
      deliveries.push_back({.log = std::move(log), .event = *found->second});
      continue;
    }
    CTR_TRY(earlier, earlier_version(log.charging_event_id, log.charging_event_version));
    if (!earlier) return fail(ErrorKind::internal, "store", "a version that is to be delivered is missing");
    deliveries.push_back({.log = std::move(log), .event = std::move(*earlier)});
  }
  return deliveries;
}

// -- what became of them ----------------------------------------------------------------------------------

Result<ports::DeliveriesConcluded> ChargingSql::conclude_deliveries(
    const std::vector<ports::DeliveryResult>& results) {
  if (results.size() > kClaimed)
    return fail(ErrorKind::invalid, "store", "at most 1000 are concluded at once");
  ports::DeliveriesConcluded concluded;
  // Of one row two results may come together: one after the other.
  std::vector<std::vector<const EventLog*>> rounds;
  std::unordered_map<LogId, std::size_t> next_free;
  for (const auto& result : results) {
    const auto round = next_free[result.after.id]++;
    if (round == rounds.size()) rounds.emplace_back();
    rounds[round].push_back(&result.after);
  }
  for (const auto& round : rounds) {
    CTR_TRY(applied, conclude_round(round));
    concluded.applied += applied;
  }
  concluded.stale = results.size() - concluded.applied;
  CTR_CHECK(keep_attempts(results));
  return concluded;
}

Result<std::size_t> ChargingSql::conclude_round(std::span<const EventLog* const> after) {
  const auto rows = db_.rows(kChange);
  for (const auto* log : after) put_change(*rows, *log);
  const auto& update = text("charging_conclude", [&] {
    return fmt::format(
        "UPDATE event_log AS t SET {} FROM {} WHERE {} AND t.status <> 'delivered' AND (i.status = "
        "'delivered' OR (t.status = 'delivering' AND t.attempts = i.attempts)) RETURNING {}id",
        assignments_of(
            db_, kChange,
            {"shard", "charging_event_id", "charging_event_version", "client_service_id", "attempts"}),
        db_.rows_sql(kChange), kByKey, own());
  });
  std::size_t applied = 0;
  CTR_CHECK(db_.each(update, *rows, counting(applied)));
  return applied;
}

Status ChargingSql::keep_attempts(std::span<const ports::DeliveryResult> results) {
  const auto rows = db_.rows(kAttempt), again = db_.rows(kAttempt);
  for (const auto& result : results) {
    if (!result.attempt) continue;
    const auto kept = as_kept(*result.attempt);
    put_attempt(*rows, kept);
    if (kept.number > kAttemptsKept) put_attempt(*again, kept);
  }
  if (rows->empty()) return {};
  const auto& insert = text("charging_keep_attempts", [&] {
    return fmt::format(
        "INSERT INTO delivery_attempt ({}) SELECT {} FROM {} WHERE true ON CONFLICT DO NOTHING",
        names_of(kAttempt), values_of(db_, kAttempt), db_.rows_sql(kAttempt));
  });
  CTR_CHECK(db_.each(insert, *rows, nothing));
  if (again->empty()) return {};
  const auto& forget = text("charging_forget_attempts", [&] {
    return fmt::format(
        "DELETE FROM delivery_attempt WHERE (shard, event_log_id, number) IN (SELECT a.shard, "
        "a.event_log_id, a.number "
        "FROM {} JOIN delivery_attempt AS a ON a.shard = i.shard AND a.event_log_id = i.event_log_id AND "
        "a.number <= "
        "i.number - {})",
        db_.rows_sql(kAttempt), kAttemptsKept);
  });
  return db_.each(forget, *again, nothing);
}

Result<std::vector<ports::DeliveryAttempt>> ChargingSql::attempts(const LogId& id, std::size_t limit) {
  const auto& read = text("charging_attempts", [] {
    return "SELECT t.number, t.at, t.duration_ms, t.status_code, t.outcome, t.error FROM delivery_attempt AS "
           "t WHERE "
           "t.shard = $1::int8 AND t.event_log_id = $2::text ORDER BY t.number DESC LIMIT $3::int8";
  });
  const std::array<SqlValue, 3> values{std::int64_t{shard_of(id.str())}, std::string_view(id.str()),
                                       bounded(limit, kClaimed)};
  std::vector<ports::DeliveryAttempt> found;
  const auto read_row = [&](SqlRow& row) -> Status {
    auto& attempt = found.emplace_back();
    attempt.event_log_id = id;
    attempt.number = row.number();
    attempt.at = Instant::from_millis(row.number());
    attempt.duration = Millis(row.number());
    CTR_CHECK(detail::get(row, attempt.status_code));
    attempt.outcome = row.text();
    attempt.error = row.text();
    return {};
  };
  CTR_CHECK(db_.ask(read, values, read_row));
  return found;
}

// -- many at once -----------------------------------------------------------------------------------------

Result<std::size_t> ChargingSql::move_deliveries(const ports::DeliveryMove& move) {
  std::string statuses, name = "charging_move_";
  for (const auto status : std::set(move.from.begin(), move.from.end())) {
    statuses += fmt::format("{}'{}'", statuses.empty() ? "" : ", ", charging::spelled(status));
    name += static_cast<char>('0' + static_cast<int>(status));
  }
  if (statuses.empty()) return 0;
  const auto& update = text(name, [&] {
    return fmt::format(
        "UPDATE event_log AS t SET status = $2::text, next_attempt_at = $3::int8, updated_at = $4::int8 FROM "
        "(SELECT "
        "shard, charging_event_id, charging_event_version, client_service_id FROM event_log WHERE "
        "client_service_id = "
        "$1::text AND status IN ({}) ORDER BY position, id LIMIT $5::int8{}) AS i WHERE {} RETURNING {}id",
        statuses, db_.is_postgres() ? " FOR UPDATE" : "", kByKey, own());
  });
  const bool is_due = move.to == DeliveryStatus::pending;
  const std::array<SqlValue, 5> values{std::string_view(move.client_service_id.str()),
                                       charging::spelled(move.to),
                                       is_due ? SqlValue(move.at.millis()) : SqlValue(), move.at.millis(),
                                       bounded(move.limit, kChargingBatch)};
  std::size_t moved = 0;
  CTR_CHECK(db_.ask(update, values, counting(moved)));
  return moved;
}

Result<std::size_t> ChargingSql::send_again(std::span<const LogId> ids, Instant at) {
  static constexpr std::array columns{SqlColumn{"id", SqlType::text, false},
                                      SqlColumn{"at", SqlType::int8, false}};
  std::size_t moved = 0;
  const auto rows = db_.rows(columns);
  for (const auto& id : std::set(ids.begin(), ids.end())) {
    rows->text(id.str());
    rows->number(at.millis());
  }
  if (rows->empty()) return moved;
  const auto& update = text("charging_send_again", [&] {
    return fmt::format(
        "UPDATE event_log AS t SET status = 'pending', attempts = 0, next_attempt_at = i.at, updated_at = "
        "i.at, delivered_at = NULL FROM {} WHERE t.id = i.id AND t.status <> 'delivering' RETURNING {}id",
        db_.rows_sql(columns), own());
  });
  CTR_CHECK(db_.each(update, *rows, counting(moved)));
  return moved;
}

Result<ports::DeliveriesReplayed> ChargingSql::replay(const ports::DeliveryReplay& replay) {
  CTR_TRY(cursor, start_of(replay));
  ports::DeliveriesReplayed replayed;
  if (!replay.event_log_ids.empty()) {
    CTR_TRY(moved, send_again(replay.event_log_ids, replay.at));
    replayed.moved = moved;
    return replayed;
  }
  const auto& page = text(replay.only_missing ? "charging_missing" : "charging_replayed", [&] {
    return fmt::format(
        "SELECT {}, t.position FROM event_log AS t WHERE t.client_service_id = $1::text AND (t.position, "
        "t.id) > "
        "($2::int8, $3::text) AND t.status <> 'delivering'{} AND t.created_at >= $4::int8 AND t.created_at < "
        "$5::int8 "
        "ORDER BY t.position, t.id LIMIT $6::int8",
        reads_of(db_, info_of_model<EventLog>()), replay.only_missing ? " AND t.status <> 'delivered'" : "");
  });
  const auto limit = bounded(replay.limit, kClaimed);
  const std::array<SqlValue, 6> values{std::string_view(replay.client_service_id.str()),
                                       cursor.at,
                                       std::string_view(cursor.id),
                                       replay.since.value_or(Instant()).millis(),
                                       replay.until.value_or(Instant::never()).millis(),
                                       limit};
  CTR_TRY(rows, read_logs(page, values));
  std::vector<LogId> ids;
  for (const auto& placed : rows) ids.push_back(placed.log.id);
  CTR_TRY(moved, send_again(ids, replay.at));
  replayed.moved = moved;
  if (!rows.empty() && static_cast<std::int64_t>(rows.size()) == limit)
    replayed.next = to_text({.at = rows.back().position, .id = rows.back().log.id.str()});
  return replayed;
}

Result<std::vector<ports::DeliveryTotal>> ChargingSql::delivery_totals() {
  const auto& read = text("charging_totals", [] {
    return "SELECT t.client_service_id, t.status, count(*), min(t.created_at) FROM event_log AS t GROUP BY "
           "t.client_service_id, t.status";
  });
  std::vector<ports::DeliveryTotal> totals;
  const auto read_row = [&](SqlRow& row) -> Status {
    auto& total = totals.emplace_back();
    CTR_CHECK(detail::get(row, total.client_service_id));
    CTR_CHECK(detail::get(row, total.status));
    total.count = static_cast<std::uint64_t>(row.number());
    total.oldest_at = Instant::from_millis(row.number());
    return {};
  };
  CTR_CHECK(db_.ask(read, {}, read_row));
  std::ranges::sort(totals, {},
                    [](const auto& total) { return std::tie(total.client_service_id, total.status); });
  return totals;
}

}  // namespace contactor::store
