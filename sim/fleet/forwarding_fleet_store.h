#pragma once

#include "ports/fleet_store.h"

namespace contactor::sim {

/// Hands everything on; derived classes change a part of it.
class ForwardingFleetStore : public ports::FleetStore {
 public:
  template <class T>
  using Done = ports::Done<T>;
  explicit ForwardingFleetStore(ports::FleetStore& inner) : inner_(inner) {}

  void write_vehicles(std::vector<ports::FleetWrite> writes,
                      Done<Result<std::vector<ports::FleetOutcome>>> done) override {
    inner_.write_vehicles(std::move(writes), std::move(done));
  }
  void find_vehicles(std::vector<Vin> vins, Done<Result<std::vector<fleet::Vehicle>>> done) override {
    inner_.find_vehicles(std::move(vins), std::move(done));
  }
  void vehicles(ports::VehicleFilter filter, Done<Result<std::vector<fleet::Vehicle>>> done) override {
    inner_.vehicles(std::move(filter), std::move(done));
  }
  void vehicle_history(Vin vin, std::size_t limit,
                       Done<Result<std::vector<fleet::HistoryEntry>>> done) override {
    inner_.vehicle_history(vin, limit, std::move(done));
  }
  void fleet_totals(Done<Result<ports::FleetTotals>> done) override { inner_.fleet_totals(std::move(done)); }
  void claim(std::string name, std::string holder, Millis term,
             Done<Result<ports::FleetLease>> done) override {
    inner_.claim(std::move(name), std::move(holder), term, std::move(done));
  }
  void release(std::string name, std::string holder, Done<Status> done) override {
    inner_.release(std::move(name), std::move(holder), std::move(done));
  }
  void put_plan(ports::StoredPlan plan, Done<Status> done) override {
    inner_.put_plan(std::move(plan), std::move(done));
  }
  void find_plan(std::string id, Done<Result<std::optional<ports::StoredPlan>>> done) override {
    inner_.find_plan(std::move(id), std::move(done));
  }
  void mark_applied(std::string id, Instant at, Done<Status> done) override {
    inner_.mark_applied(std::move(id), at, std::move(done));
  }
  void put_metrics(std::vector<ports::ActivationMetric> metrics, Done<Status> done) override {
    inner_.put_metrics(std::move(metrics), std::move(done));
  }
  void metrics(std::size_t days, Done<Result<std::vector<ports::ActivationMetric>>> done) override {
    inner_.metrics(days, std::move(done));
  }
  void put_model(fleet::VehicleModel model, Done<Result<fleet::VehicleModel>> done) override {
    inner_.put_model(std::move(model), std::move(done));
  }
  void models(Done<Result<std::vector<fleet::VehicleModel>>> done) override {
    inner_.models(std::move(done));
  }
  void put_alerts(std::vector<fleet::Alert> alerts, Done<Status> done) override {
    inner_.put_alerts(std::move(alerts), std::move(done));
  }
  void alerts(bool lasting_only, std::size_t limit, Done<Result<std::vector<fleet::Alert>>> done) override {
    inner_.alerts(lasting_only, limit, std::move(done));
  }
  void link_admins(Instant at, Done<Result<std::uint64_t>> done) override {
    inner_.link_admins(at, std::move(done));
  }
  void tesla_owners(Done<Result<std::vector<ports::StoredTeslaOwner>>> done) override {
    inner_.tesla_owners(std::move(done));
  }
  void find_tesla_owner(Vin vin, Done<Result<std::optional<ports::StoredTeslaOwner>>> done) override {
    inner_.find_tesla_owner(vin, std::move(done));
  }
  void put_tesla_owner(ports::StoredTeslaOwner owner, Done<Status> done) override {
    inner_.put_tesla_owner(std::move(owner), std::move(done));
  }
  void tesla_fleet_codes(Done<Result<std::vector<std::pair<std::string, std::string>>>> done) override {
    inner_.tesla_fleet_codes(std::move(done));
  }
  void put_tesla_fleet_code(std::string fleet, std::string sealed_code, Instant at,
                            Done<Status> done) override {
    inner_.put_tesla_fleet_code(std::move(fleet), std::move(sealed_code), at, std::move(done));
  }

 protected:
  [[nodiscard]] ports::FleetStore& inner() { return inner_; }

 private:
  ports::FleetStore& inner_;
};

}  // namespace contactor::sim
