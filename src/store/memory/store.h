#pragma once

#include "store/memory/charging.h"
#include "store/memory/disk.h"
#include "store/memory/fleet.h"
#include "store/memory/timing.h"
#include "store/with_charging.h"
#include "store/with_fleet.h"

namespace contactor::store::memory {

/// The store port over a Disk, on a Timekeeper's time: a write is committed some time after it was asked for
/// and acknowledged some time after that. Destroying the object is a crash: what was not committed is gone,
/// what was committed stays on the Disk, nobody is called any more.
class Store final : public ports::Store, public WithFleet, public WithCharging {
 public:
  Store(Disk& disk, ports::Timekeeper& time, StoreParams params = {});

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
  /// As those of Timing, on the disk.
  template <class Answer, class Change>
  void commit(Change change, ports::Done<Answer> done);
  template <class Answer, class Question>
  void ask(Question question, ports::Done<Answer> done);

  Disk& disk_;
  Timing timing_;
  Fleet fleet_;
  std::unique_ptr<ports::ChargingStore> charging_;
};

}  // namespace contactor::store::memory
