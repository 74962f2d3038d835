#pragma once

#include "ports/store.h"
#include "store/postgres/transactor.h"

namespace contactor::store::postgres {

/// The statements of every read. Each public function is one round trip where its answer has one page, and a
/// lost connection is made again behind it.
class Reader {
 public:
  explicit Reader(Link& link) : transactor_(link) {}

  Result<std::vector<ports::Loaded>> load(const std::vector<ActivationId>& ids);
  Result<std::vector<ports::LiveRow>> live_rows(const ports::ShardSet& shards, ActivationId after,
                                                std::size_t limit);
  Result<std::vector<ports::OutboxEntry>> outbox(const ports::ShardSet& shards, std::int64_t after,
                                                 std::size_t limit);
  Result<ports::Store::VehicleContext> vehicle_context(const Vin& vin);
  Result<std::optional<ota::Activation>> find(ActivationId id);
  Result<std::optional<ota::Activation>> find_order(const OrderId& id);
  Result<std::optional<ota::Activation>> find_payment(const std::string& transaction_id);
  Result<std::vector<ota::Activation>> list(const ports::ActivationFilter& filter);
  Result<std::vector<ota::HistoryEntry>> history(ActivationId id);
  Result<std::vector<ports::NoticeRecord>> notices(ActivationId id);
  Result<std::vector<ports::OutboxEntry>> pending_outbox(ActivationId id);
  Result<ports::Totals> totals();
  Result<std::vector<ports::Store::Audited>> audit(ActivationId after, std::size_t limit);
  Result<std::optional<ota::Ticket>> find_ticket(TicketId id);
  Result<std::vector<ota::Ticket>> list_tickets(const ports::TicketFilter& filter);
  Result<std::vector<ports::Service>> services();
  Result<std::vector<ports::ApiToken>> tokens();
  Result<std::optional<ports::IdempotentReply>> find_reply(const std::string& principal,
                                                           const std::string& route, const std::string& key);
  Result<std::vector<ports::Incident>> incidents(std::size_t limit);

 private:
  Result<Answer> ask(const Statement& statement, Values values);
  Result<std::vector<Answer>> ask(std::span<const Call> calls);
  /// These activations, live or archived, in the order of `ids`; what is unknown is left out.
  Result<std::vector<ota::Activation>> rows_of(const std::vector<ActivationId>& ids);
  Result<std::vector<ActivationId>> ids_for(const ports::ActivationFilter& filter, ActivationId after,
                                            std::size_t limit);

  Transactor transactor_;
};

}  // namespace contactor::store::postgres
