#include "store/memory/fleet.h"

#include "store/fleet_check.h"

namespace contactor::store::memory {
namespace {

using ports::Done;

template <class Map>
auto values_of(const Map& map) {
  std::vector<typename Map::mapped_type> values;
  for (const auto& [key, value] : map) values.push_back(value);
  return values;
}

}  // namespace

// -- vehicles ---------------------------------------------------------------------------------------------

void Fleet::write_vehicles(std::vector<ports::FleetWrite> writes,
                           Done<Result<std::vector<ports::FleetOutcome>>> done) {
  using Answer = Result<std::vector<ports::FleetOutcome>>;
  if (auto sound = check(writes); !sound)
    return timing_.ask<Answer>([error = sound.error()] { return fail(error); }, std::move(done));
  timing_.commit<Answer>(
      [this, writes = std::move(writes)] {
        std::vector<ports::FleetOutcome> outcomes;
        for (const auto& write : writes) outcomes.push_back(disk_.apply(write));
        return outcomes;
      },
      std::move(done));
}

void Fleet::find_vehicles(std::vector<Vin> vins, Done<Result<std::vector<fleet::Vehicle>>> done) {
  timing_.ask<Result<std::vector<fleet::Vehicle>>>(
      [this, vins = std::move(vins)]() -> Result<std::vector<fleet::Vehicle>> {
        CTR_CHECK(check(vins));
        std::vector<fleet::Vehicle> found;
        for (const auto& vin : vins)
          if (const auto* vehicle = disk_.find(vin)) found.push_back(*vehicle);
        return found;
      },
      std::move(done));
}

void Fleet::vehicles(ports::VehicleFilter filter, Done<Result<std::vector<fleet::Vehicle>>> done) {
  timing_.ask<Result<std::vector<fleet::Vehicle>>>(
      [this, filter = std::move(filter)] { return disk_.page(filter); }, std::move(done));
}

void Fleet::vehicle_history(Vin vin, std::size_t limit, Done<Result<std::vector<fleet::HistoryEntry>>> done) {
  timing_.ask<Result<std::vector<fleet::HistoryEntry>>>(
      [this, vin, limit] {
        const auto found = disk_.history.find(vin);
        if (found == disk_.history.end()) return std::vector<fleet::HistoryEntry>();
        const auto count = static_cast<std::ptrdiff_t>(std::min(limit, found->second.size()));
        return std::vector(found->second.end() - count, found->second.end());
      },
      std::move(done));
}

void Fleet::fleet_totals(Done<Result<ports::FleetTotals>> done) {
  timing_.ask<Result<ports::FleetTotals>>([this] { return disk_.totals(); }, std::move(done));
}

// -- runs -------------------------------------------------------------------------------------------------

void Fleet::claim(std::string name, std::string holder, Millis term, Done<Result<ports::FleetLease>> done) {
  timing_.commit<Result<ports::FleetLease>>([this, name = std::move(name), holder = std::move(holder),
                                             term] { return disk_.claim(name, holder, term, timing_.now()); },
                                            std::move(done));
}

void Fleet::release(std::string name, std::string holder, Done<Status> done) {
  timing_.commit<Status>(
      [this, name = std::move(name), holder = std::move(holder)] {
        disk_.release(name, holder, timing_.now());
        return Status();
      },
      std::move(done));
}

void Fleet::put_plan(ports::StoredPlan plan, Done<Status> done) {
  timing_.commit<Status>(
      [this, plan = std::move(plan)] {
        disk_.put(plan);
        return Status();
      },
      std::move(done));
}

void Fleet::find_plan(std::string id, Done<Result<std::optional<ports::StoredPlan>>> done) {
  timing_.ask<Result<std::optional<ports::StoredPlan>>>(
      [this, id = std::move(id)] {
        const auto found = disk_.plans.find(id);
        return found == disk_.plans.end() ? std::nullopt : std::optional(found->second);
      },
      std::move(done));
}

void Fleet::mark_applied(std::string id, Instant at, Done<Status> done) {
  timing_.commit<Status>([this, id = std::move(id), at] { return disk_.mark_applied(id, at); },
                         std::move(done));
}

void Fleet::put_metrics(std::vector<ports::ActivationMetric> metrics, Done<Status> done) {
  timing_.commit<Status>(
      [this, metrics = std::move(metrics)] {
        for (const auto& metric : metrics) disk_.put(metric);
        return Status();
      },
      std::move(done));
}

void Fleet::metrics(std::size_t days, Done<Result<std::vector<ports::ActivationMetric>>> done) {
  timing_.ask<Result<std::vector<ports::ActivationMetric>>>(
      [this, days] { return disk_.newest_metrics(days); }, std::move(done));
}

// -- models, alerts, people -------------------------------------------------------------------------------

void Fleet::put_model(fleet::VehicleModel model, Done<Result<fleet::VehicleModel>> done) {
  timing_.commit<Result<fleet::VehicleModel>>([this, model = std::move(model)] { return disk_.put(model); },
                                              std::move(done));
}

void Fleet::models(Done<Result<std::vector<fleet::VehicleModel>>> done) {
  timing_.ask<Result<std::vector<fleet::VehicleModel>>>([this] { return disk_.models; }, std::move(done));
}

void Fleet::put_alerts(std::vector<fleet::Alert> alerts, Done<Status> done) {
  timing_.commit<Status>(
      [this, alerts = std::move(alerts)] {
        for (const auto& alert : alerts)
          disk_.alerts.insert_or_assign({alert.kind, alert.vin, alert.about}, alert);
        return Status();
      },
      std::move(done));
}

void Fleet::alerts(bool lasting_only, std::size_t limit, Done<Result<std::vector<fleet::Alert>>> done) {
  timing_.ask<Result<std::vector<fleet::Alert>>>(
      [this, lasting_only, limit] { return disk_.newest_alerts(lasting_only, limit); }, std::move(done));
}

void Fleet::link_admins(Instant, Done<Result<std::uint64_t>> done) {
  timing_.commit<Result<std::uint64_t>>([this] { return disk_.link_admins(); }, std::move(done));
}

// -- Tesla ------------------------------------------------------------------------------------------------

void Fleet::tesla_owners(Done<Result<std::vector<ports::StoredTeslaOwner>>> done) {
  timing_.ask<Result<std::vector<ports::StoredTeslaOwner>>>([this] { return values_of(disk_.tesla_owners); },
                                                            std::move(done));
}

void Fleet::find_tesla_owner(Vin vin, Done<Result<std::optional<ports::StoredTeslaOwner>>> done) {
  timing_.ask<Result<std::optional<ports::StoredTeslaOwner>>>(
      [this, vin] {
        const auto found = disk_.tesla_owners.find(vin);
        return found == disk_.tesla_owners.end() ? std::nullopt : std::optional(found->second);
      },
      std::move(done));
}

void Fleet::put_tesla_owner(ports::StoredTeslaOwner owner, Done<Status> done) {
  timing_.commit<Status>([this, owner = std::move(owner)] { return disk_.put(owner); }, std::move(done));
}

void Fleet::tesla_fleet_codes(Done<Result<std::vector<std::pair<std::string, std::string>>>> done) {
  timing_.ask<Result<std::vector<std::pair<std::string, std::string>>>>(
      [this] {
        return std::vector<std::pair<std::string, std::string>>(disk_.tesla_codes.begin(),
                                                                disk_.tesla_codes.end());
      },
      std::move(done));
}

void Fleet::put_tesla_fleet_code(std::string fleet, std::string sealed_code, Instant, Done<Status> done) {
  timing_.commit<Status>(
      [this, fleet = std::move(fleet), code = std::move(sealed_code)] {
        disk_.tesla_codes.insert_or_assign(fleet, code);
        return Status();
      },
      std::move(done));
}

}  // namespace contactor::store::memory
