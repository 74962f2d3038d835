#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "ports/fleet_store.h"

namespace contactor::store {

// The fleet's rows between structs and either database: `Out` is a statement or a rowset that takes one value
// after another, `Row` a row whose columns are read one after another.

enum class ColumnKind : std::uint8_t { text, int8, int4, boolean };
/// A column as both databases have it.
struct FleetColumn {
  std::string_view name;
  ColumnKind kind = ColumnKind::text;
  bool may_be_null = false;
};

inline constexpr std::array kVehicleRow{
    FleetColumn{"vin"},
    FleetColumn{"version", ColumnKind::int4},
    FleetColumn{"fleet", ColumnKind::text, true},
    FleetColumn{"make", ColumnKind::text, true},
    FleetColumn{"model", ColumnKind::text, true},
    FleetColumn{"type", ColumnKind::text, true},
    FleetColumn{"activation_requested_status", ColumnKind::boolean, true},
    FleetColumn{"activation_status", ColumnKind::boolean, true},
    FleetColumn{"activation_start_date", ColumnKind::int8, true},
    FleetColumn{"activation_end_date", ColumnKind::int8, true},
    FleetColumn{"activation_status_message", ColumnKind::text, true},
    FleetColumn{"activation_comment", ColumnKind::text, true},
    FleetColumn{"is_processed", ColumnKind::boolean},
    FleetColumn{"vehicle_model_id", ColumnKind::int8, true},
    FleetColumn{"standing", ColumnKind::text, true},
    FleetColumn{"reason", ColumnKind::text, true},
    FleetColumn{"oem_detail", ColumnKind::text, true},
    FleetColumn{"handle", ColumnKind::text, true},
    FleetColumn{"valid_until", ColumnKind::int8, true},
    FleetColumn{"oem", ColumnKind::text, true},
    FleetColumn{"accepted_at", ColumnKind::int8, true},
    FleetColumn{"observed_at", ColumnKind::int8, true},
    FleetColumn{"next_check_at", ColumnKind::int8, true},
    FleetColumn{"blocked", ColumnKind::boolean},
    FleetColumn{"failures", ColumnKind::int4},
    FleetColumn{"intent", ColumnKind::text, true},
    FleetColumn{"intents", ColumnKind::int4},
    FleetColumn{"intent_at", ColumnKind::int8, true},
    FleetColumn{"model_by_hand", ColumnKind::boolean},
    FleetColumn{"created_at", ColumnKind::int8},
    FleetColumn{"updated_at", ColumnKind::int8},
};

/// Of `vehicle_activation_history`.
inline constexpr std::array kEntryRow{
    FleetColumn{"vehicle_id"},
    FleetColumn{"number", ColumnKind::int4},
    FleetColumn{"activation_requested_status", ColumnKind::boolean, true},
    FleetColumn{"activation_status", ColumnKind::boolean, true},
    FleetColumn{"activation_status_message", ColumnKind::text, true},
    FleetColumn{"oem_detail", ColumnKind::text, true},
    FleetColumn{"reason", ColumnKind::text, true},
    FleetColumn{"oem", ColumnKind::text, true},
    FleetColumn{"run", ColumnKind::text, true},
    FleetColumn{"at", ColumnKind::int8},
};

/// Of `fleet_alert`.
inline constexpr std::array kAlertRow{
    FleetColumn{"vin"},
    FleetColumn{"kind"},
    FleetColumn{"about"},
    FleetColumn{"oem", ColumnKind::text, true},
    FleetColumn{"raised_at", ColumnKind::int8},
    FleetColumn{"told_at", ColumnKind::int8, true},
    FleetColumn{"ended_at", ColumnKind::int8, true},
};

/// Of `fct_activation_metric`.
inline constexpr std::array kMetricRow{
    FleetColumn{"date"},
    FleetColumn{"oem"},
    FleetColumn{"nb_vehicles_activated", ColumnKind::int8},
    FleetColumn{"partial", ColumnKind::boolean},
    FleetColumn{"run"},
    FleetColumn{"updated_at", ColumnKind::int8},
};

/// Of `vehicle_model`, without its id.
inline constexpr std::array kModelRow{
    FleetColumn{"make"},
    FleetColumn{"model_name"},
    FleetColumn{"type"},
    FleetColumn{"version"},
    FleetColumn{"battery_capacity_wh", ColumnKind::int8, true},
    FleetColumn{"commissioning_date", ColumnKind::int8, true},
    FleetColumn{"end_of_life_date", ColumnKind::int8, true},
    FleetColumn{"warranty_date", ColumnKind::int4, true},
    FleetColumn{"warranty_km", ColumnKind::int8, true},
    FleetColumn{"source"},
};

/// `vin, version, …`
template <std::size_t count>
[[nodiscard]] std::string names_of(const std::array<FleetColumn, count>& columns) {
  std::string text;
  for (const auto& column : columns) text.append(text.empty() ? "" : ", ").append(column.name);
  return text;
}

// -- values that may be missing ---------------------------------------------------------------------------

template <class Out>
void put_text(Out& out, std::string_view text) {
  text.empty() ? out.null() : out.text(text);
}
template <class Out, class T>
void put_number(Out& out, const std::optional<T>& value) {
  value ? out.number(*value) : out.null();
}
template <class Out>
void put_day(Out& out, const std::optional<fleet::Day>& day) {
  day ? out.number(std::int64_t{day->time_since_epoch().count()}) : out.null();
}
/// One that is 0 before it has been.
template <class Out>
void put_moment(Out& out, Instant at) {
  at == Instant() ? out.null() : out.moment(at);
}
template <class Out>
void put_oem(Out& out, std::optional<fleet::Oem> oem) {
  oem ? out.text(to_string(*oem)) : out.null();
}

template <class T, class Row>
std::optional<T> get_number(Row& row) {
  if (!row.next_is_null()) return static_cast<T>(row.read_number());
  row.skip(1);
  return std::nullopt;
}
template <class Row>
std::optional<bool> get_bool(Row& row) {
  const auto value = get_number<std::int64_t>(row);
  return value ? std::optional(*value != 0) : std::nullopt;
}
template <class Row>
std::optional<fleet::Day> get_day(Row& row) {
  const auto value = get_number<std::int32_t>(row);
  return value ? std::optional(fleet::Day(std::chrono::days(*value))) : std::nullopt;
}
template <class Row>
Instant get_moment(Row& row, Instant missing = Instant()) {
  const auto value = get_number<std::int64_t>(row);
  return value ? Instant::from_millis(*value) : missing;
}

/// Reads names and remembers whether one was not known: a row is judged once, at its end. Empty: `missing`.
class FleetNames {
 public:
  template <class Enum>
  Enum operator()(std::string_view text, std::optional<Enum> (*parse)(std::string_view), Enum missing) {
    if (text.empty()) return missing;
    const auto parsed = parse(text);
    known_ = known_ && parsed.has_value();
    return parsed.value_or(missing);
  }
  std::optional<fleet::Oem> oem(std::string_view text) {
    if (text.empty()) return std::nullopt;
    const auto parsed = fleet::parse_oem(text);
    known_ = known_ && parsed.has_value();
    return parsed;
  }
  [[nodiscard]] Status verdict(std::string_view table) const;

