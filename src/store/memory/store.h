#pragma once

#include <memory>

#include "base/prng.h"
#include "ports/timekeeper.h"
#include "store/memory/disk.h"

namespace contactor::store::memory {

struct StoreParams {
  Millis latency_min{0};
  Millis latency_max{0};
  std::uint64_t seed = 1;
  double fail_before = 0;  ///< share of writes that are refused before anything happened
  double fail_after = 0;   ///< share of writes that are committed while their acknowledgement is lost
};

/// The store port over a Disk, on a Timekeeper's time: a write is committed some time after it was asked for
/// and acknowledged some time after that. Destroying the object is a crash: what was not committed is gone,
/// what was committed stays on the Disk, nobody is called any more.
class Store final : public ports::Store {
 public:
  Store(Disk& disk, ports::Timekeeper& time, StoreParams params = {});
  ~Store() override;

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
  /// Runs `change` on the disk at its commit and hands its result to `done` at its acknowledgement, in the
  /// order of asking.
  template <class Answer, class Change>
  void commit(Change change, ports::Done<Answer> done);
  /// Runs `question` on the disk and hands its result over; sees every write acknowledged before it was
  /// asked.
  template <class Answer, class Question>
  void ask(Question question, ports::Done<Answer> done);
  [[nodiscard]] Millis latency();

  Disk& disk_;
  ports::Timekeeper& time_;
  StoreParams params_;
  Prng prng_;
  Instant last_commit_;
  Instant last_acknowledgement_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace contactor::store::memory
