#pragma once

#include "forwarding_store.h"
#include "universe.h"

namespace contactor::sim {

/// The way to the disk: commits take time, answers take time, and the process may die on either way.
class SlowDisk final : public ForwardingStore {
 public:
  /// @param away_until  while this process is cut off from it
  SlowDisk(Universe& universe, LifeRef life, ports::Store& inner, const Instant& away_until)
      : ForwardingStore(inner), universe_(universe), life_(std::move(life)), away_until_(away_until) {}

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
  void history(ActivationId id, ports::Done<Result<std::vector<ota::HistoryEntry>>> done) override;
  void find_ticket(TicketId id, ports::Done<Result<std::optional<ota::Ticket>>> done) override;
  void put_ticket(ota::Ticket ticket, ports::Done<Status> done) override;
  void find_reply(std::string principal, std::string route, std::string key,
                  ports::Done<Result<std::optional<ports::IdempotentReply>>> done) override;
  void put_incident(ports::Incident incident, ports::Done<Status> done) override;
  void first_sight(std::string event_id, Instant at, ports::Done<Result<bool>> done) override;

 private:
  /// A read: it sees what is committed by then, or fails.
  template <class T>
  void read(ports::Done<Result<T>> done, std::move_only_function<void(ports::Done<Result<T>>)> ask);
  /// A write: waits for its turn, is committed or not, and is acknowledged or not.
  template <class T>
  void commit(ports::Done<Result<T>> done, std::move_only_function<void(ports::Done<Result<T>>)> apply);
  template <class T>
  void fail_later(ports::Done<Result<T>> done);
  [[nodiscard]] bool is_away() const;
  [[nodiscard]] Millis latency();

  Universe& universe_;
  LifeRef life_;
  const Instant& away_until_;
  Instant commits_until_;  ///< writes are made durable in the order in which they were handed in
};

}  // namespace contactor::sim
