#pragma once

#include "ports/fleet_store.h"

namespace contactor::store::sqlite {

class Store;

/// The fleet's port over the threads of a Store: its writes are committed together with all others.
class Fleet final : public ports::FleetStore {
 public:
  explicit Fleet(Store& store) : store_(store) {}

  void write_vehicles(std::vector<ports::FleetWrite> writes,
                      ports::Done<Result<std::vector<ports::FleetOutcome>>> done) override;
  void find_vehicles(std::vector<Vin> vins, ports::Done<Result<std::vector<fleet::Vehicle>>> done) override;
  void vehicles(ports::VehicleFilter filter, ports::Done<Result<std::vector<fleet::Vehicle>>> done) override;
  void vehicle_history(Vin vin, std::size_t limit,
                       ports::Done<Result<std::vector<fleet::HistoryEntry>>> done) override;
  void fleet_totals(ports::Done<Result<ports::FleetTotals>> done) override;
  void claim(std::string name, std::string holder, Millis term,
             ports::Done<Result<ports::FleetLease>> done) override;
  void release(std::string name, std::string holder, ports::Done<Status> done) override;
  void put_plan(ports::StoredPlan plan, ports::Done<Status> done) override;
  void find_plan(std::string id, ports::Done<Result<std::optional<ports::StoredPlan>>> done) override;
  void mark_applied(std::string id, Instant at, ports::Done<Status> done) override;
  void put_metrics(std::vector<ports::ActivationMetric> metrics, ports::Done<Status> done) override;
  void metrics(std::size_t days, ports::Done<Result<std::vector<ports::ActivationMetric>>> done) override;
  void put_model(fleet::VehicleModel model, ports::Done<Result<fleet::VehicleModel>> done) override;
  void models(ports::Done<Result<std::vector<fleet::VehicleModel>>> done) override;
  void put_alerts(std::vector<fleet::Alert> alerts, ports::Done<Status> done) override;
  void alerts(bool lasting_only, std::size_t limit,
              ports::Done<Result<std::vector<fleet::Alert>>> done) override;
  void link_admins(Instant at, ports::Done<Result<std::uint64_t>> done) override;
  void tesla_owners(ports::Done<Result<std::vector<ports::StoredTeslaOwner>>> done) override;
  void find_tesla_owner(Vin vin, ports::Done<Result<std::optional<ports::StoredTeslaOwner>>> done) override;
  void put_tesla_owner(ports::StoredTeslaOwner owner, ports::Done<Status> done) override;
  void tesla_fleet_codes(ports::Done<Result<std::vector<std::pair<std::string, std::string>>>> done) override;
  void put_tesla_fleet_code(std::string fleet, std::string sealed_code, Instant at,
                            ports::Done<Status> done) override;

 private:
  template <class T, class Write>
  void write(Write write, ports::Done<Result<T>> done);
  template <class T, class Read>
  void read(Read read, ports::Done<Result<T>> done);

  Store& store_;
};

}  // namespace contactor::store::sqlite
