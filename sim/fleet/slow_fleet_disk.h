#pragma once

#include "fleet/fleet_universe.h"
#include "fleet/forwarding_fleet_store.h"

namespace contactor::sim {

/// The way to the disk: commits take time, are refused, or are made and not acknowledged; and the process may
/// die or stop on either way. Every commit is shown to the witness.
class SlowFleetDisk final : public ForwardingFleetStore {
 public:
  SlowFleetDisk(FleetUniverse& universe, LifeRef life, ports::FleetStore& inner)
      : ForwardingFleetStore(inner), universe_(universe), life_(std::move(life)) {}

  void write_vehicles(std::vector<ports::FleetWrite> writes,
                      Done<Result<std::vector<ports::FleetOutcome>>> done) override;
  void find_vehicles(std::vector<Vin> vins, Done<Result<std::vector<fleet::Vehicle>>> done) override;
  void vehicles(ports::VehicleFilter filter, Done<Result<std::vector<fleet::Vehicle>>> done) override;
  void fleet_totals(Done<Result<ports::FleetTotals>> done) override;
  void claim(std::string name, std::string holder, Millis term,
             Done<Result<ports::FleetLease>> done) override;
  void release(std::string name, std::string holder, Done<Status> done) override;
  void put_plan(ports::StoredPlan plan, Done<Status> done) override;
  void find_plan(std::string id, Done<Result<std::optional<ports::StoredPlan>>> done) override;
  void mark_applied(std::string id, Instant at, Done<Status> done) override;
  void put_metrics(std::vector<ports::ActivationMetric> metrics, Done<Status> done) override;
  void put_model(fleet::VehicleModel model, Done<Result<fleet::VehicleModel>> done) override;
  void models(Done<Result<std::vector<fleet::VehicleModel>>> done) override;
  void put_alerts(std::vector<fleet::Alert> alerts, Done<Status> done) override;
  void alerts(bool lasting_only, std::size_t limit, Done<Result<std::vector<fleet::Alert>>> done) override;
  void link_admins(Instant at, Done<Result<std::uint64_t>> done) override;

 private:
  template <class T>
  using Ask = std::move_only_function<void(Done<Result<T>>)>;
  template <class T>
  void read(Done<Result<T>> done, Ask<T> ask);
  template <class T>
  void commit(Done<Result<T>> done, Ask<T> apply);
  template <class T>
  void fail_later(Done<Result<T>> done);
  [[nodiscard]] Millis latency();

  FleetUniverse& universe_;
  LifeRef life_;
};

}  // namespace contactor::sim
