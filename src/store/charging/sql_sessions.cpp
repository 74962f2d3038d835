#include <algorithm>

#include "charging_json/codec.h"
#include "store/charging/sql.h"

namespace contactor::store {
namespace {

using charging::ChargingEvent;
using charging::ChargingStat;

std::string event_reads(const SqlDb& db) {
  return reads_of(db, info_of_model<ChargingEvent>()) + ", t.stream, t.is_computed";
}

Status get_stored(SqlRow& row, ports::StoredEvent& stored) {
  CTR_CHECK(get_fields(row, stored.event));
  stored.stream = row.text();
  stored.is_computed = row.number() != 0;
  return {};
}

}  // namespace

Result<std::vector<ChargingStat>> ChargingSql::stats(const ports::StatWindow& window) {
  const auto& read = text(window.backwards ? "charging_stats_before" : "charging_stats_from", [&] {
    return fmt::format(
        "SELECT {0} FROM charging_stat AS t WHERE t.stream = $1::text AND t.measured_at >= $2::int8 AND "
        "t.measured_at < $3::int8 ORDER BY t.measured_at{1}, t.id{1} LIMIT $4::int8",
        reads_of(db_, info_of_model<ChargingStat>()), window.backwards ? " DESC" : "");
  });
  const std::array<SqlValue, 4> values{std::string_view(window.stream), window.from.millis(),
                                       window.until.millis(),
                                       static_cast<std::int64_t>(std::min(window.limit, kStatsRead))};
  std::vector<ChargingStat> found;
  CTR_CHECK(db_.ask(read, values, into(found)));
  return found;
}

Result<std::vector<std::pair<std::string, std::uint64_t>>> ChargingSql::stream_versions(
    const std::vector<std::string>& streams) {
  static constexpr std::array columns{SqlColumn{"shard", SqlType::int4, false},
                                      SqlColumn{"stream", SqlType::text, false}};
  std::vector<std::pair<std::string, std::uint64_t>> found;
  const auto rows = db_.rows(columns);
  for (const auto& stream : std::set(streams.begin(), streams.end())) {
    rows->number(shard_of(stream));
    rows->text(stream);
  }
  if (rows->empty()) return found;
  const auto& read = text("charging_stream_versions", [&] {
    return fmt::format(
        "SELECT t.stream, t.version FROM {} JOIN charging_stream AS t ON t.shard = i.shard AND "
        "t.stream = i.stream",
        db_.rows_sql(columns));
  });
  CTR_CHECK(db_.each(read, *rows, [&](SqlRow& row) -> Status {
    std::string stream(row.text());
    found.emplace_back(std::move(stream), static_cast<std::uint64_t>(row.number()));
    return {};
  }));
  return found;
}

Result<ChargingSql::Events> ChargingSql::stored_events(const std::vector<EventId>& ids) {
  static constexpr std::array columns{SqlColumn{"shard", SqlType::int4, false},
                                      SqlColumn{"id", SqlType::text, false}};
  Events found;
  const auto rows = db_.rows(columns);
  for (const auto& id : std::set(ids.begin(), ids.end())) {
    rows->number(shard_of(id.str()));
    rows->text(id.str());
  }
  if (rows->empty()) return found;
  const auto& read = text("charging_stored_events", [&] {
    return fmt::format("SELECT {} FROM {} JOIN charging_event AS t ON t.shard = i.shard AND t.id = i.id",
                       event_reads(db_), db_.rows_sql(columns));
  });
  CTR_CHECK(db_.each(read, *rows, [&](SqlRow& row) { return get_stored(row, found.emplace_back()); }));
  return found;
}

Result<ChargingSql::Events> ChargingSql::read_events(const SqlText& text, std::span<const SqlValue> values) {
  Events found;
  CTR_CHECK(db_.ask(text, values, [&](SqlRow& row) { return get_stored(row, found.emplace_back()); }));
  return found;
}

Result<ChargingSql::Events> ChargingSql::events_of(const Vin& vin, Instant from, Instant until) {
  const auto& read = text("charging_events_of", [&] {
    return fmt::format(
        "SELECT {} FROM charging_event AS t WHERE t.vin = $1::text AND NOT t.quarantined AND t.started_at <= "
        "$3::int8 AND (t.ended_at IS NULL OR t.ended_at >= $2::int8) ORDER BY t.started_at, t.id LIMIT {}",
        event_reads(db_), kChargingBatch);
  });
  const std::array<SqlValue, 3> values{vin.str(), from.millis(), until.millis()};
  return read_events(read, values);
}

Result<ChargingSql::Events> ChargingSql::events_of_stream(const std::string& stream, Instant from,
                                                          Instant until) {
  const auto& read = text("charging_events_of_stream", [&] {
    return fmt::format(
        "SELECT {} FROM charging_event AS t WHERE t.stream = $1::text AND t.started_at <= $3::int8 AND "
        "(t.ended_at IS NULL OR t.ended_at >= $2::int8) ORDER BY t.started_at, t.id LIMIT {}",
        event_reads(db_), kChargingBatch);
  });
  const std::array<SqlValue, 3> values{std::string_view(stream), from.millis(), until.millis()};
  return read_events(read, values);
}

Result<ChargingSql::Events> ChargingSql::open_events(Instant before, std::size_t limit) {
  const auto& read = text("charging_open_events", [&] {
    return fmt::format(
        "SELECT {} FROM charging_event AS t WHERE t.is_computed AND t.ended_at IS NULL AND "
        "t.started_at < $1::int8 ORDER BY t.started_at, t.id LIMIT $2::int8",
        event_reads(db_));
  });
  const std::array<SqlValue, 2> values{before.millis(),
                                       static_cast<std::int64_t>(std::min(limit, kChargingBatch))};
  return read_events(read, values);
}

Result<std::vector<ChargingEvent>> ChargingSql::event_versions(const EventId& id) {
  const auto& read = text("charging_event_versions", [] {
    return "SELECT t.document FROM charging_event_version AS t WHERE t.shard = $1::int8 AND t.id = $2::text "
           "ORDER BY t.version";
  });
  const std::array<SqlValue, 2> values{std::int64_t{shard_of(id.str())}, std::string_view(id.str())};
  std::vector<ChargingEvent> versions;
  CTR_CHECK(db_.ask(read, values, [&](SqlRow& row) -> Status {
    CTR_TRY(version, charging_json::decode_text<ChargingEvent>(row.text()));
    versions.push_back(std::move(version));
    return {};
  }));
  CTR_TRY(current, find<ChargingEvent>({id}));
  std::ranges::move(current, std::back_inserter(versions));
  return versions;
}

Result<std::optional<ChargingEvent>> ChargingSql::earlier_version(const EventId& id, std::int64_t version) {
  const auto& read = text("charging_event_version_at", [] {
    return "SELECT t.document FROM charging_event_version AS t WHERE t.shard = $1::int8 AND t.id = $2::text "
           "AND t.version = $3::int8";
  });
  const std::array<SqlValue, 3> values{std::int64_t{shard_of(id.str())}, std::string_view(id.str()), version};
  std::optional<ChargingEvent> found;
  CTR_CHECK(db_.ask(read, values, [&](SqlRow& row) -> Status {
    CTR_TRY(event, charging_json::decode_text<ChargingEvent>(row.text()));
    found = std::move(event);
    return {};
  }));
  return found;
}

Result<std::optional<charging::Client>> ChargingSql::client_of_token(const std::string& hash, Instant now) {
  const auto& read = text("charging_client_of_token", [&] {
    return fmt::format(
        "SELECT {} FROM client AS t WHERE t.active AND (t.token_hash = $1::text OR "
        "(t.previous_token_hash = $1::text AND t.previous_token_until > $2::int8)) LIMIT 1",
        reads_of(db_, info_of_model<charging::Client>()));
  });
  const std::array<SqlValue, 2> values{std::string_view(hash), now.millis()};
  std::vector<charging::Client> found;
  CTR_CHECK(db_.ask(read, values, into(found)));
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

}  // namespace contactor::store
