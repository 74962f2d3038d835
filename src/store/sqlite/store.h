#pragma once

#include <atomic>

#include "store/open.h"
#include "store/sqlite/commit.h"
#include "store/sqlite/fleet.h"
#include "store/sqlite/lock_file.h"
#include "store/sqlite/reader.h"
#include "store/with_charging.h"
#include "store/with_fleet.h"
#include "task/worker.h"

namespace contactor::store::sqlite {

/// What opening has made, in the order in which it is taken apart again from the end.
struct Opened {
  std::unique_ptr<LockFile> lock;
  std::unique_ptr<Connection> writing;
  std::unique_ptr<Connection> reading;
};

class Store;
/// Charging's port over the threads of a Store.
[[nodiscard]] std::unique_ptr<ports::ChargingStore> make_charging(Store& store);

/// The port over two threads: a lane that commits, a worker that reads.
class Store final : public ports::Store, public WithFleet, public WithCharging {
 public:
  Store(SqliteParams params, Opened opened);
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
  template <class T, class Apply>
  void enqueue(std::int64_t key, Apply apply, ports::Done<Result<T>> done);
  template <class T, class Ask>
  void ask(Ask ask, ports::Done<Result<T>> done);

  SqliteParams params_;
  Opened opened_;
  Committer committer_;
  Reader reader_;
  Fleet fleet_{*this};
  std::unique_ptr<ports::ChargingStore> charging_;
  std::atomic<std::size_t> reads_ = 0;  ///< queued and running
  // Last: they use all of the above.
  task::Worker reading_{"store-read"};
  Lane<std::unique_ptr<Job>> lane_;
};

template <class T, class Apply>
void Store::enqueue(std::int64_t key, Apply apply, ports::Done<Result<T>> done) {
  std::unique_ptr<Job> job = std::make_unique<JobOf<T, Apply>>(key, std::move(apply), std::move(done));
  if (lane_.push(job)) return;
  job->refuse(Error{.kind = ErrorKind::exhausted, .origin = "store", .detail = "too many writes are queued"});
  params_.post([refused = std::move(job)] { refused->finish(); });
}

template <class T, class Ask>
void Store::ask(Ask ask, ports::Done<Result<T>> done) {
  if (reads_.fetch_add(1) >= params_.reads_queued) {
    --reads_;
    return params_.post([done = std::move(done)]() mutable {
      done(fail(ErrorKind::exhausted, "store", "too many reads are queued"));
    });
  }
  reading_.post([this, ask = std::move(ask), done = std::move(done)]() mutable {
    Result<T> answer = ask(reader_);
    --reads_;
    params_.post([answer = std::move(answer), done = std::move(done)]() mutable { done(std::move(answer)); });
  });
}

}  // namespace contactor::store::sqlite
