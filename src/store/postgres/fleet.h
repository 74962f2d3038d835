#pragma once

#include "ports/fleet_store.h"
#include "store/postgres/commit.h"
#include "store/postgres/fleet_commit.h"
#include "store/postgres/fleet_walk.h"
#include "task/worker.h"

namespace contactor::store::postgres {

class Store;

/// The fleet's port beside a Store: a connection that commits and one that reads, made when they are first
/// needed, so that a run over all vehicles keeps no order of a feature waiting. Summaries go to the Store's
/// reports.
class Fleet final : public ports::FleetStore {
 public:
  Fleet(Store& store, const std::string& process);
  ~Fleet() override { close(); }
  /// Commits what is queued and ends the threads.
  void close();

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
  void commit(std::vector<std::unique_ptr<Job>>& batch);
  void push(std::unique_ptr<Job> job);
  template <class T>
  void call(typename CallJob<T>::Make make, typename CallJob<T>::Take take, ports::Done<Result<T>> done);
  /// A write whose answer is that it is done.
  void order(std::function<Call()> make, ports::Done<Status> done);
  void walk(ports::VehicleFilter filter, ports::Done<Result<std::vector<fleet::Vehicle>>> done);
  template <class T, class Read>
  void read(Read read, ports::Done<Result<T>> done);
  template <class T, class Read>
  void report(Read read, ports::Done<Result<T>> done);

  Store& store_;
  Link writing_, reading_;
  FleetCommitter vehicles_;
  Committer calls_;
  FleetWalk walk_{reading_};
  // Last: they use all of the above.
  task::Worker reader_{"fleet-read"};
  Lane<std::unique_ptr<Job>> lane_;
};

}  // namespace contactor::store::postgres
