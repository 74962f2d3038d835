#pragma once

#include <utility>

#include "ports/store.h"

namespace contactor::sim {

/// Hands every call on to another store. What stands between changes only what it is about.
class ForwardingStore : public ports::Store {
 public:
  explicit ForwardingStore(ports::Store& inner) : inner_(inner) {}

  void write(std::shared_ptr<const ports::ActivationWrite> write,
             ports::Done<Result<ports::WriteOutcome>> done) override {
    inner_.write(std::move(write), std::move(done));
  }
  void write(ports::OutboxWrite write, ports::Done<Status> done) override {
    inner_.write(std::move(write), std::move(done));
  }
  void load(std::vector<ActivationId> ids, ports::Done<Result<std::vector<ports::Loaded>>> done) override {
    inner_.load(std::move(ids), std::move(done));
  }
  void live_rows(ports::ShardSet shards, ActivationId after, std::size_t limit,
                 ports::Done<Result<std::vector<ports::LiveRow>>> done) override {
    inner_.live_rows(shards, after, limit, std::move(done));
  }
  void outbox(ports::ShardSet shards, std::int64_t after, std::size_t limit,
              ports::Done<Result<std::vector<ports::OutboxEntry>>> done) override {
    inner_.outbox(shards, after, limit, std::move(done));
  }
  void vehicle_context(Vin vin, ports::Done<Result<VehicleContext>> done) override {
    inner_.vehicle_context(vin, std::move(done));
  }
  void find(ActivationId id, ports::Done<Result<std::optional<ota::Activation>>> done) override {
    inner_.find(id, std::move(done));
  }
  void find_order(OrderId id, ports::Done<Result<std::optional<ota::Activation>>> done) override {
    inner_.find_order(std::move(id), std::move(done));
  }
  void find_payment(std::string transaction_id,
                    ports::Done<Result<std::optional<ota::Activation>>> done) override {
    inner_.find_payment(std::move(transaction_id), std::move(done));
  }
  void list(ports::ActivationFilter filter, ports::Done<Result<std::vector<ota::Activation>>> done) override {
    inner_.list(std::move(filter), std::move(done));
  }
  void history(ActivationId id, ports::Done<Result<std::vector<ota::HistoryEntry>>> done) override {
    inner_.history(id, std::move(done));
  }
  void notices(ActivationId id, ports::Done<Result<std::vector<ports::NoticeRecord>>> done) override {
    inner_.notices(id, std::move(done));
  }
  void pending_outbox(ActivationId id, ports::Done<Result<std::vector<ports::OutboxEntry>>> done) override {
    inner_.pending_outbox(id, std::move(done));
  }
  void totals(ports::Done<Result<ports::Totals>> done) override { inner_.totals(std::move(done)); }
  void audit(ActivationId after, std::size_t limit, ports::Done<Result<std::vector<Audited>>> done) override {
    inner_.audit(after, limit, std::move(done));
  }
  void find_ticket(TicketId id, ports::Done<Result<std::optional<ota::Ticket>>> done) override {
    inner_.find_ticket(id, std::move(done));
  }
  void list_tickets(ports::TicketFilter filter, ports::Done<Result<std::vector<ota::Ticket>>> done) override {
    inner_.list_tickets(std::move(filter), std::move(done));
  }
  void put_ticket(ota::Ticket ticket, ports::Done<Status> done) override {
    inner_.put_ticket(std::move(ticket), std::move(done));
  }
  void put_service(ports::Service service, ports::Done<Result<ports::Service>> done) override {
    inner_.put_service(std::move(service), std::move(done));
  }
  void services(ports::Done<Result<std::vector<ports::Service>>> done) override {
    inner_.services(std::move(done));
  }
  void put_token(ports::ApiToken token, ports::Done<Status> done) override {
    inner_.put_token(std::move(token), std::move(done));
  }
  void tokens(ports::Done<Result<std::vector<ports::ApiToken>>> done) override {
    inner_.tokens(std::move(done));
  }
  void find_reply(std::string principal, std::string route, std::string key,
                  ports::Done<Result<std::optional<ports::IdempotentReply>>> done) override {
    inner_.find_reply(std::move(principal), std::move(route), std::move(key), std::move(done));
  }
  void put_reply(ports::IdempotentReply reply, ports::Done<Status> done) override {
    inner_.put_reply(std::move(reply), std::move(done));
  }
  void put_incident(ports::Incident incident, ports::Done<Status> done) override {
    inner_.put_incident(std::move(incident), std::move(done));
  }
  void incidents(std::size_t limit, ports::Done<Result<std::vector<ports::Incident>>> done) override {
    inner_.incidents(limit, std::move(done));
  }
  void first_sight(std::string event_id, Instant at, ports::Done<Result<bool>> done) override {
    inner_.first_sight(std::move(event_id), at, std::move(done));
  }
  void forget_before(Instant at, ports::Done<Status> done) override {
    inner_.forget_before(at, std::move(done));
  }

 protected:
  [[nodiscard]] ports::Store& inner() { return inner_; }

 private:
  ports::Store& inner_;
};

}  // namespace contactor::sim
