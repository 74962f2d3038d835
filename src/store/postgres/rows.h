#pragma once

#include <algorithm>
#include <array>

#include "ports/store.h"
#include "store/postgres/answer.h"
#include "store/postgres/rowset.h"

namespace contactor::store::postgres {

using enum Column::Empty;

/// Both activation tables. What never changes comes last, so that an update can leave it out.
inline constexpr std::array kActivationColumns{
    Column{"shard", Type::int4},
    Column{"id", Type::int8},
    Column{"version", Type::int4},
    Column{"state", Type::text},
    Column{"service_status", Type::text},
    Column{"money_state", Type::text},
    Column{"next_action_at", Type::int8},
    Column{"attempts", Type::int4},
    Column{"retries", Type::int4, zero},
    Column{"command_ordinal", Type::int4},
    Column{"generation", Type::int8},
    Column{"accepted", Type::boolean},
    Column{"cancel_requested", Type::boolean, zero},
    Column{"compensated", Type::boolean, zero},
    Column{"sent_at", Type::int8},
    Column{"answer_by", Type::int8},
    Column{"horizon_at", Type::int8},
    Column{"confirmed_at", Type::int8, null},
    Column{"ends_at", Type::int8, null},
    Column{"failure_category", Type::text, null},
    Column{"failure_http_status", Type::int4, null},
    Column{"failure_code", Type::text, null},
    Column{"failure_message", Type::text, null},
    Column{"ticket_id", Type::int8, zero},
    Column{"waits_for", Type::text, zero},
    Column{"updated_at", Type::int8},
    Column{"history_count", Type::int4},
    Column{"history_head", Type::bytea},
    Column{"created_at", Type::int8},
};
inline constexpr std::size_t kActivationKeys = 2;
/// How many of them, without `created_at`, an update sends.
inline constexpr std::size_t kActivationChanging = kActivationColumns.size() - 1;

/// The changing ones: `created_at` is up to the caller.
void bind_changing(Rowset& rows, const ota::Activation& activation);
void bind_activation(Rowset& rows, const ota::Activation& activation);
/// All columns but the order.
/// @errors  internal: a stored name is not known.
[[nodiscard]] Result<ota::Activation> read_activation(Answer& row);

inline constexpr std::array kHistoryColumns{
    Column{"shard", Type::int4},
    Column{"activation_id", Type::int8},
    Column{"seq", Type::int4},
    Column{"at", Type::int8},
    Column{"event", Type::text},
    Column{"path", Type::text},
    Column{"service_status", Type::text},
    Column{"money_state", Type::text},
    Column{"attempts", Type::int4},
    Column{"retries", Type::int4, zero},
    Column{"actor", Type::text},
    Column{"command_id", Type::text, zero},
    Column{"failure_category", Type::text, null},
    Column{"failure_http_status", Type::int4, null},
    Column{"failure_code", Type::text, null},
    Column{"failure_message", Type::text, null},
    Column{"detail", Type::text, zero},
    Column{"node", Type::text, zero},
    Column{"hash", Type::bytea},
};
/// As they are written: with what the step decided to tell nobody, which readers of the history have no use
/// for.
inline constexpr auto kHistoryRowColumns = [] {
  std::array<Column, kHistoryColumns.size() + 1> columns{};
  std::copy(kHistoryColumns.begin(), kHistoryColumns.end(), columns.begin());
  columns.back() = Column{"notices", Type::text, null};
  return columns;
}();
void bind_entry(Rowset& rows, ActivationId id, const ota::HistoryEntry& entry,
                std::span<const ports::NoticeRecord> notices = {});
[[nodiscard]] Result<ota::HistoryEntry> read_entry(Answer& row);

inline constexpr std::array kOutboxColumns{
    Column{"shard", Type::int4},
    Column{"id", Type::int8},
    Column{"activation_id", Type::int8},
    Column{"kind", Type::text},
    Column{"key", Type::text},
    Column{"purpose", Type::text},
    Column{"event", Type::text},
    Column{"detail", Type::text, zero},
    Column{"tries", Type::int4, zero},
    Column{"unknown", Type::boolean, zero},
    Column{"first_try_at", Type::int8, zero},
    Column{"next_try_at", Type::int8},
    Column{"created_at", Type::int8},
};
void bind_outbox(Rowset& rows, const ports::OutboxEntry& entry);
[[nodiscard]] Result<ports::OutboxEntry> read_outbox(Answer& row);

inline constexpr std::array kNoticeColumns{
    Column{"shard", Type::int4},        Column{"activation_id", Type::int8}, Column{"event", Type::text},
    Column{"channel", Type::text},      Column{"outcome", Type::text},       Column{"at", Type::int8},
    Column{"detail", Type::text, zero},
};
void bind_notice(Rowset& rows, const ports::NoticeRecord& notice);
[[nodiscard]] Result<ports::NoticeRecord> read_notice(Answer& row);

inline constexpr std::array kLedgerColumns{
    Column{"shard", Type::int4},
    Column{"vin", Type::text},
    Column{"version", Type::int4},
    Column{"generation", Type::int8},
    Column{"last_command_id", Type::text},
    Column{"sends", Type::bytea},
    Column{"busy_until", Type::int8, zero},
};
void bind_ledger(Rowset& rows, const ports::CommandLedger& ledger);
/// Of the columns behind the keys; an empty ledger where all are NULL.
[[nodiscard]] ports::CommandLedger read_ledger(Answer& row, const Vin& vin);

inline constexpr std::array kOrderColumns{
    Column{"shard", Type::int4},      Column{"activation_id", Type::int8},  Column{"order_id", Type::text},
    Column{"vin", Type::text},        Column{"customer_id", Type::text},    Column{"service_id", Type::text},
    Column{"ordered_by", Type::text}, Column{"transaction_id", Type::text}, Column{"doc", Type::text},
};
void bind_order(Rowset& rows, const ota::Activation& activation);

inline constexpr std::array kTicketColumns{
    Column{"shard", Type::int4}, Column{"id", Type::int8},       Column{"activation_id", Type::int8},
    Column{"state", Type::text}, Column{"priority", Type::text}, Column{"version", Type::int4},
    Column{"doc", Type::text},
};
void bind_ticket(Rowset& rows, const ota::Ticket& ticket);

inline constexpr std::array kReplyColumns{
    Column{"principal", Type::text}, Column{"route", Type::text},
    Column{"key", Type::text},       Column{"request_digest", Type::text},
    Column{"status", Type::int8},    Column{"body", Type::text},
    Column{"at", Type::int8},
};
void bind_reply(Rowset& rows, const ports::IdempotentReply& reply);

/// Every id says in its low byte in which shard it is stored.
[[nodiscard]] inline std::uint8_t shard_of(std::int64_t id) { return static_cast<std::uint8_t>(id & 0xff); }

}  // namespace contactor::store::postgres
