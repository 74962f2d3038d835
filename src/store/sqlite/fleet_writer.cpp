#include "store/sqlite/fleet_writer.h"

#include "store/fleet_check.h"
#include "store/fleet_rows.h"

namespace contactor::store::sqlite {
namespace {

using ports::FleetOutcome;

template <std::size_t count>
std::string insert_sql(std::string_view table, const std::array<FleetColumn, count>& columns) {
  std::string parameters;
  for (std::size_t i = 1; i <= count; ++i) parameters += fmt::format("{}?{}", i == 1 ? "" : ",", i);
  return fmt::format("INSERT INTO {} ({}) VALUES ({})", table, names_of(columns), parameters);
}

/// `a=excluded.a, …` for all columns behind the keys.
template <std::size_t count>
std::string assignments(const std::array<FleetColumn, count>& columns, std::size_t keys) {
  std::string text;
  for (std::size_t i = keys; i < count; ++i)
    text += fmt::format("{0}{1}=excluded.{1}", i == keys ? "" : ", ", columns[i].name);
  return text;
}

std::string update_vehicle_sql() {
  std::string text;
  for (std::size_t i = 1; i < kVehicleRow.size(); ++i)
    text += fmt::format("{}{}=?{}", i == 1 ? "" : ", ", kVehicleRow[i].name, i + 1);
  return fmt::format("UPDATE vehicle SET {} WHERE vin=?1 AND version=?2-1", text);
}

// A row of version 0 was made by an order of a feature.
const std::string kFirst = insert_sql("vehicle", kVehicleRow) + " ON CONFLICT (vin) DO UPDATE SET " +
                           assignments(kVehicleRow, 1) + " WHERE vehicle.version=0";
const std::string kNext = update_vehicle_sql();
const std::string kEntry = insert_sql("vehicle_activation_history", kEntryRow);
const std::string kAlert = insert_sql("fleet_alert", kAlertRow) +
                           " ON CONFLICT (vin, kind, about) DO UPDATE SET " + assignments(kAlertRow, 3);
const std::string kMetric = insert_sql("fct_activation_metric", kMetricRow) +
                            " ON CONFLICT (date, oem) DO UPDATE SET " + assignments(kMetricRow, 2) +
                            " WHERE excluded.updated_at >= fct_activation_metric.updated_at";
const std::string kModel = insert_sql("vehicle_model", kModelRow) +
                           " ON CONFLICT (make, model_name, type, version) DO UPDATE SET " +
                           assignments(kModelRow, 4);
constexpr std::string_view kEnterFleets =
    "INSERT INTO fleet (id, fleet_name, created_at) SELECT DISTINCT fleet, fleet, ?1 FROM vehicle WHERE "
    "version > 0 AND fleet IS NOT NULL AND fleet NOT IN (SELECT fleet_name FROM fleet) ON CONFLICT DO "
    "NOTHING";
constexpr std::string_view kLinkAdmins =
    "INSERT INTO user_fleet (user_id, fleet_id, role_id, created_at) SELECT u.id, f.id, r.id, ?1 FROM "
    "\"user\" AS u JOIN role AS r ON r.id = u.role_id AND r.role_name = 'Admin' CROSS JOIN fleet AS f WHERE "
    "true ON CONFLICT DO NOTHING";
constexpr std::string_view kFirstOwner =
    "INSERT INTO tesla_user (vin, full_name, email, region, version) VALUES (?1,?2,?3,?4,?5) ON CONFLICT DO "
    "NOTHING";
constexpr std::string_view kNextOwner =
    "UPDATE tesla_user SET full_name=?2, email=?3, region=?4, version=?5 WHERE vin=?1 AND version=?5-1";
constexpr std::string_view kTokens =
    "INSERT INTO tesla_user_tokens (vin, code, tokens, callback_url) VALUES (?1,?2,?3,?4) ON CONFLICT (vin) "
    "DO UPDATE SET code=excluded.code, tokens=excluded.tokens, callback_url=excluded.callback_url";
constexpr std::string_view kTeslaCode =
    "INSERT INTO fleet_tesla_authentication_code (fleet_id, authentication_code, created_at, updated_at) "
    "VALUES (?1,?2,?3,?3) ON CONFLICT (fleet_id) DO UPDATE SET authentication_code="
    "excluded.authentication_code, updated_at=excluded.updated_at";

Status done(const Result<int>& changed) {
  if (!changed) return fail(changed.error());
  return {};
}

}  // namespace

Result<Statement*> FleetWriter::start(std::string_view sql) {
  CTR_TRY(statement, connection_.prepare(sql));
  return &statement->start();
}

Result<Instant> FleetWriter::clock_now() {
  CTR_TRY(clock, start("SELECT CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)"));
  CTR_TRY(found, clock->step());
  CTR_ASSERT(found);
  const Instant now = clock->read_moment();
  clock->end();
  return now;
}

// -- vehicles ---------------------------------------------------------------------------------------------

Result<std::vector<FleetOutcome>> FleetWriter::write(std::span<const ports::FleetWrite> writes) {
  std::vector<FleetOutcome> outcomes;
  outcomes.reserve(writes.size());
  for (const auto& write : writes) {
    CTR_TRY(row, start(write.after.version == 1 ? kFirst : kNext));
    put_vehicle(*row, write.after);
    CTR_TRY(changed, row->run());
    outcomes.push_back(changed == 1 ? FleetOutcome::applied : FleetOutcome::stale);
    if (changed != 1 || !write.entry) continue;
    CTR_TRY(entry, start(kEntry));
    put_entry(*entry, write.after.vin, *write.entry);
    CTR_CHECK(done(entry->run()));
  }
  return outcomes;
}

// -- runs -------------------------------------------------------------------------------------------------

Result<ports::FleetLease> FleetWriter::claim(const std::string& name, const std::string& holder,
                                             Millis term) {
  CTR_TRY(now, clock_now());
  CTR_TRY(claim,
          start("INSERT INTO fleet_lease (name, holder, until) VALUES (?1,?2,?3) ON CONFLICT (name) DO "
                "UPDATE SET holder=excluded.holder, until=excluded.until WHERE "
                "fleet_lease.holder=excluded.holder OR fleet_lease.until<=?4"));
  CTR_TRY(changed, claim->text(name).text(holder).moment(now + term).moment(now).run());
  CTR_TRY(look, start("SELECT holder, until FROM fleet_lease WHERE name=?1"));
  CTR_TRY(found, look->text(name).step());
  CTR_ASSERT(found);
  ports::FleetLease lease{.granted = changed == 1, .holder = std::string(look->read_text()), .until = {}};
  lease.until = look->read_moment();
  look->end();
  return lease;
}

Status FleetWriter::release(const std::string& name, const std::string& holder) {
  CTR_TRY(statement, start("DELETE FROM fleet_lease WHERE name=?1 AND holder=?2"));
  return done(statement->text(name).text(holder).run());
}

Status FleetWriter::put(const ports::StoredPlan& plan) {
  CTR_TRY(forget, start("DELETE FROM fleet_plan WHERE made_at<?1"));
  CTR_CHECK(done(forget->moment(plan.made_at - kPlanKept).run()));
  CTR_TRY(statement, start("INSERT INTO fleet_plan (id, made_at, document, applied_at) VALUES (?1,?2,?3,?4) "
                           "ON CONFLICT (id) DO NOTHING"));
  return done(
      statement->text(plan.id).moment(plan.made_at).text(plan.document).moment(plan.applied_at).run());
}

Status FleetWriter::mark_applied(const std::string& id, Instant at) {
  CTR_TRY(statement, start("UPDATE fleet_plan SET applied_at=?2 WHERE id=?1 AND applied_at IS NULL"));
  CTR_TRY(changed, statement->text(id).moment(at).run());
  if (changed == 1) return {};
  CTR_TRY(look, start("SELECT 1 FROM fleet_plan WHERE id=?1"));
  CTR_TRY(found, look->text(id).step());
  look->end();
  if (!found) return fail(ErrorKind::not_found, "store", "no such plan");
  return fail(ErrorKind::conflict, "store", "the plan was applied before");
}

Status FleetWriter::put(std::span<const ports::ActivationMetric> metrics) {
  for (const auto& metric : metrics) {
    CTR_TRY(statement, start(kMetric));
    put_metric(*statement, metric);
    CTR_CHECK(done(statement->run()));
  }
  return {};
}

// -- models, alerts, people -------------------------------------------------------------------------------

Result<fleet::VehicleModel> FleetWriter::put(fleet::VehicleModel model) {
  CTR_TRY(statement, start(kModel));
  put_model(*statement, model);
  CTR_CHECK(done(statement->run()));
  CTR_TRY(look,
          start("SELECT id FROM vehicle_model WHERE make=?1 AND model_name=?2 AND type=?3 AND version=?4"));
  CTR_TRY(found, look->text(model.make).text(model.name).text(model.type).text(model.version).step());
  CTR_ASSERT(found);
  model.id = look->read_number();
  look->end();
  return model;
}

Status FleetWriter::put(std::span<const fleet::Alert> alerts) {
  for (const auto& alert : alerts) {
    CTR_TRY(statement, start(kAlert));
    put_alert(*statement, alert);
    CTR_CHECK(done(statement->run()));
  }
  return {};
}

Result<std::uint64_t> FleetWriter::link_admins(Instant at) {
  CTR_TRY(enter, start(kEnterFleets));
  CTR_CHECK(done(enter->moment(at).run()));
  CTR_TRY(link, start(kLinkAdmins));
  CTR_TRY(missing, link->moment(at).run());
  return static_cast<std::uint64_t>(missing);
}

// -- Tesla ------------------------------------------------------------------------------------------------

Status FleetWriter::put(const ports::StoredTeslaOwner& owner) {
  CTR_TRY(row, start(owner.version == 1 ? kFirstOwner : kNextOwner));
  row->text(owner.vin.str()).text(owner.name).text(owner.email).text(owner.region).number(owner.version);
  CTR_TRY(changed, row->run());
  if (changed != 1) return fail(ErrorKind::conflict, "store", "the owner was changed meanwhile");
  CTR_TRY(tokens, start(kTokens));
  tokens->text(owner.vin.str()).text(owner.sealed_code).text(owner.sealed_tokens).text(owner.callback_url);
  return done(tokens->run());
}

Status FleetWriter::put_tesla_code(const std::string& fleet, const std::string& code, Instant at) {
  CTR_TRY(statement, start(kTeslaCode));
  return done(statement->text(fleet).text(code).moment(at).run());
}

}  // namespace contactor::store::sqlite
