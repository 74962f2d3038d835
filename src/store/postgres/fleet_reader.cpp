#include "store/postgres/fleet_reader.h"

#include <algorithm>

#include "store/fleet_check.h"
#include "store/fleet_rows.h"

namespace contactor::store::postgres {
namespace {

template <std::size_t count>
std::string names_with(std::string_view prefix, const std::array<FleetColumn, count>& columns) {
  std::string text;
  for (const auto& column : columns)
    text += fmt::format("{}{}.{}", text.empty() ? "" : ", ", prefix, column.name);
  return text;
}

const Statement kFind{"fleet_find",
                      fmt::format("SELECT {} FROM (SELECT unnest($1::int4[]) AS shard, unnest($2::text[]) AS "
                                  "vin) AS i JOIN vehicle AS v ON v.shard = i.shard AND v.vin = i.vin WHERE "
                                  "v.version > 0",
                                  names_with("v", kVehicleRow))};
const Statement kPage{
    "fleet_page",
    fmt::format("SELECT {} FROM vehicle AS v WHERE (v.shard, v.vin) > ($1::int4, $2::text) AND v.version > 0 "
                "AND ($3::text = '' OR v.fleet = $3) AND ($4::text = '' OR v.oem = $4) AND ($5::bool IS NULL "
                "OR v.activation_status = $5) ORDER BY v.shard, v.vin LIMIT $6::int8",
                names_with("v", kVehicleRow))};
const Statement kVehicleHistory{
    "fleet_history",
    fmt::format("SELECT {} FROM vehicle_activation_history AS h WHERE h.shard = $1::int4 AND h.vehicle_id = "
                "$2::text ORDER BY h.number DESC LIMIT $3::int8",
                names_with("h", kEntryRow))};
const Statement kTotals{
    "fleet_totals",
    "SELECT oem, count(*), count(*) FILTER (WHERE activation_status) FROM vehicle WHERE version > 0 GROUP BY "
    "oem"};
const Statement kPlan{"fleet_plan",
                      "SELECT made_at, document, applied_at FROM fleet_plan WHERE id = $1::text"};
const Statement kMetrics{
    "fleet_metrics",
    fmt::format("SELECT {} FROM fct_activation_metric AS m WHERE m.date IN (SELECT DISTINCT date FROM "
                "fct_activation_metric ORDER BY date DESC LIMIT $1::int8) ORDER BY m.date DESC, m.oem",
                names_with("m", kMetricRow))};
const Statement kModels{"fleet_models", fmt::format("SELECT m.id, {} FROM vehicle_model AS m ORDER BY m.id",
                                                    names_with("m", kModelRow))};
const Statement kAlerts{
    "fleet_alerts", fmt::format("SELECT {} FROM fleet_alert AS a WHERE a.ended_at IS NULL OR NOT "
                                "$1::bool ORDER BY a.raised_at DESC, a.vin, a.kind, a.about LIMIT $2::int8",
                                names_with("a", kAlertRow))};
const std::string kEveryOwner =
    "SELECT u.vin, u.full_name, u.email, u.region, t.code, t.tokens, t.callback_url, u.version FROM "
    "tesla_user AS u JOIN tesla_user_tokens AS t ON t.shard = u.shard AND t.vin = u.vin";
const Statement kOwners{"fleet_owners", kEveryOwner + " ORDER BY u.vin"};
const Statement kOwner{"fleet_owner", kEveryOwner + " WHERE u.shard = $1::int4 AND u.vin = $2::text"};
const Statement kTeslaCodes{
    "fleet_tesla_codes",
    "SELECT fleet_id, authentication_code FROM fleet_tesla_authentication_code ORDER BY fleet_id"};

std::int64_t bounded(std::size_t limit) {
  return static_cast<std::int64_t>(std::min<std::size_t>(limit, INT32_MAX));
}

template <class T, class Read>
Result<std::vector<T>> all_in(Answer& answer, Read read) {
  std::vector<T> rows;
  rows.reserve(static_cast<std::size_t>(answer.count()));
  while (answer.next()) {
    Result<T> row = read(answer);
    if (!row) return fail(std::move(row.error()));
    rows.push_back(std::move(*row));
  }
  return rows;
}

}  // namespace

Result<Answer> FleetReader::ask(const Statement& statement, Values values) {
  auto answer = transactor_.ask({.statement = &statement, .values = std::move(values)});
  if (answer) return std::move(*answer);
  auto& refusal = answer.error();
  return fail(refusal.error ? std::move(*refusal.error) : error_of(refusal.failure));
}

template <class T, class Read>
Result<std::vector<T>> FleetReader::all(const Statement& statement, Values values, Read read) {
  CTR_TRY(answer, ask(statement, std::move(values)));
  return all_in<T>(answer, read);
}

Result<std::vector<fleet::Vehicle>> FleetReader::find(const std::vector<Vin>& vins) {
  Array shards(Type::int4), names(Type::text);
  for (const auto& vin : vins) {
    shards.add_number(vin.shard());
    names.add_text(vin.str());
  }
  Values values;
  values.array(shards).array(names);
  return all<fleet::Vehicle>(kFind, std::move(values), get_vehicle<Answer>);
}

Result<std::vector<fleet::Vehicle>> FleetReader::page(const ports::VehicleFilter& filter) {
  CTR_TRY(rows, page_rows(filter));
  return vehicles_in(std::move(rows));
}

Result<std::vector<fleet::Vehicle>> FleetReader::vehicles_in(Answer rows) {
  return all_in<fleet::Vehicle>(rows, get_vehicle<Answer>);
}

Result<Answer> FleetReader::page_rows(const ports::VehicleFilter& filter) {
  CTR_TRY(from, start_of(filter));
  Values values;
  values.int4(from.shard).text(from.after).text(filter.fleet).text(filter.oem ? to_string(*filter.oem) : "");
  filter.status ? values.boolean(*filter.status) : values.null();
  values.int8(bounded(size_of(filter)));
  return ask(kPage, std::move(values));
}

Result<std::vector<fleet::HistoryEntry>> FleetReader::history(const Vin& vin, std::size_t limit) {
  CTR_TRY(entries, all<fleet::HistoryEntry>(kVehicleHistory,
                                            Values().int4(vin.shard()).text(vin.str()).int8(bounded(limit)),
                                            get_entry<Answer>));
  std::ranges::reverse(entries);
  return entries;
}

Result<ports::FleetTotals> FleetReader::totals() {
  CTR_TRY(rows, all<ports::FleetTotals::Row>(kTotals, {}, get_total<Answer>));
  return in_order(std::move(rows));
}

Result<std::optional<ports::StoredPlan>> FleetReader::find_plan(const std::string& id) {
  CTR_TRY(answer, ask(kPlan, Values().text(id)));
  if (!answer.next()) return std::optional<ports::StoredPlan>();
  return std::optional(get_plan(answer, id));
}

Result<std::vector<ports::ActivationMetric>> FleetReader::metrics(std::size_t days) {
  return all<ports::ActivationMetric>(kMetrics, Values().int8(bounded(days)), get_metric<Answer>);
}

Result<std::vector<fleet::VehicleModel>> FleetReader::models() {
  return all<fleet::VehicleModel>(kModels, {}, get_model<Answer>);
}

Result<std::vector<fleet::Alert>> FleetReader::alerts(bool lasting_only, std::size_t limit) {
  return all<fleet::Alert>(kAlerts, Values().boolean(lasting_only).int8(bounded(limit)), get_alert<Answer>);
}

Result<std::vector<ports::StoredTeslaOwner>> FleetReader::tesla_owners() {
  return all<ports::StoredTeslaOwner>(kOwners, {}, get_owner<Answer>);
}

Result<std::optional<ports::StoredTeslaOwner>> FleetReader::tesla_owner(const Vin& vin) {
  CTR_TRY(answer, ask(kOwner, Values().int4(vin.shard()).text(vin.str())));
  if (!answer.next()) return std::optional<ports::StoredTeslaOwner>();
  CTR_TRY(owner, get_owner(answer));
  return std::optional(std::move(owner));
}

Result<std::vector<std::pair<std::string, std::string>>> FleetReader::tesla_codes() {
  using Code = std::pair<std::string, std::string>;
  return all<Code>(kTeslaCodes, {}, [](Answer& row) -> Result<Code> {
    std::string fleet(row.read_text());
    return Code(std::move(fleet), row.read_text());
  });
}

}  // namespace contactor::store::postgres
