#include "store/charging/filter.h"
#include "store/charging/sql.h"

namespace contactor::store {
namespace {

using charging::ChargingEvent;
using charging::ChargingStat;
using charging::EventLog;

/// Is the shard of a row its id's?
template <class Model>
constexpr bool kIsByIdShard = std::is_same_v<Model, ChargingEvent> || std::is_same_v<Model, ChargingStat>;

/// The column that a list goes by.
template <class Model>
constexpr std::string_view kListedBy = "created_at";
template <>
constexpr std::string_view kListedBy<ChargingEvent> = "started_at";
template <>
constexpr std::string_view kListedBy<ChargingStat> = "measured_at";

/// What a client may see of a table `t`; `{0}` is the client.
constexpr std::string_view kNothing = "FALSE";
template <class Model>
constexpr std::string_view kVisible = kNothing;
template <>
constexpr std::string_view kVisible<charging::Client> = "t.id = {0}";
template <>
constexpr std::string_view kVisible<charging::ClientService> = "t.client_id = {0}";
template <>
constexpr std::string_view kVisible<charging::Service> =
    "EXISTS (SELECT 1 FROM client_service AS s WHERE s.service_id = t.id AND s.client_id = {0})";
template <>
constexpr std::string_view kVisible<EventLog> =
    "t.client_service_id IN (SELECT s.id FROM client_service AS s WHERE s.client_id = {0})";
template <>
constexpr std::string_view kVisible<ChargingEvent> =
    "EXISTS (SELECT 1 FROM event_log AS l WHERE l.shard = t.shard AND l.charging_event_id = t.id AND "
    "l.client_service_id IN (SELECT s.id FROM client_service AS s WHERE s.client_id = {0}))";

/// The conditions of a list, each with its parameter.
class Conditions {
 public:
  explicit Conditions(std::string_view model) : name_(fmt::format("charging_{}_list", model)) {}

  [[nodiscard]] std::string parameter(SqlValue value, std::string_view type) {
    values_.push_back(value);
    return fmt::format("${}::{}", values_.size(), type);
  }
  /// @param tag  names the condition in the statement's name.
  void add(char tag, const std::string& condition) {
    name_ += tag;
    sql_ += (sql_.empty() ? " WHERE " : " AND ") + condition;
  }
  template <class Model>
  void equal(char tag, std::string_view column, std::string_view value) {
    if (value.empty()) return;
    if (!has<Model>(column)) return add(tag, "FALSE");
    const auto named = parameter(value, "text");
    add(tag, fmt::format("t.{} = {}", column, named));
  }
  template <class Model>
  [[nodiscard]] static bool has(std::string_view column) {
    for (const auto& field : info_of_model<Model>().fields)
      if (field.name == column) return true;
    return false;
  }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& sql() const { return sql_; }
  [[nodiscard]] std::span<const SqlValue> values() const { return values_; }

