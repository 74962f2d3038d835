#pragma once

#include <atomic>

#include "store/open.h"
#include "store/postgres/commit.h"
#include "store/postgres/database.h"
#include "store/postgres/fleet.h"
#include "store/postgres/reader.h"
#include "store/with_charging.h"
#include "store/with_fleet.h"
#include "task/worker.h"

namespace contactor::store::postgres {

class Store;
/// Charging's port beside a Store, with connections and threads of its own.
[[nodiscard]] std::unique_ptr<ports::ChargingStore> make_charging(Store& store, const std::string& process);

/// The port over four threads with a connection each: two lanes that commit, a shard always in the same one,
/// a worker for what the engine waits for, and one for reports, which may take their time.
class Store final : public ports::Store, public WithFleet, public WithCharging {
 public:
  Store(PostgresParams params, std::shared_ptr<Database> database, const std::string& process);
  ~Store() override;

  [[nodiscard]] ports::FleetStore& fleet() override { return fleet_; }
  [[nodiscard]] ports::ChargingStore& charging() override { return *charging_; }
  void write(std::shared_ptr<const ports::ActivationWrite> write,
             ports::Done<Result<ports::WriteOutcome>> done) override;
  void write(ports::OutboxWrite write, ports::Done<Status> done) override;
  void load(std::vector<ActivationId> ids, ports::Done<Result<std::vector<ports::Loaded>>> done) override;
  void live_rows(ports::ShardSet shards, ActivationId after, std::size_t limit,
                 ports::Done<Result<std::vector<ports::LiveRow>>> done) override;
  void outbox(ports::ShardSet shards, std::int64_t after, std::size_t limit,
              ports::Done<Result<std::vector<ports::OutboxEntry>>> done) override;
  void vehicle_context(Vin vin, ports::Done<Result<VehicleContext>> done) override;
  void find(ActivationId id, ports::Done<Result<std::optional<ota::Activation>>> done) override;
  void find_order(OrderId id, ports::Done<Result<std::optional<ota::Activation>>> done) override;
  void find_payment(std::string transaction_id,
                    ports::Done<Result<std::optional<ota::Activation>>> done) override;
  void list(ports::ActivationFilter filter, ports::Done<Result<std::vector<ota::Activation>>> done) override;
  void history(ActivationId id, ports::Done<Result<std::vector<ota::HistoryEntry>>> done) override;
  void notices(ActivationId id, ports::Done<Result<std::vector<ports::NoticeRecord>>> done) override;
  void pending_outbox(ActivationId id, ports::Done<Result<std::vector<ports::OutboxEntry>>> done) override;
  void totals(ports::Done<Result<ports::Totals>> done) override;
  void audit(ActivationId after, std::size_t limit, ports::Done<Result<std::vector<Audited>>> done) override;
  void find_ticket(TicketId id, ports::Done<Result<std::optional<ota::Ticket>>> done) override;
  void list_tickets(ports::TicketFilter filter, ports::Done<Result<std::vector<ota::Ticket>>> done) override;
  void put_ticket(ota::Ticket ticket, ports::Done<Status> done) override;
  void put_service(ports::Service service, ports::Done<Result<ports::Service>> done) override;
  void services(ports::Done<Result<std::vector<ports::Service>>> done) override;
  void put_token(ports::ApiToken token, ports::Done<Status> done) override;
  void tokens(ports::Done<Result<std::vector<ports::ApiToken>>> done) override;
  void find_reply(std::string principal, std::string route, std::string key,
                  ports::Done<Result<std::optional<ports::IdempotentReply>>> done) override;
  void put_reply(ports::IdempotentReply reply, ports::Done<Status> done) override;
  void put_incident(ports::Incident incident, ports::Done<Status> done) override;
  void incidents(std::size_t limit, ports::Done<Result<std::vector<ports::Incident>>> done) override;
  void first_sight(std::string event_id, Instant at, ports::Done<Result<bool>> done) override;
  void forget_before(Instant at, ports::Done<Status> done) override;

 private:
  friend class Charging;
  friend class Fleet;
  /// One connection that commits what its thread is given.
  struct WriteLane {
    WriteLane(Store& store, const std::string& process, int number);
    Link link;
    Committer committer;
    Lane<std::unique_ptr<Job>> lane;  // Last: it uses the others.
  };
  struct ReadLane {
    ReadLane(Store& store, const std::string& name, Use use);
    Link link;
    Reader reader;
    task::Worker worker;  // Last: it uses the others.
  };

  [[nodiscard]] LinkParams link_params(Use use) const;
  /// Thread: any.
  void tell_broken(const Error& error);
  [[nodiscard]] WriteLane& lane_of(std::uint8_t shard) { return *lanes_[shard % lanes_.size()]; }
  void push(WriteLane& lane, std::unique_ptr<Job> job);
  template <class T>
  void push_call(typename CallJob<T>::Make make, typename CallJob<T>::Take take, ports::Done<Result<T>> done);
  void push_order(std::function<Call()> make, ports::Done<Status> done);
  template <class T, class Ask>
  void ask(ReadLane& lane, Ask ask, ports::Done<Result<T>> done);
  /// Counts one more read; false, and `done` is told, where too many are queued.
  template <class T>
  bool admit(ports::Done<Result<T>>& done);
  /// Runs `ask` on the worker's thread.
  template <class T, class Ask>
  void ask(task::Worker& worker, Ask ask, ports::Done<Result<T>> done);

  PostgresParams params_;
  std::shared_ptr<Database> database_;
  Closing closing_;
  std::atomic<std::size_t> reads_ = 0;  ///< queued and running
  std::atomic_flag has_told_broken_;
  ReadLane hot_reads_;
  ReadLane reports_;
  std::array<std::unique_ptr<WriteLane>, 2> lanes_;
  Fleet fleet_;
  std::unique_ptr<ports::ChargingStore> charging_;
};

template <class T>
bool Store::admit(ports::Done<Result<T>>& done) {
  if (reads_.fetch_add(1) < params_.reads_queued) return true;
  --reads_;
  params_.post([done = std::move(done)]() mutable {
    done(fail(ErrorKind::exhausted, "store", "too many reads are queued"));
  });
  return false;
}

template <class T, class Ask>
void Store::ask(task::Worker& worker, Ask ask, ports::Done<Result<T>> done) {
  if (!admit(done)) return;
  worker.post([this, ask = std::move(ask), done = std::move(done)]() mutable {
    Result<T> answer = ask();
    --reads_;
    params_.post([answer = std::move(answer), done = std::move(done)]() mutable { done(std::move(answer)); });
  });
}

}  // namespace contactor::store::postgres
