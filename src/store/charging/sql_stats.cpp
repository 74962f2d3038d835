#include <algorithm>

#include "store/charging/sql.h"

namespace contactor::store {
namespace {

using charging::ChargingStat;
using ports::RecordOutcome;
using ports::StoredStat;

const std::vector<SqlColumn>& stat_columns() {
  static const auto columns = columns_with({{"shard", SqlType::int4, false}}, info_of_model<ChargingStat>(),
                                           {{"stream", SqlType::text, false}});
  return columns;
}

std::string joined(std::span<const SqlColumn> columns, std::string_view before,
                   std::initializer_list<std::string_view> without) {
  std::string text;
  for (const auto& column : columns)
    if (std::ranges::find(without, column.name) == without.end())
      text += fmt::format("{}{}.{}", text.empty() ? "" : ", ", before, column.name);
  return text;
}

std::string insert_sql(const SqlDb& db) {
  return fmt::format("INSERT INTO charging_stat AS old ({}) SELECT {} FROM {} WHERE true",
                     names_of(stat_columns()), values_of(db, stat_columns()), db.rows_sql(stat_columns()));
}

/// `a = excluded.a, …`; a stat keeps the event that it became part of.
std::string replace_sql() {
  std::string text;
  for (const auto& column : stat_columns()) {
    if (column.name == "shard" || column.name == "id") continue;
    const bool is_kept = column.name == "charging_event_id";
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", column.name,
                        is_kept ? "coalesce(excluded.charging_event_id, old.charging_event_id)"
                                : fmt::format("excluded.{}", column.name));
  }
  return text;
}

/// All in one statement: what is on record with the same content is neither changed nor returned.
std::string upsert_sql(const SqlDb& db) {
  const std::initializer_list<std::string_view> kNoContent = {"shard", "id", "created_at",
                                                              "charging_event_id"};
  return fmt::format(
      "{} ON CONFLICT (shard, id) DO UPDATE SET {} WHERE ({}) IS DISTINCT FROM ({}) OR old.charging_event_id "
      "IS "
      "DISTINCT FROM coalesce(excluded.charging_event_id, old.charging_event_id) RETURNING id, xmax = 0",
      insert_sql(db), replace_sql(), joined(stat_columns(), "old", kNoContent),
      joined(stat_columns(), "excluded", kNoContent));
}

void put_stat(SqlRows& rows, const StoredStat& stored) {
  rows.number(shard_of(stored.stat.id.str()));
  put_fields(rows, stored.stat);
  rows.text(stored.stream);
}

}  // namespace

Result<std::vector<RecordOutcome>> ChargingSql::store_stats(const ports::ChargingWrite& write) {
  std::vector<RecordOutcome> outcomes(write.stats.size(), RecordOutcome::unchanged);
  if (write.stats.empty()) return outcomes;
  // Of those with one id the last counts; all writers go through the keys in one order.
  std::vector<std::size_t> order(write.stats.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto key = [&](std::size_t i) -> const std::string& { return write.stats[i].stat.id.str(); };
  std::vector<std::uint8_t> shards;
  for (const auto& stored : write.stats) shards.push_back(shard_of(stored.stat.id.str()));
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return std::tie(shards[a], key(a), b) < std::tie(shards[b], key(b), a);
  });
  order.erase(
      std::ranges::unique(order, [&](std::size_t a, std::size_t b) { return key(a) == key(b); }).begin(),
      order.end());
  std::vector<const StoredStat*> stats;
  for (const std::size_t i : order) stats.push_back(&write.stats[i]);
  CTR_TRY(by_id, upsert_stats(stats, write.at));
  for (const std::size_t i : order)
    if (const auto found = by_id.find(key(i)); found != by_id.end()) outcomes[i] = found->second;
  return outcomes;
}

Result<ChargingSql::Outcomes> ChargingSql::upsert_stats(std::span<const StoredStat* const> stats,
                                                        Instant at) {
  Outcomes outcomes;
  const auto rows = db_.rows(stat_columns());
  if (!db_.is_postgres()) {
    // Its own JSON is only text: what is the same is seen here.
    std::vector<StoredStat> changed;
    CTR_CHECK(keep_changed(stats, changed, outcomes, at));
    if (changed.empty()) return outcomes;
    for (const auto& stat : changed) put_stat(*rows, stat);
    const auto& put = text("charging_put_stats", [&] {
      return insert_sql(db_) + " ON CONFLICT (shard, id) DO UPDATE SET " + replace_sql();
    });
    CTR_CHECK(db_.each(put, *rows, [](SqlRow&) { return Status(); }));
    return outcomes;
  }
  std::unordered_map<std::string_view, std::string_view> ids;
  for (const auto* stat : stats) {
    const auto created_at = stat->stat.created_at;
    rows->number(shard_of(stat->stat.id.str()));
    charging::for_each_field<ChargingStat>([&](const auto& field) {
      if (field.name == "created_at")
        rows->number(created_at.value_or(at).millis());
      else
        detail::put(*rows, stat->stat.*field.member);
    });
    rows->text(stat->stream);
    ids.emplace(stat->stat.id.str(), stat->stat.id.str());
  }
  const auto& put = text("charging_upsert_stats", [&] { return upsert_sql(db_); });
  CTR_CHECK(db_.each(put, *rows, [&](SqlRow& row) -> Status {
    const auto id = ids.find(row.text());
    CTR_ASSERT(id != ids.end());
    outcomes.emplace(id->second, row.number() != 0 ? RecordOutcome::created : RecordOutcome::updated);
    return {};
  }));
  return outcomes;
}

Status ChargingSql::keep_changed(std::span<const StoredStat* const> stats, std::vector<StoredStat>& changed,
                                 Outcomes& outcomes, Instant at) {
  CTR_TRY(stored, stored_stats(stats));
  for (const auto* stat : stats) {
    const auto before = stored.find(stat->stat.id.str());
    const bool is_new = before == stored.end();
    auto after = decide(is_new ? nullptr : &before->second, *stat, at);
    if (!after) continue;
    outcomes.emplace(stat->stat.id.str(), is_new ? RecordOutcome::created : RecordOutcome::updated);
    changed.push_back(std::move(*after));
  }
  return {};
}

Result<std::unordered_map<std::string, StoredStat>> ChargingSql::stored_stats(
    std::span<const StoredStat* const> stats) {
  static const std::array<SqlColumn, 2> columns{SqlColumn{"shard", SqlType::int4, false},
                                                SqlColumn{"id", SqlType::text, false}};
  const auto rows = db_.rows(columns);
  for (const auto* stat : stats) {
    rows->number(shard_of(stat->stat.id.str()));
    rows->text(stat->stat.id.str());
  }
  const auto& find = text("charging_stored_stats", [&] {
    return fmt::format(
        "SELECT {}, t.stream FROM {} JOIN charging_stat AS t ON t.shard = i.shard AND t.id = i.id",
        reads_of(db_, info_of_model<ChargingStat>()), db_.rows_sql(columns));
  });
  std::unordered_map<std::string, StoredStat> found;
  const auto read_row = [&](SqlRow& row) -> Status {
    StoredStat stored;
    CTR_CHECK(get_fields(row, stored.stat));
    stored.stream = row.text();
    auto id = stored.stat.id.str();
    found.emplace(std::move(id), std::move(stored));
    return {};
  };
  CTR_CHECK(db_.each(find, *rows, read_row));
  return found;
}

}  // namespace contactor::store
