#include "store/sqlite/reader.h"

#include <algorithm>

#include "store/notice_codec.h"
#include "store/order_codec.h"
#include "store/sqlite/rows.h"

namespace contactor::store::sqlite {
namespace {

constexpr std::size_t kVehicleActivations = 100;

/// Ends a statement that may have rows left, so that it holds no snapshot open.
struct Ended {
  Statement& statement;
  ~Ended() { statement.end(); }
};

std::string select_sql(std::string_view table) {
  return fmt::format(
      "SELECT {}, doc FROM {} JOIN ota_order ON activation_id = id WHERE id=?1",
      [] {
        // `shard` stands in both tables.
        std::string columns(kActivationColumns);
        return columns.replace(columns.find("shard"), 5, "ota_order.shard");
      }(),
      table);
}

const std::string kSelectLive = select_sql("ota_activation");
const std::string kSelectArchive = select_sql("ota_activation_archive");
constexpr std::string_view kOutboxColumns =
    "SELECT id, shard, activation_id, kind, key, purpose, event, detail, tries, unknown, first_try_at, "
    "next_try_at, "
    "created_at FROM outbox ";
const std::string kOutboxPage = std::string(kOutboxColumns) + "WHERE id>?1 ORDER BY id";
const std::string kOutboxOf = std::string(kOutboxColumns) + "WHERE activation_id=?1 ORDER BY id";

/// The first `limit` rows of a started statement that are kept, through one reading function.
template <class T, class Read, class Keep>
Result<std::vector<T>> page(Statement& statement, std::size_t limit, Read read, Keep keep) {
  const Ended ended{statement};
  std::vector<T> rows;
  while (rows.size() < limit) {
    CTR_TRY(found, statement.step());
    if (!found) break;
    Result<T> row = read(statement);
    if (!row) return fail(std::move(row.error()));
    if (keep(*row)) rows.push_back(std::move(*row));
  }
  return rows;
}

template <class T, class Read>
Result<std::vector<T>> all(Statement& statement, Read read) {
  return page<T>(statement, SIZE_MAX, read, [](const T&) { return true; });
}

/// Reads of several statements see one state: the transaction is the snapshot.
class Snapshot {
 public:
  explicit Snapshot(Connection& connection) : connection_(connection), begun_(connection.run("BEGIN")) {}
  ~Snapshot() {
    if (begun_) (void)connection_.run("COMMIT");
  }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Connection& connection_;
  Status begun_;
};

/// Before every id there is: where a keyset begins that runs from the newest down.
template <class Id>
std::int64_t below(Id after) {
  return after.empty() ? INT64_MAX : after.value();
}

}  // namespace

Result<Statement*> Reader::start(std::string_view sql) {
  CTR_TRY(statement, connection_.prepare(sql));
  return &statement->start();
}

// -- activations ------------------------------------------------------------------------------------------

Result<std::optional<ota::Activation>> Reader::row_of(std::string_view sql, ActivationId id) {
  CTR_TRY(statement, start(sql));
  const Ended ended{*statement};
  CTR_TRY(found, statement->number(id.value()).step());
  if (!found) return std::optional<ota::Activation>();
  CTR_TRY(activation, read_activation(*statement));
  CTR_TRY(order, decode_order(statement->read_text()));
  activation.order = std::move(order);
  return std::optional(std::move(activation));
}

Result<ports::CommandLedger> Reader::ledger(const Vin& vin) {
  ports::CommandLedger ledger{.vin = vin};
  CTR_TRY(
      statement,
      start("SELECT version, generation, last_command_id, sends, busy_until FROM ota_ledger WHERE vin=?1"));
  const Ended ended{*statement};
  CTR_TRY(found, statement->text(vin.str()).step());
  if (!found) return ledger;
  ledger.version = static_cast<std::uint32_t>(statement->read_number());
  ledger.generation = static_cast<std::uint64_t>(statement->read_number());
  ledger.last_command_id = statement->read_text();
  ledger.sends = read_sends(statement->read_blob());
  ledger.busy_until = statement->read_moment();
  return ledger;
}

Result<std::vector<ports::Loaded>> Reader::load(const std::vector<ActivationId>& ids) {
  const Snapshot snapshot(connection_);
  std::vector<ports::Loaded> loaded;
  loaded.reserve(ids.size());
  for (const auto id : ids) {
    CTR_TRY(activation, row_of(kSelectLive, id));
    if (!activation) continue;
    CTR_TRY(of_vehicle, ledger(activation->order->vin));
    loaded.push_back({.activation = std::move(*activation), .ledger = std::move(of_vehicle)});
  }
  return loaded;
}

Result<std::vector<ports::LiveRow>> Reader::live_rows(const ports::ShardSet& shards, ActivationId after,
                                                      std::size_t limit) {
  CTR_TRY(statement, start("SELECT id, state, next_action_at FROM ota_activation WHERE id>?1 ORDER BY id"));
  const auto read = [](Statement& row) -> Result<ports::LiveRow> {
    ports::LiveRow live{.id = ActivationId(row.read_number())};
    const auto state = ota::parse_state(row.read_text());
    if (!state)
      return fail(ErrorKind::internal, "store", "a live row has a state that this program does not know");
    live.state = *state;
    live.next_action_at = row.read_moment();
    return live;
  };
  return page<ports::LiveRow>(statement->number(after.value()), limit, read,
                              [&](const ports::LiveRow& row) { return shards.test(row.id.shard()); });
}

Result<ports::Store::VehicleContext> Reader::vehicle_context(const Vin& vin) {
  ports::Store::VehicleContext context;
  {
    const Snapshot snapshot(connection_);
    CTR_TRY(of_vehicle, ledger(vin));
    context.ledger = std::move(of_vehicle);
  }
  CTR_TRY(activations, list({.vin = vin,
                             .state = {},
                             .customer_id = {},
                             .ordered_by = {},
                             .limit = kVehicleActivations,
                             .after = {}}));
  context.activations = std::move(activations);
  return context;
}

Result<std::optional<ota::Activation>> Reader::find(ActivationId id) {
  const Snapshot snapshot(connection_);
  CTR_TRY(live, row_of(kSelectLive, id));
  if (live) return live;
  return row_of(kSelectArchive, id);
}

Result<std::optional<ota::Activation>> Reader::find_order(const OrderId& id) {
  CTR_TRY(statement, start("SELECT activation_id FROM ota_order WHERE order_id=?1"));
  CTR_TRY(found, statement->text(id.str()).step());
  if (!found) return std::optional<ota::Activation>();
  const ActivationId activation(statement->read_number());
  statement->end();
  return find(activation);
}

Result<std::optional<ota::Activation>> Reader::find_payment(const std::string& transaction_id) {
  // Of several activations under one payment the first is the one that was paid.
  CTR_TRY(statement,
          start("SELECT activation_id FROM ota_order WHERE transaction_id=?1 AND transaction_id<>'' "
                "ORDER BY activation_id LIMIT 1"));
  CTR_TRY(found, statement->text(transaction_id).step());
  if (!found) return std::optional<ota::Activation>();
  const ActivationId activation(statement->read_number());
  statement->end();
  return find(activation);
}

/// Ids from the newest down, narrowed by what is indexed; the rest of the filter is applied to what is read.
Result<Statement*> Reader::ids_for(const ports::ActivationFilter& filter) {
  if (filter.vin) {
    CTR_TRY(statement, start("SELECT activation_id FROM ota_order WHERE vin=?1 AND activation_id<?2 ORDER BY "
                             "activation_id DESC"));
    return &statement->text(filter.vin->str()).number(below(filter.after));
  }
  if (!filter.customer_id.empty()) {
    CTR_TRY(statement, start("SELECT activation_id FROM ota_order WHERE customer_id=?1 AND activation_id<?2 "
                             "ORDER BY activation_id DESC"));
    return &statement->text(filter.customer_id.str()).number(below(filter.after));
  }
  if (filter.state) {
    CTR_TRY(statement,
            start("SELECT id FROM ota_activation WHERE state=?1 AND id<?2 UNION ALL "
                  "SELECT id FROM ota_activation_archive WHERE state=?1 AND id<?2 ORDER BY id DESC"));
    return &statement->text(to_string(*filter.state)).number(below(filter.after));
  }
  CTR_TRY(statement,
          start("SELECT activation_id FROM ota_order WHERE (?1='' OR ordered_by=?1) AND activation_id<?2 "
                "ORDER BY activation_id DESC"));
  return &statement->text(filter.ordered_by).number(below(filter.after));
}

Result<std::vector<ota::Activation>> Reader::list(const ports::ActivationFilter& filter) {
  const Snapshot snapshot(connection_);
  std::vector<ota::Activation> listed;
  CTR_TRY(ids, ids_for(filter));
  const Ended ended{*ids};
  while (listed.size() < filter.limit) {
    CTR_TRY(more, ids->step());
    if (!more) break;
    const ActivationId id(ids->read_number());
    CTR_TRY(activation, row_of(kSelectLive, id));
    if (!activation) {
      CTR_TRY(archived, row_of(kSelectArchive, id));
      activation = std::move(archived);
    }
    if (!activation) return fail(ErrorKind::internal, "store", "an order has no activation");
    const auto& order = *activation->order;
    if ((filter.state && activation->state != *filter.state) ||
        (!filter.customer_id.empty() && order.customer.id != filter.customer_id) ||
        (!filter.ordered_by.empty() && order.ordered_by != filter.ordered_by))
      continue;
    listed.push_back(std::move(*activation));
  }
  return listed;
}

Result<std::vector<ota::HistoryEntry>> Reader::history(ActivationId id) {
  CTR_TRY(
      statement,
      start("SELECT activation_id, seq, at, event, path, service_status, money_state, attempts, retries, "
            "actor, "
            "command_id, failure_category, failure_http_status, failure_code, failure_message, detail, node, "
            "hash FROM ota_history WHERE activation_id=?1 ORDER BY seq"));
  return all<ota::HistoryEntry>(statement->number(id.value()), read_entry);
}

Result<std::vector<ports::Store::Audited>> Reader::audit(ActivationId after, std::size_t limit) {
  CTR_TRY(
      statement,
      start("SELECT activation_id FROM ota_order WHERE activation_id>?1 ORDER BY activation_id LIMIT ?2"));
  CTR_TRY(ids, all<ActivationId>(
                   statement->number(after.value()).number(limit),
                   [](Statement& row) -> Result<ActivationId> { return ActivationId(row.read_number()); }));
  std::vector<ports::Store::Audited> audited;
  for (const auto id : ids) {
    const Snapshot snapshot(connection_);
    CTR_TRY(activation, row_of(kSelectLive, id));
    if (!activation) {
      CTR_TRY(archived, row_of(kSelectArchive, id));
      activation = std::move(archived);
    }
    if (!activation) return fail(ErrorKind::internal, "store", "an order has no activation");
    CTR_TRY(entries, history(id));
    audited.push_back({.activation = std::move(*activation), .history = std::move(entries)});
  }
  return audited;
}

// -- outbox and notices -----------------------------------------------------------------------------------

Result<std::vector<ports::OutboxEntry>> Reader::outbox(const ports::ShardSet& shards, std::int64_t after,
                                                       std::size_t limit) {
  CTR_TRY(statement, start(kOutboxPage));
  const auto keep = [&](const ports::OutboxEntry& entry) { return shards.test(entry.activation_id.shard()); };
  return page<ports::OutboxEntry>(statement->number(after), limit, read_outbox, keep);
}

Result<std::vector<ports::OutboxEntry>> Reader::pending_outbox(ActivationId id) {
  CTR_TRY(statement, start(kOutboxOf));
  return all<ports::OutboxEntry>(statement->number(id.value()), read_outbox);
}

Result<std::vector<ports::NoticeRecord>> Reader::notices(ActivationId id) {
  CTR_TRY(
      of_steps,
      start("SELECT notices FROM ota_history WHERE activation_id=?1 AND notices IS NOT NULL ORDER BY seq"));
  using Notices = std::vector<ports::NoticeRecord>;
  CTR_TRY(steps, all<Notices>(of_steps->number(id.value()),
                              [id](Statement& row) { return decode_notices(id, row.read_text()); }));
  Notices said;
  for (auto& notices : steps) std::ranges::move(notices, std::back_inserter(said));
  CTR_TRY(rest, start("SELECT activation_id, event, channel, outcome, at, detail FROM ota_notice WHERE "
                      "activation_id=?1"));
  CTR_TRY(rows, all<ports::NoticeRecord>(rest->number(id.value()), read_notice));
  std::ranges::move(rows, std::back_inserter(said));
  return last_words(std::move(said));
}

// -- the desk ---------------------------------------------------------------------------------------------

Result<std::optional<ota::Ticket>> Reader::find_ticket(TicketId id) {
  CTR_TRY(statement, start("SELECT doc FROM ota_ticket WHERE id=?1"));
  const Ended ended{*statement};
  CTR_TRY(found, statement->number(id.value()).step());
  if (!found) return std::optional<ota::Ticket>();
  CTR_TRY(ticket, decode_ticket(statement->read_text()));
  return std::optional(std::move(ticket));
}

Result<std::vector<ota::Ticket>> Reader::list_tickets(const ports::TicketFilter& filter) {
  CTR_TRY(statement,
          start("SELECT doc FROM ota_ticket WHERE id<?1 AND (?2='' OR state=?2) ORDER BY id DESC LIMIT ?3"));
  statement->number(below(filter.after))
      .text(filter.state ? to_string(*filter.state) : "")
      .number(filter.limit);
  return all<ota::Ticket>(*statement, [](Statement& row) { return decode_ticket(row.read_text()); });
}

// -- catalogue, access, incidents -------------------------------------------------------------------------

Result<std::vector<ports::Service>> Reader::services() {
  CTR_TRY(statement, start("SELECT id, version, name, document, updated_at FROM ota_service ORDER BY id"));
  return all<ports::Service>(*statement, [](Statement& row) -> Result<ports::Service> {
    ports::Service service;
    service.id = ServiceId(std::string(row.read_text()));
    service.version = static_cast<std::uint32_t>(row.read_number());
    service.name = row.read_text();
    service.document = row.read_text();
    service.updated_at = row.read_moment();
    return service;
  });
}

Result<std::vector<ports::ApiToken>> Reader::tokens() {
  CTR_TRY(statement, start("SELECT id, name, role, client, digest, created_at, expires_at, revoked_at FROM "
                           "api_token ORDER BY id"));
  return all<ports::ApiToken>(*statement, [](Statement& row) -> Result<ports::ApiToken> {
    ports::ApiToken token;
    token.id = TokenId(row.read_number());
    token.name = row.read_text();
    token.role = row.read_text();
    token.client = row.read_text();
    const auto digest = row.read_blob();
    if (digest.size() != token.digest.size())
      return fail(ErrorKind::internal, "store", "a token's digest is damaged");
    std::copy(digest.begin(), digest.end(), token.digest.begin());
    token.created_at = row.read_moment();
    token.expires_at = row.read_moment();
    token.revoked_at = row.read_optional_moment();
    return token;
  });
}

Result<std::optional<ports::IdempotentReply>> Reader::find_reply(const std::string& principal,
                                                                 const std::string& route,
                                                                 const std::string& key) {
  CTR_TRY(statement, start("SELECT request_digest, status, body, at FROM idempotent_reply "
                           "WHERE principal=?1 AND route=?2 AND key=?3"));
  const Ended ended{*statement};
  CTR_TRY(found, statement->text(principal).text(route).text(key).step());
  if (!found) return std::optional<ports::IdempotentReply>();
  ports::IdempotentReply reply{.principal = principal, .route = route, .key = key};
  reply.request_digest = statement->read_text();
  reply.status = static_cast<int>(statement->read_number());
  reply.body = statement->read_text();
  reply.at = statement->read_moment();
  return std::optional(std::move(reply));
}

Result<std::vector<ports::Incident>> Reader::incidents(std::size_t limit) {
  CTR_TRY(statement, start("SELECT cause, opened_at, ended_at, detail, held_back FROM incident "
                           "ORDER BY opened_at DESC, cause LIMIT ?1"));
  return all<ports::Incident>(statement->number(limit), [](Statement& row) -> Result<ports::Incident> {
    ports::Incident incident;
    incident.cause = row.read_text();
    incident.opened_at = row.read_moment();
    incident.ended_at = row.read_optional_moment();
    incident.detail = row.read_text();
    incident.held_back = static_cast<std::uint64_t>(row.read_number());
    return incident;
  });
}

}  // namespace contactor::store::sqlite
