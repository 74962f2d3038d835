#pragma once

#include "ports/store.h"
#include "store/sends.h"
#include "store/sqlite/statement.h"

namespace contactor::store::sqlite {

/// The columns of both activation tables, in the order of `bind_activation`.
inline constexpr std::string_view kActivationColumns =
    "id, shard, version, state, service_status, money_state, next_action_at, attempts, retries, "
    "command_ordinal, "
    "generation, accepted, cancel_requested, compensated, sent_at, answer_by, horizon_at, confirmed_at, "
    "ends_at, "
    "failure_category, failure_http_status, failure_code, failure_message, ticket_id, waits_for, created_at, "
    "updated_at, history_count, history_head";
inline constexpr int kActivationColumnCount = 29;

void bind_activation(Statement& statement, const ota::Activation& activation);
/// Reads all columns but the order.
/// @errors  internal: a stored name is not known.
[[nodiscard]] Result<ota::Activation> read_activation(Statement& statement);

/// `path` must live until the statement has run.
void bind_entry(Statement& statement, ActivationId id, const ota::HistoryEntry& entry, std::string_view path);
[[nodiscard]] std::string path_text(const std::vector<ota::State>& path);
[[nodiscard]] Result<ota::HistoryEntry> read_entry(Statement& statement);

void bind_outbox(Statement& statement, const ports::OutboxEntry& entry);
[[nodiscard]] Result<ports::OutboxEntry> read_outbox(Statement& statement);

void bind_notice(Statement& statement, const ports::NoticeRecord& notice);
[[nodiscard]] Result<ports::NoticeRecord> read_notice(Statement& statement);

}  // namespace contactor::store::sqlite