 private:
  bool known_ = true;
};

// -- rows -------------------------------------------------------------------------------------------------

template <class Out>
void put_vehicle(Out& out, const fleet::Vehicle& v) {
  out.text(v.vin.str()).number(v.version);
  for (const auto* text : {&v.wish.fleet, &v.wish.make, &v.wish.model, &v.wish.type}) put_text(out, *text);
  put_number(out, v.wish.requested);
  put_number(out, v.status);
  put_day(out, v.wish.start);
  put_day(out, v.wish.end);
  put_text(out, to_string(v.message));
  put_text(out, v.wish.comment);
  out.number(v.processed);
  put_number(out, v.model_id);
  put_text(out, v.cloud.standing == fleet::Standing::unknown ? "" : to_string(v.cloud.standing));
  for (const auto* text : {&v.cloud.reason, &v.cloud.detail, &v.cloud.handle}) put_text(out, *text);
  v.cloud.valid_until.is_never() ? out.null() : out.moment(v.cloud.valid_until);
  put_oem(out, v.oem);
  for (const auto at : {v.accepted_at, v.observed_at, v.next_check_at}) put_moment(out, at);
  out.number(v.blocked).number(v.failures);
  put_text(out, v.intent == fleet::Intent::none ? "" : to_string(v.intent));
  out.number(v.intents);
  put_moment(out, v.intent_at);
  out.number(v.model_by_hand).moment(v.created_at).moment(v.updated_at);
}

/// @errors  internal: a stored name is not known, or the VIN is none.
template <class Row>
Result<fleet::Vehicle> get_vehicle(Row& row) {
  FleetNames names;
  CTR_TRY(vin, Vin::parse(row.read_text()));
  fleet::Vehicle v{.vin = vin};
  v.version = static_cast<std::uint32_t>(row.read_number());
  for (auto* text : {&v.wish.fleet, &v.wish.make, &v.wish.model, &v.wish.type}) *text = row.read_text();
  v.wish.requested = get_bool(row);
  v.status = get_bool(row);
  v.wish.start = get_day(row);
  v.wish.end = get_day(row);
  v.message = names(row.read_text(), fleet::parse_message, fleet::Message::none);
  v.wish.comment = row.read_text();
  v.processed = row.read_number() != 0;
  v.model_id = get_number<std::int64_t>(row);
  v.cloud.standing = names(row.read_text(), fleet::parse_standing, fleet::Standing::unknown);
  for (auto* text : {&v.cloud.reason, &v.cloud.detail, &v.cloud.handle}) *text = row.read_text();
  v.cloud.valid_until = get_moment(row, Instant::never());
  v.oem = names.oem(row.read_text());
  for (auto* at : {&v.accepted_at, &v.observed_at, &v.next_check_at}) *at = get_moment(row);
  v.blocked = row.read_number() != 0;
  v.failures = static_cast<std::uint32_t>(row.read_number());
  v.intent = names(row.read_text(), fleet::parse_intent, fleet::Intent::none);
  v.intents = static_cast<std::uint32_t>(row.read_number());
  v.intent_at = get_moment(row);
  v.model_by_hand = row.read_number() != 0;
  v.created_at = row.read_moment();
  v.updated_at = row.read_moment();
  CTR_CHECK(names.verdict("vehicle"));
  return v;
}

template <class Out>
void put_entry(Out& out, const Vin& vin, const fleet::HistoryEntry& e) {
  out.text(vin.str()).number(e.number);
  put_number(out, e.requested);
  put_number(out, e.status);
  put_text(out, to_string(e.message));
  for (const auto* text : {&e.oem_detail, &e.reason, &e.oem, &e.run}) put_text(out, *text);
  out.moment(e.at);
}

template <class Row>
Result<fleet::HistoryEntry> get_entry(Row& row) {
  FleetNames names;
  fleet::HistoryEntry e;
  row.skip(1);
  e.number = static_cast<std::uint32_t>(row.read_number());
  e.requested = get_bool(row);
  e.status = get_bool(row);
  e.message = names(row.read_text(), fleet::parse_message, fleet::Message::none);
  for (auto* text : {&e.oem_detail, &e.reason, &e.oem, &e.run}) *text = row.read_text();
  e.at = row.read_moment();
  CTR_CHECK(names.verdict("vehicle_activation_history"));
  return e;
}

template <class Out>
void put_alert(Out& out, const fleet::Alert& a) {
  out.text(a.vin.str()).text(to_string(a.kind)).text(a.about);
  put_oem(out, a.oem);
  out.moment(a.raised_at);
  put_moment(out, a.told_at);
  put_moment(out, a.ended_at);
}

template <class Row>
Result<fleet::Alert> get_alert(Row& row) {
  FleetNames names;
  fleet::Alert a;
  CTR_TRY(vin, Vin::parse(row.read_text()));
  a.vin = vin;
  a.kind = names(row.read_text(), fleet::parse_alert_kind, fleet::AlertKind::unmapped);
  a.about = row.read_text();
  a.oem = names.oem(row.read_text());
  a.raised_at = row.read_moment();
  a.told_at = get_moment(row);
  a.ended_at = get_moment(row);
  CTR_CHECK(names.verdict("fleet_alert"));
  return a;
}

template <class Out>
void put_metric(Out& out, const ports::ActivationMetric& m) {
  out.text(m.date).text(m.oem).number(m.activated).number(m.partial).text(m.run).moment(m.updated_at);
}

template <class Row>
Result<ports::ActivationMetric> get_metric(Row& row) {
  ports::ActivationMetric m;
  m.date = row.read_text();
  m.oem = row.read_text();
  m.activated = static_cast<std::uint64_t>(row.read_number());
  m.partial = row.read_number() != 0;
  m.run = row.read_text();
  m.updated_at = row.read_moment();
  return m;
}

template <class Out>
void put_model(Out& out, const fleet::VehicleModel& m) {
  out.text(m.make).text(m.name).text(m.type).text(m.version);
  put_number(out, m.battery_capacity_wh);
  put_day(out, m.sold_from);
  put_day(out, m.sold_until);
  put_number(out, m.warranty_years);
  put_number(out, m.warranty_km);
  out.text(m.source);
}

/// With its id before the columns.
template <class Row>
Result<fleet::VehicleModel> get_model(Row& row) {
  fleet::VehicleModel m;
  m.id = row.read_number();
  for (auto* text : {&m.make, &m.name, &m.type, &m.version}) *text = row.read_text();
  m.battery_capacity_wh = get_number<std::int64_t>(row);
  m.sold_from = get_day(row);
  m.sold_until = get_day(row);
  m.warranty_years = get_number<int>(row);
  m.warranty_km = get_number<std::int64_t>(row);
  m.source = row.read_text();
  return m;
}

/// made_at, document, applied_at.
template <class Row>
ports::StoredPlan get_plan(Row& row, std::string id) {
  ports::StoredPlan plan{.id = std::move(id), .made_at = row.read_moment(), .document = {}, .applied_at = {}};
  plan.document = row.read_text();
  plan.applied_at = row.read_optional_moment();
  return plan;
}

/// vin, full_name, email, region, code, tokens, callback_url, version.
template <class Row>
Result<ports::StoredTeslaOwner> get_owner(Row& row) {
  ports::StoredTeslaOwner o;
  CTR_TRY(vin, Vin::parse(row.read_text()));
  o.vin = vin;
  for (auto* text : {&o.name, &o.email, &o.region, &o.sealed_code, &o.sealed_tokens, &o.callback_url})
    *text = row.read_text();
  o.version = static_cast<std::uint32_t>(row.read_number());
  return o;
}

/// oem, vehicles, active.
template <class Row>
Result<ports::FleetTotals::Row> get_total(Row& row) {
  FleetNames names;
  ports::FleetTotals::Row total;
  total.oem = names.oem(row.read_text());
  total.vehicles = static_cast<std::uint64_t>(row.read_number());
  total.active = static_cast<std::uint64_t>(row.read_number());
  CTR_CHECK(names.verdict("vehicle"));
  return total;
}
/// By cloud, unmapped last.
[[nodiscard]] ports::FleetTotals in_order(std::vector<ports::FleetTotals::Row> rows);

}  // namespace contactor::store
