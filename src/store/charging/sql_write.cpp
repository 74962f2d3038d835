#include <algorithm>

#include "charging_json/codec.h"
#include "store/charging/sql.h"

namespace contactor::store {
namespace {

using charging::ChargingEvent;
using ports::RecordOutcome;
using ports::StoredEvent;

Status nothing(SqlRow&) { return {}; }

/// Of an event with what only the store knows of it; `base` is the version that it replaces.
const std::vector<SqlColumn>& event_columns() {
  static const auto columns = columns_with({{"shard", SqlType::int4, false}}, info_of_model<ChargingEvent>(),
                                           {{"stream", SqlType::text, false},
                                            {"is_computed", SqlType::boolean, false},
                                            {"base", SqlType::int8, false}});
  return columns;
}

constexpr std::array kKey{SqlColumn{"shard", SqlType::int4, false}, SqlColumn{"id", SqlType::text, false}};
constexpr std::array kFence{SqlColumn{"shard", SqlType::int4, false},
                            SqlColumn{"stream", SqlType::text, false},
                            SqlColumn{"version", SqlType::int8, false}};
constexpr std::array kVersion{SqlColumn{"shard", SqlType::int4, false}, SqlColumn{"id", SqlType::text, false},
                              SqlColumn{"version", SqlType::int8, false},
                              SqlColumn{"document", SqlType::text, false}};

const std::vector<SqlColumn>& log_columns() {
  static const auto columns =
      columns_with({{"shard", SqlType::int4, false}}, info_of_model<charging::EventLog>(),
                   {{"vehicle_key", SqlType::text, false}, {"position", SqlType::int8, false}});
  return columns;
}

void put_fences(SqlRows& rows, std::span<const ports::StreamFence> fences) {
  std::vector<const ports::StreamFence*> order;
  for (const auto& fence : fences) order.push_back(&fence);
  std::ranges::sort(order, {},
                    [](const auto* fence) { return std::pair(shard_of(fence->stream), fence->stream); });
  for (const auto* fence : order) {
    rows.number(shard_of(fence->stream));
    rows.text(fence->stream);
    rows.number(static_cast<std::int64_t>(fence->base_version));
  }
}

}  // namespace

Result<ports::ChargingWritten> ChargingSql::write(const ports::ChargingWrite& write) {
  ports::ChargingWritten written{.stale = true};
  // First everything that may refuse the write is read, so that nothing has to be taken back.
  CTR_TRY(fences, fences_hold(write.fences));
  if (!fences) return written;
  CTR_TRY(decisions, decide_all(write));
  if (std::ranges::any_of(decisions, &EventDecision::stale)) return written;
  const auto lost = [&] {
    db_.abandon();
    return ports::ChargingWritten{.stale = true};
  };
  CTR_TRY(raised, raise(write.fences));
  if (!raised) return lost();
  CTR_TRY(stats, store_stats(write));
  CTR_TRY(stored, store_events(decisions));
  if (!stored) return lost();
  std::vector<StoredEvent> versions;
  for (const auto& decision : decisions) {
    written.events.push_back(decision.outcome);
    if (decision.outcome == RecordOutcome::unchanged) continue;
    written.changed.push_back(decision.after.event);
    if (decision.outcome != RecordOutcome::linked) versions.push_back(decision.after);
  }
  CTR_CHECK(log(versions, write.at));
  CTR_CHECK(store_locations(write.locations, write.at));
  if (write.run) {
    CTR_TRY(moved, move_mark(*write.run, write.at));
    if (!moved) return lost();
  }
  written.stale = false;
  written.stats = std::move(stats);
  return written;
}

// -- streams ----------------------------------------------------------------------------------------------

Result<bool> ChargingSql::fences_hold(std::span<const ports::StreamFence> fences) {
  if (fences.empty()) return true;
  const auto rows = db_.rows(kFence);
  put_fences(*rows, fences);
  const auto& find = text("charging_fences", [&] {
    return fmt::format(
        "SELECT t.stream, t.version FROM {} JOIN charging_stream AS t ON t.shard = i.shard AND "
        "t.stream = i.stream{}",
        db_.rows_sql(kFence), locked());
  });
  std::unordered_map<std::string, std::int64_t> versions;
  CTR_CHECK(db_.each(find, *rows, [&](SqlRow& row) -> Status {
    std::string stream(row.text());
    versions.emplace(std::move(stream), row.number());
    return {};
  }));
  return std::ranges::all_of(fences, [&](const auto& fence) {
    const auto found = versions.find(fence.stream);
    return static_cast<std::int64_t>(fence.base_version) == (found == versions.end() ? 0 : found->second);
  });
}

Result<bool> ChargingSql::raise(std::span<const ports::StreamFence> fences) {
  if (fences.empty()) return true;
  const auto rows = db_.rows(kFence);
  put_fences(*rows, fences);
  const auto& raise = text("charging_raise", [&] {
    return fmt::format(
        "INSERT INTO charging_stream AS old (shard, stream, version) SELECT i.shard, i.stream, "
        "i.version + 1 FROM {} WHERE true ON CONFLICT (shard, stream) DO UPDATE SET version = "
        "excluded.version WHERE old.version = excluded.version - 1 RETURNING version",
        db_.rows_sql(kFence));
  });
  std::size_t raised = 0;
  CTR_CHECK(db_.each(raise, *rows, [&](SqlRow&) -> Status {
    ++raised;
    return {};
  }));
  return raised == fences.size();
}

// -- events -----------------------------------------------------------------------------------------------

Result<ChargingSql::Events> ChargingSql::locked_events(std::span<const StoredEvent> events) {
  Events found;
  if (events.empty()) return found;
  const auto rows = db_.rows(kKey);
  std::vector<std::pair<std::uint8_t, std::string_view>> keys;
  for (const auto& event : events) keys.emplace_back(shard_of(event.event.id.str()), event.event.id.str());
  std::ranges::sort(keys);
  for (const auto& [shard, id] : keys) {
    rows->number(shard);
    rows->text(id);
  }
  const auto& find = text("charging_locked_events", [&] {
    return fmt::format(
        "SELECT {}, t.stream, t.is_computed FROM {} JOIN charging_event AS t ON t.shard = i.shard AND t.id = "
        "i.id{}",
        reads_of(db_, info_of_model<ChargingEvent>()), db_.rows_sql(kKey), locked());
  });
  const auto read_row = [&](SqlRow& row) -> Status {
    auto& stored = found.emplace_back();
    CTR_CHECK(get_fields(row, stored.event));
    stored.stream = row.text();
    stored.is_computed = row.number() != 0;
    return {};
  };
  CTR_CHECK(db_.each(find, *rows, read_row));
  return found;
}

Result<std::vector<EventDecision>> ChargingSql::decide_all(const ports::ChargingWrite& write) {
  CTR_TRY(stored, locked_events(write.events));
  std::unordered_map<EventId, const StoredEvent*> before;
  for (const auto& event : stored) before.emplace(event.event.id, &event);
  std::vector<EventDecision> decisions;
  for (const auto& event : write.events) {
    const auto found = before.find(event.event.id);
    decisions.push_back(decide(found == before.end() ? nullptr : found->second, event, write.at));
  }
  return decisions;
}

Result<bool> ChargingSql::store_events(std::span<const EventDecision> decisions) {
  CTR_CHECK(keep_earlier(decisions));
  const auto created = db_.rows(event_columns()), changed = db_.rows(event_columns());
  std::size_t expected = 0, stored = 0;
  for (const auto& [stale, outcome, after] : decisions) {
    if (outcome == RecordOutcome::unchanged) continue;
    ++expected;
    auto& rows = outcome == RecordOutcome::created ? *created : *changed;
    rows.number(shard_of(after.event.id.str()));
    put_fields(rows, after.event);
    rows.text(after.stream);
    rows.number(after.is_computed ? 1 : 0);
    rows.number(after.event.version - (outcome == RecordOutcome::linked ? 0 : 1));
  }
  const auto own_columns = std::span(event_columns()).first(event_columns().size() - 1);
  const auto& insert = text("charging_new_events", [&] {
    return fmt::format(
        "INSERT INTO charging_event ({}) SELECT {} FROM {} WHERE true ON CONFLICT DO NOTHING RETURNING id",
        names_of(own_columns), values_of(db_, own_columns), db_.rows_sql(event_columns()));
  });
  const auto& update = text("charging_next_events", [&] {
    return fmt::format(
        "UPDATE charging_event AS t SET {} FROM {} WHERE t.shard = i.shard AND t.id = i.id AND "
        "t.version = i.base RETURNING {}id",
        assignments_of(db_, own_columns, {"shard", "id"}), db_.rows_sql(event_columns()), own());
  });
  const auto count = [&](SqlRow&) -> Status {
    ++stored;
    return {};
  };
  if (!created->empty()) CTR_CHECK(db_.each(insert, *created, count));
  if (!changed->empty()) CTR_CHECK(db_.each(update, *changed, count));
  return stored == expected;
}

Status ChargingSql::keep_earlier(std::span<const EventDecision> decisions) {
  std::vector<StoredEvent> changed;
  for (const auto& decision : decisions)
    if (decision.outcome == RecordOutcome::updated) changed.push_back(decision.after);
  if (changed.empty()) return {};
  CTR_TRY(before, locked_events(changed));
  const auto rows = db_.rows(kVersion);
  for (const auto& stored : before) {
    rows->number(shard_of(stored.event.id.str()));
    rows->text(stored.event.id.str());
    rows->number(stored.event.version);
    rows->text(charging_json::encode(stored.event));
  }
  const auto& keep = text("charging_keep_versions", [&] {
    return fmt::format(
        "INSERT INTO charging_event_version ({}) SELECT {} FROM {} WHERE true ON CONFLICT DO NOTHING",
        names_of(kVersion), values_of(db_, kVersion), db_.rows_sql(kVersion));
  });
  return db_.each(keep, *rows, nothing);
}

// -- what is to be delivered ------------------------------------------------------------------------------

Result<std::unordered_map<std::string, std::string>> ChargingSql::other_providers(
    std::span<const StoredEvent> versions) {
  std::unordered_map<std::string, std::string> providers;
  const auto rows = db_.rows(kKey);
  std::set<std::string_view> ids;
  for (const auto& version : versions)
    if (version.event.same_as) ids.insert(version.event.same_as->str());
  if (ids.empty()) return providers;
  for (const auto id : ids) {
    rows->number(shard_of(id));
    rows->text(id);
  }
  const auto& find = text("charging_other_providers", [&] {
    return fmt::format(
        "SELECT t.id, t.provider FROM {} JOIN charging_event AS t ON t.shard = i.shard AND t.id = i.id",
        db_.rows_sql(kKey));
  });
  CTR_CHECK(db_.each(find, *rows, [&](SqlRow& row) -> Status {
    std::string id(row.text());
    providers.emplace(std::move(id), row.text());
    return {};
  }));
  return providers;
}

Status ChargingSql::log(std::span<const StoredEvent> versions, Instant at) {
  if (versions.empty()) return {};
  CTR_TRY(everybody, subscriptions());
  if (everybody.empty()) return {};
  CTR_TRY(providers, other_providers(versions));
  const auto other = [&](const ChargingEvent& event) -> std::optional<std::string> {
    const auto found = providers.find(event.same_as->str());
    return found == providers.end() ? std::nullopt : std::optional(found->second);
  };
  const auto rows = db_.rows(log_columns());
  for (const auto& row : log_rows(versions, everybody, at, other)) {
    rows->number(shard_of(row.log.charging_event_id.str()));
    put_fields(*rows, row.log);
    rows->text(row.vehicle_key);
    rows->number(row.position);
  }
  if (rows->empty()) return {};
  const auto& insert = text("charging_log", [&] {
    return fmt::format("INSERT INTO event_log ({}) SELECT {} FROM {} WHERE true ON CONFLICT DO NOTHING",
                       names_of(log_columns()), values_of(db_, log_columns()), db_.rows_sql(log_columns()));
  });
  return db_.each(insert, *rows, nothing);
}

// -- places and marks -------------------------------------------------------------------------------------

Status ChargingSql::store_locations(std::span<const charging::Location> locations, Instant at) {
  if (locations.empty()) return {};
  static const auto columns = columns_with({}, info_of_model<charging::Location>(), {});
  const auto rows = db_.rows(columns);
  for (auto location : locations) {
    location.created_at = location.updated_at = at;
    put_fields(*rows, location);
  }
  const auto& insert = text("charging_locations", [&] {
    return fmt::format("INSERT INTO location ({}) SELECT {} FROM {} WHERE true ON CONFLICT DO NOTHING",
                       names_of(columns), values_of(db_, columns), db_.rows_sql(columns));
  });
  return db_.each(insert, *rows, nothing);
}

Result<bool> ChargingSql::move_mark(const charging::LastRunTime& run, Instant at) {
  const auto& info = info_of_model<charging::LastRunTime>();
  const auto id = id_of_mark(run);
  const std::array<SqlValue, 1> key{std::string_view(id.str())};
  const auto& find = text("charging_mark", [&] {
    return fmt::format("SELECT {} FROM last_run_time AS t WHERE t.id = $1::text{}", reads_of(db_, info),
                       locked());
  });
  std::vector<charging::LastRunTime> stored;
  CTR_CHECK(db_.ask(find, key, into(stored)));
  static const auto columns = columns_with({}, info, {});
  const auto rows = db_.rows(columns);
  put_fields(*rows, moved(stored.empty() ? nullptr : &stored.front(), run, at));
  bool is_stored = false;
  const auto& insert = text("charging_new_mark", [&] {
    return fmt::format(
        "INSERT INTO last_run_time ({}) SELECT {} FROM {} WHERE true ON CONFLICT DO NOTHING RETURNING id",
        names_of(columns), values_of(db_, columns), db_.rows_sql(columns));
  });
  const auto& update = text("charging_next_mark", [&] {
    return fmt::format("UPDATE last_run_time AS t SET {} FROM {} WHERE t.id = i.id RETURNING {}id",
                       assignments_of(db_, columns, {"id"}), db_.rows_sql(columns), own());
  });
  CTR_CHECK(db_.each(stored.empty() ? insert : update, *rows, [&](SqlRow&) -> Status {
    is_stored = true;
    return {};
  }));
  return is_stored;
}

}  // namespace contactor::store
