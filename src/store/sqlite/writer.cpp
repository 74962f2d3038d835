#include "store/sqlite/writer.h"

#include "store/names.h"
#include "store/notice_codec.h"
#include "store/order_codec.h"
#include "store/sqlite/rows.h"

namespace contactor::store::sqlite {
namespace {

using ports::WriteOutcome;

std::string parameters(int count) {
  std::string text = "?1";
  for (int i = 2; i <= count; ++i) text += fmt::format(",?{}", i);
  return text;
}

std::string insert_sql(std::string_view table) {
  return fmt::format("INSERT INTO {} ({}) VALUES ({})", table, kActivationColumns,
                     parameters(kActivationColumnCount));
}

/// Every column but id and shard, which never change; the fence names version and history count of the base.
std::string update_sql(std::string_view table) {
  std::string assignments;
  std::string_view rest = kActivationColumns;
  for (int i = 1; !rest.empty(); ++i) {
    const auto end = std::min(rest.find(", "), rest.size());
    if (i > 2) assignments += fmt::format("{}{}=?{}", i == 3 ? "" : ", ", rest.substr(0, end), i);
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return fmt::format("UPDATE {} SET {} WHERE id=?1 AND version=?{} AND history_count=?{}", table, assignments,
                     kActivationColumnCount + 1, kActivationColumnCount + 2);
}

const std::string kInsertLive = insert_sql("ota_activation");
const std::string kInsertArchive = insert_sql("ota_activation_archive");
const std::string kUpdateLive = update_sql("ota_activation");
const std::string kUpdateArchive = update_sql("ota_activation_archive");
constexpr std::string_view kDeleteLive =
    "DELETE FROM ota_activation WHERE id=?1 AND version=?2 AND history_count=?3";
constexpr std::string_view kDeleteArchive =
    "DELETE FROM ota_activation_archive WHERE id=?1 AND version=?2 AND history_count=?3";

std::uint32_t base_count(const ports::ActivationWrite& write) {
  return write.after.history_count - static_cast<std::uint32_t>(write.history.size());
}

bool is_settled(const ota::Activation& activation) {
  return ota::is_settled(activation.state, activation.money_state);
}

Status done(const Result<int>& changed) {
  if (!changed) return fail(changed.error());
  return {};
}

}  // namespace

Result<Statement*> Writer::start(std::string_view sql) {
  CTR_TRY(statement, connection_.prepare(sql));
  return &statement->start();
}

// -- activations ------------------------------------------------------------------------------------------

Result<WriteOutcome> Writer::write(const ports::ActivationWrite& write) {
  CTR_TRY(seen, look(write));
  if (seen != WriteOutcome::applied) return seen;
  if (write.base_version == 0) {
    CTR_TRY(is_new, insert_order(write.after));
    if (!is_new) return WriteOutcome::duplicate_order;
    CTR_CHECK(insert_row(write.after));
  } else {
    CTR_TRY(moved, move_row(write));
    if (!moved) return WriteOutcome::stale;
  }
  CTR_CHECK(store_rest(write));
  return WriteOutcome::applied;
}

Result<WriteOutcome> Writer::look(const ports::ActivationWrite& write) {
  if (write.reply) {
    CTR_TRY(repeated, has_reply(*write.reply));
    if (repeated) return WriteOutcome::duplicate_key;
  }
  for (const auto& follower : write.followers) {
    CTR_TRY(repeated, has_order(follower.order->order_id));
    if (repeated) return WriteOutcome::duplicate_order;
  }
  if (write.ledger) {
    CTR_TRY(version, ledger_version(write.ledger->vin));
    if (version + 1 != write.ledger->version) return WriteOutcome::stale;
  }
  if (write.ticket) {
    CTR_TRY(version, ticket_version(write.ticket->id));
    if (version + 1 != write.ticket->version) return WriteOutcome::stale;
  }
  return WriteOutcome::applied;
}

/// The row goes where it belongs: settled ones stand in the archive, and come back when money moves again.
Result<bool> Writer::move_row(const ports::ActivationWrite& write) {
  const bool settled = is_settled(write.after);
  if (!settled) {
    CTR_TRY(updated, touch_row(kUpdateLive, write));
    if (updated) return true;
  }
  CTR_TRY(statement, start(settled ? kDeleteLive : kDeleteArchive));
  CTR_TRY(
      deleted,
      statement->number(write.after.id.value()).number(write.base_version).number(base_count(write)).run());
  if (deleted == 1) {
    CTR_CHECK(insert_row(write.after));
    return true;
  }
  if (!settled) return false;
  return touch_row(kUpdateArchive, write);
}

Result<bool> Writer::touch_row(std::string_view sql, const ports::ActivationWrite& write) {
  CTR_TRY(statement, start(sql));
  bind_activation(*statement, write.after);
  CTR_TRY(changed, statement->number(write.base_version).number(base_count(write)).run());
  return changed == 1;
}

Result<bool> Writer::insert_order(const ota::Activation& activation) {
  const auto& order = *activation.order;
  const std::string document = encode(order);
  CTR_TRY(
      statement,
      start(
          "INSERT INTO ota_order (activation_id, shard, order_id, vin, customer_id, service_id, ordered_by, "
          "transaction_id, doc) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9) ON CONFLICT (order_id) DO NOTHING"));
  statement->number(activation.id.value())
      .number(order.vin.shard())
      .text(order.order_id.str())
      .text(order.vin.str());
  statement->text(order.customer.id.str()).text(order.service_id.str()).text(order.ordered_by);
  statement->text(order.payment.transaction_id).text(document);
  CTR_TRY(inserted, statement->run());
  if (inserted == 0) return false;
  CTR_TRY(vehicle, start("INSERT INTO vehicle (vin, model, created_at, updated_at) VALUES (?1,?2,?3,?3) "
                         "ON CONFLICT (vin) DO NOTHING"));
  vehicle->text(order.vin.str());
  order.vehicle_model.empty() ? vehicle->null() : vehicle->text(order.vehicle_model);
  CTR_CHECK(vehicle->moment(activation.created_at).run());
  return true;
}

Status Writer::insert_row(const ota::Activation& activation) {
  CTR_TRY(statement, start(is_settled(activation) ? kInsertArchive : kInsertLive));
  bind_activation(*statement, activation);
  return done(statement->run());
}

Status Writer::store_rest(const ports::ActivationWrite& write) {
  std::span<const ports::NoticeRecord> notices = write.notices;
  for (const auto& entry : write.history)
    CTR_CHECK(insert_history(write.after.id, entry, std::exchange(notices, {})));
  for (const auto& entry : write.outbox) CTR_CHECK(insert_outbox(entry));
  for (const auto& notice : notices) CTR_CHECK(put_notice(notice));
  if (write.ledger) CTR_CHECK(put_ledger(*write.ledger));
  if (write.ticket) CTR_CHECK(store_ticket(*write.ticket));
  for (std::size_t i = 0; i < write.followers.size(); ++i) {
    const auto& follower = write.followers[i];
    CTR_TRY(is_new, insert_order(follower));
    if (!is_new) return fail(ErrorKind::invalid, "store", "two followers have one order id");
    CTR_CHECK(insert_row(follower));
    CTR_CHECK(insert_history(follower.id, write.follower_history[i], {}));
  }
  if (write.reply) return insert_reply(*write.reply);
  return {};
}

Status Writer::insert_history(ActivationId id, const ota::HistoryEntry& entry,
                              std::span<const ports::NoticeRecord> notices) {
  const std::string path = path_text(entry.path);
  const std::string told = notices.empty() ? std::string() : encode(notices);
  CTR_TRY(
      statement,
      start(
          "INSERT INTO ota_history (activation_id, seq, at, event, path, service_status, money_state, "
          "attempts, "
          "retries, actor, command_id, failure_category, failure_http_status, failure_code, failure_message, "
          "detail, node, hash, notices) VALUES "
          "(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19)"));
  bind_entry(*statement, id, entry, path);
  notices.empty() ? statement->null() : statement->text(told);
  return done(statement->run());
}

Result<bool> Writer::has_order(const OrderId& id) {
  CTR_TRY(statement, start("SELECT 1 FROM ota_order WHERE order_id=?1"));
  CTR_TRY(found, statement->text(id.str()).step());
  statement->end();
  return found;
}

// -- the outbox -------------------------------------------------------------------------------------------

Status Writer::insert_outbox(const ports::OutboxEntry& entry) {
  CTR_TRY(
      statement,
      start(
          "INSERT INTO outbox (id, shard, activation_id, kind, key, purpose, event, detail, tries, unknown, "
          "first_try_at, next_try_at, created_at) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)"));
  bind_outbox(*statement, entry);
  CTR_CHECK(statement->run());
  const auto channel = channel_of(entry.kind);
  if (!channel) return {};
  return put_notice({.activation_id = entry.activation_id,
                     .event = entry.event,
                     .channel = *channel,
                     .at = entry.created_at});
}

Status Writer::put_notice(const ports::NoticeRecord& notice) {
  CTR_TRY(statement, start("INSERT INTO ota_notice (activation_id, event, channel, outcome, at, detail) "
                           "VALUES (?1,?2,?3,?4,?5,?6) ON CONFLICT (activation_id, event, channel) "
                           "DO UPDATE SET outcome=excluded.outcome, at=excluded.at, detail=excluded.detail"));
  bind_notice(*statement, notice);
  return done(statement->run());
}

Status Writer::write(const ports::OutboxWrite& write) {
  if (write.ledger) {
    CTR_TRY(version, ledger_version(write.ledger->vin));
    if (version + 1 != write.ledger->version)
      return fail(ErrorKind::conflict, "store", "another command to this vehicle was faster");
  }
  if (write.postponed) {
    const auto& entry = *write.postponed;
    CTR_TRY(statement, start("UPDATE outbox SET tries=?2, unknown=?3, first_try_at=?4, next_try_at=?5, "
                             "detail=?6 WHERE id=?1"));
    statement->number(write.id).number(entry.tries).number(entry.unknown).moment(entry.first_try_at);
    CTR_CHECK(statement->moment(entry.next_try_at).text(entry.detail).run());
  } else {
    CTR_TRY(statement, start("DELETE FROM outbox WHERE id=?1"));
    CTR_CHECK(statement->number(write.id).run());
  }
  if (write.notice) CTR_CHECK(put_notice(*write.notice));
  if (write.ledger) return put_ledger(*write.ledger);
  return {};
}

// -- ledgers and tickets ----------------------------------------------------------------------------------

Result<std::uint32_t> Writer::ledger_version(const Vin& vin) {
  CTR_TRY(statement, start("SELECT version FROM ota_ledger WHERE vin=?1"));
  CTR_TRY(found, statement->text(vin.str()).step());
  const auto version = found ? static_cast<std::uint32_t>(statement->read_number()) : 0;
  statement->end();
  return version;
}

Status Writer::put_ledger(const ports::CommandLedger& ledger) {
  const auto sends = sends_blob(ledger.sends);
  CTR_TRY(
      statement,
      start("INSERT INTO ota_ledger (vin, shard, version, generation, last_command_id, sends, busy_until) "
            "VALUES (?1,?2,?3,?4,?5,?6,?7) "
            "ON CONFLICT (vin) DO UPDATE SET version=excluded.version, generation=excluded.generation, "
            "last_command_id=excluded.last_command_id, sends=excluded.sends, "
            "busy_until=excluded.busy_until"));
  statement->text(ledger.vin.str())
      .number(ledger.vin.shard())
      .number(ledger.version)
      .number(ledger.generation);
  return done(statement->text(ledger.last_command_id).blob(sends).moment(ledger.busy_until).run());
}

Result<std::uint32_t> Writer::ticket_version(TicketId id) {
  CTR_TRY(statement, start("SELECT version FROM ota_ticket WHERE id=?1"));
  CTR_TRY(found, statement->number(id.value()).step());
  const auto version = found ? static_cast<std::uint32_t>(statement->read_number()) : 0;
  statement->end();
  return version;
}

Status Writer::store_ticket(const ota::Ticket& ticket) {
  const std::string document = encode(ticket);
  CTR_TRY(statement, start("INSERT INTO ota_ticket (id, activation_id, state, priority, version, doc) VALUES "
                           "(?1,?2,?3,?4,?5,?6) "
                           "ON CONFLICT (id) DO UPDATE SET state=excluded.state, priority=excluded.priority, "
                           "version=excluded.version, "
                           "doc=excluded.doc"));
  statement->number(ticket.id.value()).number(ticket.activation_id.value()).text(to_string(ticket.state));
  return done(statement->text(to_string(ticket.priority)).number(ticket.version).text(document).run());
}

Status Writer::put_ticket(const ota::Ticket& ticket) {
  CTR_TRY(version, ticket_version(ticket.id));
  if (version == 0) return fail(ErrorKind::not_found, "store", "no such ticket");
  if (version + 1 != ticket.version)
    return fail(ErrorKind::conflict, "store", "the ticket was changed meanwhile");
  return store_ticket(ticket);
}

// -- catalogue, access, incidents -------------------------------------------------------------------------

Result<ports::Service> Writer::put_service(ports::Service service) {
  CTR_TRY(look, start("SELECT version FROM ota_service WHERE id=?1"));
  CTR_TRY(found, look->text(service.id.str()).step());
  service.version = found ? static_cast<std::uint32_t>(look->read_number()) + 1 : 1;
  look->end();
  CTR_TRY(put,
          start("INSERT INTO ota_service (id, version, name, document, updated_at) VALUES (?1,?2,?3,?4,?5) "
                "ON CONFLICT (id) "
                "DO UPDATE SET version=excluded.version, name=excluded.name, document=excluded.document, "
                "updated_at=excluded.updated_at"));
  put->text(service.id.str()).number(service.version).text(service.name).text(service.document);
  CTR_CHECK(put->moment(service.updated_at).run());
  return service;
}

Status Writer::put_token(const ports::ApiToken& token) {
  CTR_TRY(put,
          start("INSERT INTO api_token (id, name, role, client, digest, created_at, expires_at, revoked_at) "
                "VALUES (?1,?2,?3,?4,?5,?6,?7,?8) ON CONFLICT (id) DO UPDATE SET name=excluded.name, "
                "role=excluded.role, "
                "client=excluded.client, digest=excluded.digest, expires_at=excluded.expires_at, "
                "revoked_at=excluded.revoked_at"));
  put->number(token.id.value()).text(token.name).text(token.role).text(token.client).blob(token.digest);
  return done(put->moment(token.created_at).moment(token.expires_at).moment(token.revoked_at).run());
}

Result<bool> Writer::has_reply(const ports::IdempotentReply& reply) {
  CTR_TRY(look, start("SELECT 1 FROM idempotent_reply WHERE principal=?1 AND route=?2 AND key=?3"));
  CTR_TRY(found, look->text(reply.principal).text(reply.route).text(reply.key).step());
  look->end();
  return found;
}

Status Writer::insert_reply(const ports::IdempotentReply& reply) {
  CTR_TRY(put, start("INSERT INTO idempotent_reply (principal, route, key, request_digest, status, body, at) "
                     "VALUES (?1,?2,?3,?4,?5,?6,?7)"));
  put->text(reply.principal)
      .text(reply.route)
      .text(reply.key)
      .text(reply.request_digest)
      .number(reply.status);
  return done(put->text(reply.body).moment(reply.at).run());
}

Status Writer::put_reply(const ports::IdempotentReply& reply) {
  CTR_TRY(look,
          start("SELECT request_digest FROM idempotent_reply WHERE principal=?1 AND route=?2 AND key=?3"));
  CTR_TRY(found, look->text(reply.principal).text(reply.route).text(reply.key).step());
  if (!found) return insert_reply(reply);
  const bool same = look->read_text() == reply.request_digest;
  look->end();
  if (!same) return fail(ErrorKind::conflict, "store", "the key is on record for another request");
  return {};
}

Status Writer::put_incident(const ports::Incident& incident) {
  CTR_TRY(
      put,
      start(
          "INSERT INTO incident (cause, opened_at, ended_at, detail, held_back) VALUES (?1,?2,?3,?4,?5) "
          "ON CONFLICT (cause, opened_at) DO UPDATE SET ended_at=excluded.ended_at, detail=excluded.detail, "
          "held_back=excluded.held_back"));
  put->text(incident.cause).moment(incident.opened_at).moment(incident.ended_at).text(incident.detail);
  return done(put->number(incident.held_back).run());
}

Result<bool> Writer::first_sight(const std::string& event_id, Instant at) {
  CTR_TRY(put,
          start("INSERT INTO seen_event (event_id, at) VALUES (?1,?2) ON CONFLICT (event_id) DO NOTHING"));
  CTR_TRY(inserted, put->text(event_id).moment(at).run());
  return inserted == 1;
}

Status Writer::forget_before(Instant at) {
  CTR_TRY(replies, start("DELETE FROM idempotent_reply WHERE at < ?1"));
  CTR_CHECK(replies->moment(at).run());
  CTR_TRY(events, start("DELETE FROM seen_event WHERE at < ?1"));
  return done(events->moment(at).run());
}

}  // namespace contactor::store::sqlite
