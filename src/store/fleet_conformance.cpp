#include "store/fleet_conformance.h"

#include "store/open.h"

namespace contactor::store::testing {

using fleet::Day;
using std::chrono::days;

ports::FleetWrite a_vehicle(int number) {
  ports::FleetWrite write;
  auto& v = write.after;
  v.vin = a_vin(number);
  v.version = 1;
  v.wish = {.fleet = "north",
            .requested = true,
            .start = Day(days(20'000 + number)),
            .end = Day(days(20'400)),
            .make = "peugeot",
            .model = "e-208 \"ü\"",
            .type = "gt",
            .comment = "asked for by mail\nand twice"};
  v.status = false;
  v.message = fleet::Message::activation_pending;
  v.cloud = {.standing = fleet::Standing::pending,
             .reason = "no consent",
             .detail = "the driver has not answered",
             .handle = "contract-7",
             .valid_until = kNow + days(30)};
  v.oem = fleet::Oem::stellantis;
  v.accepted_at = kNow + Millis(1);
  v.observed_at = kNow + Millis(2);
  v.next_check_at = kNow + Millis(3);
  v.blocked = true;
  v.failures = 4;
  v.intent = fleet::Intent::activate;
  v.intents = 5;
  v.intent_at = kNow + Millis(6);
  v.processed = true;
  v.model_id = 77;
  v.model_by_hand = true;
  v.created_at = kNow;
  v.updated_at = kNow + Millis(7);
  write.entry = fleet::HistoryEntry{.number = 1,
                                    .requested = true,
                                    .status = false,
                                    .message = v.message,
                                    .reason = "no consent",
                                    .oem_detail = "the driver has not answered",
                                    .oem = "stellantis",
                                    .run = "run-1",
                                    .at = kNow + Millis(7)};
  return write;
}

ports::FleetWrite a_next(const fleet::Vehicle& before) {
  ports::FleetWrite write{.after = before, .entry = fleet::HistoryEntry()};
  write.after.version = before.version + 1;
  write.after.updated_at = before.updated_at + Millis(1);
  write.entry->number = write.after.version;
  write.entry->at = write.after.updated_at;
  write.entry->run = "run-2";
  return write;
}

ports::FleetStore& FleetConformance::fleet() { return fleet_of(store()); }

Result<std::vector<ports::FleetOutcome>> FleetConformance::write_all(std::vector<ports::FleetWrite> writes) {
  return await<Result<std::vector<ports::FleetOutcome>>>(
      [&](auto done) { fleet().write_vehicles(std::move(writes), std::move(done)); });
}

ports::FleetOutcome FleetConformance::outcome_of(ports::FleetWrite write) {
  std::vector<ports::FleetWrite> one;
  one.push_back(std::move(write));
  const auto outcomes = write_all(std::move(one));
  EXPECT_TRUE(outcomes) << (outcomes ? "" : outcomes.error().message());
  return outcomes ? outcomes->at(0) : ports::FleetOutcome::stale;
}

std::optional<fleet::Vehicle> FleetConformance::vehicle(int number) {
  auto found = await<Result<std::vector<fleet::Vehicle>>>([&](auto done) {
                 fleet().find_vehicles({a_vin(number)}, std::move(done));
               }).value();
  return found.empty() ? std::nullopt : std::optional(found.at(0));
}

std::vector<fleet::Vehicle> FleetConformance::page(ports::VehicleFilter filter) {
  return await<Result<std::vector<fleet::Vehicle>>>(
             [&](auto done) { fleet().vehicles(filter, std::move(done)); })
      .value();
}

std::vector<fleet::Vehicle> FleetConformance::walk(ports::VehicleFilter filter) {
  std::vector<fleet::Vehicle> all;
  for (auto rows = page(filter); !rows.empty(); rows = page(filter)) {
    EXPECT_LE(rows.size(), filter.limit);
    filter.after = rows.back().vin.str();
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

std::vector<fleet::HistoryEntry> FleetConformance::entries(int number, std::size_t limit) {
  return await<Result<std::vector<fleet::HistoryEntry>>>(
             [&](auto done) { fleet().vehicle_history(a_vin(number), limit, std::move(done)); })
      .value();
}

ports::FleetLease FleetConformance::claim(const std::string& holder, Millis term, const std::string& name) {
  return await<Result<ports::FleetLease>>(
             [&](auto done) { fleet().claim(name, holder, term, std::move(done)); })
      .value();
}

std::optional<ports::StoredPlan> FleetConformance::plan(const std::string& id) {
  return await<Result<std::optional<ports::StoredPlan>>>(
             [&](auto done) { fleet().find_plan(id, std::move(done)); })
      .value();
}

std::vector<ports::ActivationMetric> FleetConformance::metrics(std::size_t dates) {
  return await<Result<std::vector<ports::ActivationMetric>>>(
             [&](auto done) { fleet().metrics(dates, std::move(done)); })
      .value();
}

fleet::VehicleModel FleetConformance::put(const fleet::VehicleModel& model) {
  return await<Result<fleet::VehicleModel>>([&](auto done) { fleet().put_model(model, std::move(done)); })
      .value();
}

std::vector<fleet::Alert> FleetConformance::alerts(bool lasting_only, std::size_t limit) {
  return await<Result<std::vector<fleet::Alert>>>(
             [&](auto done) { fleet().alerts(lasting_only, limit, std::move(done)); })
      .value();
}

std::uint64_t FleetConformance::link_admins() {
  return await<Result<std::uint64_t>>([&](auto done) { fleet().link_admins(kNow, std::move(done)); }).value();
}

}  // namespace contactor::store::testing
