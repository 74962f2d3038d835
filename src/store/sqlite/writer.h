#pragma once

#include "ports/store.h"
#include "store/sqlite/connection.h"

namespace contactor::store::sqlite {

/// The statements of every write, inside a transaction that its owner opens and ends. Each write looks at all
/// of its fences before it changes anything, so that a refused one stores nothing: we are the only writer,
/// what was read stays true.
/// @errors everywhere: conflict and not_found are answers, nothing was stored; after any other the
/// transaction must be rolled back.
class Writer {
 public:
  explicit Writer(Connection& connection) : connection_(connection) {}

  [[nodiscard]] Connection& connection() { return connection_; }

  Result<ports::WriteOutcome> write(const ports::ActivationWrite& write);
  Status write(const ports::OutboxWrite& write);
  Status put_ticket(const ota::Ticket& ticket);
  Result<ports::Service> put_service(ports::Service service);
  Status put_token(const ports::ApiToken& token);
  Status put_reply(const ports::IdempotentReply& reply);
  Status put_incident(const ports::Incident& incident);
  Result<bool> first_sight(const std::string& event_id, Instant at);
  Status forget_before(Instant at);

 private:
  Result<Statement*> start(std::string_view sql);
  Result<std::uint32_t> ledger_version(const Vin& vin);
  Result<std::uint32_t> ticket_version(TicketId id);
  Result<bool> has_order(const OrderId& id);
  Result<bool> has_reply(const ports::IdempotentReply& reply);
  /// What the fences beside the version say.
  Result<ports::WriteOutcome> look(const ports::ActivationWrite& write);
  Result<bool> move_row(const ports::ActivationWrite& write);
  Result<bool> touch_row(std::string_view sql, const ports::ActivationWrite& write);
  Result<bool> insert_order(const ota::Activation& activation);
  Status insert_row(const ota::Activation& activation);
  /// @param notices  what the step decided to tell nobody
  Status insert_history(ActivationId id, const ota::HistoryEntry& entry,
                        std::span<const ports::NoticeRecord> notices);
  Status insert_outbox(const ports::OutboxEntry& entry);
  Status put_notice(const ports::NoticeRecord& notice);
  Status put_ledger(const ports::CommandLedger& ledger);
  Status store_ticket(const ota::Ticket& ticket);
  Status insert_reply(const ports::IdempotentReply& reply);
  Status store_rest(const ports::ActivationWrite& write);

  Connection& connection_;
};

}  // namespace contactor::store::sqlite
