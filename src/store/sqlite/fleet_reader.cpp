#include "store/sqlite/fleet_reader.h"

#include <algorithm>

#include "store/fleet_check.h"
#include "store/fleet_rows.h"

namespace contactor::store::sqlite {
namespace {

/// Ends a statement that may have rows left, so that it holds no snapshot open.
struct Ended {
  Statement& statement;
  ~Ended() { statement.end(); }
};

/// All rows of a started statement, through one reading function.
template <class T, class Read>
Result<std::vector<T>> all(Statement& statement, Read read) {
  const Ended ended{statement};
  std::vector<T> rows;
  for (;;) {
    CTR_TRY(found, statement.step());
    if (!found) return rows;
    Result<T> row = read(statement);
    if (!row) return fail(std::move(row.error()));
    rows.push_back(std::move(*row));
  }
}

const std::string kFind =
    fmt::format("SELECT {} FROM vehicle WHERE vin=?1 AND version>0", names_of(kVehicleRow));
const std::string kPage = fmt::format(
    "SELECT {} FROM vehicle WHERE vin>?1 AND version>0 AND (?2='' OR fleet=?2) AND (?3='' OR oem=?3) AND "
    "(?4 IS NULL OR activation_status=?4) ORDER BY vin LIMIT ?5",
    names_of(kVehicleRow));
const std::string kHistory =
    fmt::format("SELECT {} FROM vehicle_activation_history WHERE vehicle_id=?1 ORDER BY number DESC LIMIT ?2",
                names_of(kEntryRow));
const std::string kMetrics = fmt::format(
    "SELECT {} FROM fct_activation_metric WHERE date IN (SELECT DISTINCT date FROM fct_activation_metric "
    "ORDER BY date DESC LIMIT ?1) ORDER BY date DESC, oem",
    names_of(kMetricRow));
const std::string kModels = fmt::format("SELECT id, {} FROM vehicle_model ORDER BY id", names_of(kModelRow));
const std::string kAlerts = fmt::format(
    "SELECT {} FROM fleet_alert WHERE ended_at IS NULL OR NOT ?1 ORDER BY raised_at DESC, vin, kind, about "
    "LIMIT ?2",
    names_of(kAlertRow));
constexpr std::string_view kTotals =
    "SELECT oem, count(*), sum(activation_status IS TRUE) FROM vehicle WHERE version>0 GROUP BY oem";
const std::string kEveryOwner =
    "SELECT u.vin, u.full_name, u.email, u.region, t.code, t.tokens, t.callback_url, u.version FROM "
    "tesla_user AS u JOIN tesla_user_tokens AS t ON t.vin=u.vin";
const std::string kOwners = kEveryOwner + " ORDER BY u.vin";
const std::string kOwner = kEveryOwner + " WHERE u.vin=?1";

}  // namespace

Result<Statement*> FleetReader::start(std::string_view sql) {
  CTR_TRY(statement, connection_.prepare(sql));
  return &statement->start();
}

Result<std::vector<fleet::Vehicle>> FleetReader::find(const std::vector<Vin>& vins) {
  std::vector<fleet::Vehicle> found;
  found.reserve(vins.size());
  for (const auto& vin : vins) {
    CTR_TRY(statement, start(kFind));
    const Ended ended{*statement};
    CTR_TRY(is_known, statement->text(vin.str()).step());
    if (!is_known) continue;
    CTR_TRY(vehicle, get_vehicle(*statement));
    found.push_back(std::move(vehicle));
  }
  return found;
}

Result<std::vector<fleet::Vehicle>> FleetReader::page(const ports::VehicleFilter& filter) {
  CTR_TRY(from, start_of(filter));
  CTR_TRY(statement, start(kPage));
  statement->text(from.after).text(filter.fleet).text(filter.oem ? to_string(*filter.oem) : "");
  put_number(*statement, filter.status);
  statement->number(size_of(filter));
  return all<fleet::Vehicle>(*statement, get_vehicle<Statement>);
}

Result<std::vector<fleet::HistoryEntry>> FleetReader::history(const Vin& vin, std::size_t limit) {
  CTR_TRY(statement, start(kHistory));
  statement->text(vin.str()).number(std::min<std::size_t>(limit, INT32_MAX));
  CTR_TRY(entries, all<fleet::HistoryEntry>(*statement, get_entry<Statement>));
  std::ranges::reverse(entries);
  return entries;
}

Result<ports::FleetTotals> FleetReader::totals() {
  CTR_TRY(statement, start(kTotals));
  CTR_TRY(rows, all<ports::FleetTotals::Row>(*statement, get_total<Statement>));
  return in_order(std::move(rows));
}

Result<std::optional<ports::StoredPlan>> FleetReader::find_plan(const std::string& id) {
  CTR_TRY(statement, start("SELECT made_at, document, applied_at FROM fleet_plan WHERE id=?1"));
  const Ended ended{*statement};
  CTR_TRY(found, statement->text(id).step());
  if (!found) return std::optional<ports::StoredPlan>();
  return std::optional(get_plan(*statement, id));
}

Result<std::vector<ports::ActivationMetric>> FleetReader::metrics(std::size_t days) {
  CTR_TRY(statement, start(kMetrics));
  statement->number(std::min<std::size_t>(days, INT32_MAX));
  return all<ports::ActivationMetric>(*statement, get_metric<Statement>);
}

Result<std::vector<fleet::VehicleModel>> FleetReader::models() {
  CTR_TRY(statement, start(kModels));
  return all<fleet::VehicleModel>(*statement, get_model<Statement>);
}

Result<std::vector<fleet::Alert>> FleetReader::alerts(bool lasting_only, std::size_t limit) {
  CTR_TRY(statement, start(kAlerts));
  statement->number(lasting_only).number(std::min<std::size_t>(limit, INT32_MAX));
  return all<fleet::Alert>(*statement, get_alert<Statement>);
}

Result<std::vector<ports::StoredTeslaOwner>> FleetReader::tesla_owners() {
  CTR_TRY(statement, start(kOwners));
  return all<ports::StoredTeslaOwner>(*statement, get_owner<Statement>);
}

Result<std::optional<ports::StoredTeslaOwner>> FleetReader::tesla_owner(const Vin& vin) {
  CTR_TRY(statement, start(kOwner));
  const Ended ended{*statement};
  CTR_TRY(is_known, statement->text(vin.str()).step());
  if (!is_known) return std::optional<ports::StoredTeslaOwner>();
  CTR_TRY(owner, get_owner(*statement));
  return std::optional(std::move(owner));
}

Result<std::vector<std::pair<std::string, std::string>>> FleetReader::tesla_codes() {
  using Code = std::pair<std::string, std::string>;
  CTR_TRY(
      statement,
      start("SELECT fleet_id, authentication_code FROM fleet_tesla_authentication_code ORDER BY fleet_id"));
  return all<Code>(*statement, [](Statement& row) -> Result<Code> {
    std::string fleet(row.read_text());
    return Code(std::move(fleet), row.read_text());
  });
}

}  // namespace contactor::store::sqlite