 private:
  std::string name_;
  std::string sql_;
  std::vector<SqlValue> values_;
};

template <class Model>
void add_filter(Conditions& where, const ports::ChargingFilter& filter) {
  where.equal<Model>('i', "id", filter.id);
  where.equal<Model>('v', "vin", filter.vin ? filter.vin->str() : "");
  where.equal<Model>('p', "provider", filter.provider);
  where.equal<Model>('d', "device_id", filter.device_id);
  where.equal<Model>('n', Conditions::has<Model>("job_name") ? "job_name" : "name", filter.name);
  where.equal<Model>('c', "credential_id", filter.credential_id.str());
  where.equal<Model>('e', "charging_event_id", filter.charging_event_id.str());
  where.equal<Model>('l', "location_id", filter.location_id.str());
  where.equal<Model>('s', "client_service_id", filter.client_service_id.str());
  where.equal<Model>('t', "status", filter.status ? charging::spelled(*filter.status) : "");
  if (filter.quarantined && !Conditions::has<Model>("quarantined")) where.add('q', "FALSE");
  if (filter.quarantined && Conditions::has<Model>("quarantined"))
    where.add(*filter.quarantined ? 'q' : 'Q', *filter.quarantined ? "t.quarantined" : "NOT t.quarantined");
  if (filter.from)
    where.add('f',
              fmt::format("t.{} >= {}", kListedBy<Model>, where.parameter(filter.from->millis(), "int8")));
  if (filter.until)
    where.add('u',
              fmt::format("t.{} < {}", kListedBy<Model>, where.parameter(filter.until->millis(), "int8")));
  if (filter.client_id && kVisible<Model> == kNothing) where.add('m', "FALSE");
  if (filter.client_id && kVisible<Model> != kNothing)
    where.add('m',
              fmt::format(fmt::runtime(kVisible<Model>), where.parameter(filter.client_id->str(), "text")));
  if constexpr (std::is_same_v<Model, charging::Vehicle>) where.add('k', "t.id IS NOT NULL");
}

Status conflict(std::string_view what) { return fail(ErrorKind::conflict, "store", std::string(what)); }

}  // namespace

// -- reading ----------------------------------------------------------------------------------------------

template <class Model>
Result<std::vector<Model>> ChargingSql::find(const std::vector<charging::IdOf<Model>>& ids) {
  std::vector<Model> found;
  const auto& info = info_of_model<Model>();
  std::vector<SqlColumn> columns{{"id", SqlType::text, false}};
  if (kIsByIdShard<Model>) columns.insert(columns.begin(), {"shard", SqlType::int4, false});
  const auto rows = db_.rows(columns);
  std::set<charging::IdOf<Model>> wanted(ids.begin(), ids.end());
  for (const auto& id : wanted) {
    if (kIsByIdShard<Model>) rows->number(shard_of(id.str()));
    rows->text(id.str());
  }
  if (rows->empty()) return found;
  const auto& find = text(fmt::format("charging_{}_find", info.name), [&] {
    return fmt::format("SELECT {} FROM {} JOIN {} AS t ON {}t.id = i.id", reads_of(db_, info),
                       db_.rows_sql(columns), info.name, kIsByIdShard<Model> ? "t.shard = i.shard AND " : "");
  });
  CTR_CHECK(db_.each(find, *rows, into(found)));
  return found;
}

template <class Model>
Result<ports::ChargingPage<Model>> ChargingSql::list(const ports::ChargingFilter& filter) {
  CTR_TRY(cursor, parse_cursor(filter.cursor));
  const auto& info = info_of_model<Model>();
  Conditions where(info.name);
  add_filter<Model>(where, filter);
  // Rows of event_log that were made in one moment have an order too.
  const bool by_time = is_by_time<Model>(filter);
  const std::string_view place = !by_time                          ? "shard"
                                 : std::is_same_v<Model, EventLog> ? "position"
                                                                   : kListedBy<Model>;
  if (!filter.cursor.empty()) {
    const auto at = where.parameter(cursor.at, "int8");
    const auto id = where.parameter(std::string_view(cursor.id), "text");
    where.add('>', fmt::format("(t.{}, t.id) {} ({}, {})", place, by_time ? '<' : '>', at, id));
  }
  const auto limit = where.parameter(static_cast<std::int64_t>(size_of(filter) + 1), "int8");
  const auto& list = text(where.name() + (by_time ? "" : "_all"), [&] {
    const auto direction = by_time ? " DESC" : "";
    return fmt::format("SELECT t.{0}, {1} FROM {2} AS t{3} ORDER BY t.{0}{4}, t.id{4} LIMIT {5}", place,
                       reads_of(db_, info), info.name, where.sql(), direction, limit);
  });
  ports::ChargingPage<Model> page;
  std::vector<std::int64_t> places;
  CTR_CHECK(db_.ask(list, where.values(), [&](SqlRow& row) {
    places.push_back(row.number());
    return get_fields(row, page.items.emplace_back());
  }));
  if (page.items.size() <= size_of(filter)) return page;
  page.items.pop_back();
  page.next = to_text({.at = places[page.items.size() - 1], .id = page.items.back().id.str()});
  return page;
}

// -- writing ----------------------------------------------------------------------------------------------

namespace {

/// Only a vehicle's row has a shard, and only where there are several.
template <class Model>
bool has_shard(const SqlDb& db) {
  return std::is_same_v<Model, charging::Vehicle> && db.is_postgres();
}

template <class Model>
std::vector<SqlColumn> columns_to_put(const SqlDb& db) {
  auto columns = columns_with({}, info_of_model<Model>(), {{"base", SqlType::int8, true}});
  if (has_shard<Model>(db)) columns.insert(columns.begin(), {"shard", SqlType::int4, false});
  return columns;
}

/// A new row. Of a vehicle also the one that the fleet, or an order, has made.
template <class Model>
std::string insert_sql(const SqlDb& db, std::span<const SqlColumn> columns) {
  const auto own = columns.first(columns.size() - 1);
  std::string otherwise = "NOTHING";
  if constexpr (std::is_same_v<Model, charging::Vehicle>) {
    otherwise.clear();
    for (const auto& column : own)
      if (column.name != "shard" && column.name != "vin" && column.name != "created_at")
        otherwise +=
            fmt::format("{0}{1} = excluded.{1}", otherwise.empty() ? "UPDATE SET " : ", ", column.name);
    otherwise += " WHERE old.id IS NULL";
  }
  constexpr std::string_view twin = std::is_same_v<Model, charging::Vehicle> ? "(shard, vin)" : "";
  const std::string_view key = std::is_same_v<Model, charging::Vehicle> && !db.is_postgres() ? "(vin)" : twin;
  return fmt::format(
      "INSERT INTO {} AS old ({}) SELECT {} FROM {} WHERE true ON CONFLICT {} DO {} RETURNING created_at",
      info_of_model<Model>().name, names_of(own), values_of(db, own), db.rows_sql(columns), key, otherwise);
}

template <class Model>
std::string update_sql(const SqlDb& db, std::span<const SqlColumn> columns) {
  constexpr bool is_vehicle = std::is_same_v<Model, charging::Vehicle>;
  return fmt::format(
      "UPDATE {} AS t SET {} FROM {} WHERE {}t.id = i.id AND t.updated_at = i.base RETURNING {}created_at",
      info_of_model<Model>().name,
      assignments_of(db, columns.first(columns.size() - 1), {"shard", "id", "vin", "created_at"}),
      db.rows_sql(columns), is_vehicle ? "t.vin = i.vin AND " : "", db.is_postgres() ? "t." : "");
}

}  // namespace

template <class Model>
Result<Model> ChargingSql::put(Model model, std::optional<Instant> base, Instant at) {
  CTR_CHECK(settle_put(model, base, at));
  if constexpr (std::is_same_v<Model, charging::Client>) {
    bool is_taken = false;
    const std::array<SqlValue, 2> values{model.token_hash ? SqlValue(*model.token_hash) : SqlValue(),
                                         std::string_view(model.id.str())};
    CTR_CHECK(db_.ask(text("charging_token_twin",
                           [] {
                             return "SELECT 1 FROM client AS t WHERE t.token_hash = $1::text AND t.id <> "
                                    "$2::text";
                           }),
                      values, [&](SqlRow&) -> Status {
                        is_taken = true;
                        return {};
                      }));
    if (is_taken) return fail(conflict("another client has this token").error());
  }
  const auto columns = columns_to_put<Model>(db_);
  const auto rows = db_.rows(columns);
  if constexpr (std::is_same_v<Model, charging::Vehicle>) {
    if (!model.vin) return fail(ErrorKind::invalid, "store", "a vehicle has a VIN");
    if (has_shard<Model>(db_)) rows->number(model.vin->shard());
  }
  put_fields(*rows, model);
  detail::put(*rows, base);
  const auto& info = info_of_model<Model>();
  const auto& put =
      base ? text(fmt::format("charging_{}_next", info.name), [&] { return update_sql<Model>(db_, columns); })
           : text(fmt::format("charging_{}_new", info.name), [&] { return insert_sql<Model>(db_, columns); });
  bool is_stored = false;
  CTR_CHECK(db_.each(put, *rows, [&](SqlRow& row) -> Status {
    is_stored = true;
    model.created_at = row.moment();
    return {};
  }));
  if (!is_stored) return fail(conflict("the record was changed meanwhile, or is on record already").error());
  return model;
}

template Result<charging::Vehicle> ChargingSql::put(charging::Vehicle, std::optional<Instant>, Instant);
template Result<charging::Credential> ChargingSql::put(charging::Credential, std::optional<Instant>, Instant);
template Result<charging::Client> ChargingSql::put(charging::Client, std::optional<Instant>, Instant);
template Result<charging::ClientService> ChargingSql::put(charging::ClientService, std::optional<Instant>,
                                                          Instant);
template Result<charging::Service> ChargingSql::put(charging::Service, std::optional<Instant>, Instant);
template Result<charging::LastRunTime> ChargingSql::put(charging::LastRunTime, std::optional<Instant>,
                                                        Instant);
template Result<charging::Location> ChargingSql::put(charging::Location, std::optional<Instant>, Instant);

#define CTR_READS(Model)                                                                            \
  template Result<std::vector<Model>> ChargingSql::find(const std::vector<charging::IdOf<Model>>&); \
  template Result<ports::ChargingPage<Model>> ChargingSql::list(const ports::ChargingFilter&);
CTR_READS(charging::ChargingEvent)
CTR_READS(charging::ChargingStat)
CTR_READS(charging::Vehicle)
CTR_READS(charging::Credential)
CTR_READS(charging::Client)
CTR_READS(charging::ClientService)
CTR_READS(charging::Service)
CTR_READS(charging::EventLog)
CTR_READS(charging::LastRunTime)
CTR_READS(charging::Location)
#undef CTR_READS

}  // namespace contactor::store
