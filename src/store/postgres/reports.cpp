#include <algorithm>
#include <map>

#include "store/order_codec.h"
#include "store/postgres/keyset.h"
#include "store/postgres/reader.h"
#include "store/postgres/rows.h"

namespace contactor::store::postgres {
namespace {

/// Ids of each shard from the newest down. `ordered_by` is narrowed here, the rest of a filter by who reads.
std::string ids_by_shard(std::string_view tables) {
  return fmt::format("SELECT a.id FROM generate_series(0, 255) AS s(shard) CROSS JOIN LATERAL ({}) AS a",
                     tables);
}

const Statement kAllIds{
    "all_ids", ids_by_shard("SELECT activation_id AS id FROM ota_order AS o WHERE o.shard = s.shard AND "
                            "o.activation_id < $1::int8 AND ($3::text = '' OR o.ordered_by = $3) ORDER BY "
                            "o.activation_id DESC LIMIT $2::int8")};
const Statement kStateIds{
    "state_ids",
    ids_by_shard(
        "(SELECT id FROM ota_activation AS l WHERE l.shard = s.shard AND l.id < $1::int8 AND l.state = "
        "$3::text ORDER BY l.id DESC LIMIT $2::int8) UNION ALL (SELECT id FROM ota_activation_archive "
        "AS l WHERE l.shard = s.shard AND l.id < $1 AND l.state = $3 ORDER BY l.id DESC LIMIT $2) "
        "ORDER BY id DESC LIMIT $2")};
const Statement kVinIds{"vin_ids",
                        "SELECT activation_id FROM ota_order WHERE shard = $4::int4 AND vin = $3::text AND "
                        "activation_id < $1::int8 ORDER BY activation_id DESC LIMIT $2::int8"};
const Statement kCustomerIds{"customer_ids",
                             "SELECT activation_id FROM ota_order WHERE customer_id = $3::text AND "
                             "activation_id < $1::int8 ORDER BY activation_id DESC LIMIT $2::int8"};
const Statement kAuditIds{
    "audit_ids",
    ids_by_shard(
        "SELECT activation_id AS id FROM ota_order AS o WHERE o.shard = s.shard AND o.activation_id > "
        "$1::int8 ORDER BY o.activation_id LIMIT $2::int8")};
const Statement kHistories{
    "histories", [] {
      std::string columns;
      for (const auto& column : kHistoryColumns)
        columns += fmt::format("{}h.{}", columns.empty() ? "" : ", ", column.name);
      return fmt::format(
          "SELECT {} FROM (SELECT unnest($1::int4[]) AS shard, unnest($2::int8[]) AS id) AS i "
          "JOIN ota_history AS h ON h.shard = i.shard AND h.activation_id = i.id ORDER BY "
          "h.activation_id, h.seq",
          columns);
    }()};
// One pass over both tables for two groupings: by state, and by hour of creation.
const Statement kTotals{
    "totals",
    "SELECT state, service_status, money_state, hour, count(*), count(*) FILTER (WHERE retries > 0), "
    "count(*) "
    "FILTER (WHERE money_state IN ('capturing', 'captured') AND confirmed_at IS NULL) FROM (SELECT state, "
    "service_status, money_state, created_at - created_at % 3600000 AS hour, retries, confirmed_at FROM "
    "ota_activation UNION ALL SELECT state, service_status, money_state, created_at - created_at % 3600000, "
    "retries, confirmed_at FROM ota_activation_archive) AS a GROUP BY GROUPING SETS ((state, service_status, "
    "money_state), (hour))"};
const Statement kTicketTotals{"ticket_totals",
                              "SELECT priority, count(*), count(*) FILTER (WHERE state IN ('open', "
                              "'waiting_customer')) FROM ota_ticket GROUP BY priority"};
const Statement kOutboxTotals{"outbox_totals", "SELECT count(*), min(created_at) FROM outbox"};
const Statement kFindTicket{"find_ticket",
                            "SELECT doc FROM ota_ticket WHERE shard = $1::int4 AND id = $2::int8"};
const Statement kTickets{
    "tickets",
    "SELECT doc FROM ota_ticket WHERE id < $1::int8 AND ($2::text = '' OR state = $2) ORDER "
    "BY id DESC LIMIT $3::int8"};
const Statement kServices{"services",
                          "SELECT id, version, name, document, updated_at FROM ota_service ORDER BY id"};
const Statement kTokens{"tokens",
                        "SELECT id, name, role, client, digest, created_at, expires_at, revoked_at FROM "
                        "api_token ORDER BY id"};
const Statement kIncidents{"incidents",
                           "SELECT cause, opened_at, ended_at, detail, held_back FROM incident ORDER BY "
                           "opened_at DESC, cause LIMIT $1::int8"};

constexpr std::size_t kShards = 256;

/// Before every id there is: where a keyset begins that runs from the newest down.
template <class Id>
Id below(Id after) {
  return after.empty() ? Id(INT64_MAX) : after;
}

std::int64_t wire(std::size_t count) {
  return static_cast<std::int64_t>(std::min<std::size_t>(count, INT64_MAX));
}

Result<std::vector<ActivationId>> read_ids(Answer& answer) {
  std::vector<ActivationId> ids;
  while (answer.next()) ids.emplace_back(answer.read_number());
  return ids;
}

std::uint64_t read_count(Answer& row) { return static_cast<std::uint64_t>(row.read_number()); }

bool matches(const ota::Activation& activation, const ports::ActivationFilter& filter) {
  const auto& order = *activation.order;
  return (!filter.state || activation.state == *filter.state) &&
         (filter.customer_id.empty() || order.customer.id == filter.customer_id) &&
         (filter.ordered_by.empty() || order.ordered_by == filter.ordered_by);
}

struct Counts {
  std::map<ota::State, std::uint64_t> states;
  std::map<ota::ServiceStatus, std::uint64_t> services;
  std::map<ota::MoneyState, std::uint64_t> money;
  std::map<Instant, std::uint64_t> hours;
};

Status add_row(Answer& row, Counts& counts, ports::Totals& totals) {
  if (row.next_is_null()) {
    row.skip(3);
    const Instant hour = row.read_moment();
    counts.hours[hour] = read_count(row);
    return {};
  }
  const auto state = ota::parse_state(row.read_text());
  const auto service = ota::parse_service_status(row.read_text());
  const auto money = ota::parse_money_state(row.read_text());
  if (!state || !service || !money)
    return fail(ErrorKind::internal, "store", "a row has a state that this program does not know");
  row.skip(1);
  const auto count = read_count(row);
  counts.states[*state] += count;
  counts.services[*service] += count;
  counts.money[*money] += count;
  totals.retried += read_count(row);
  totals.captured_not_confirmed += read_count(row);
  return {};
}

}  // namespace

// -- activations ------------------------------------------------------------------------------------------

/// Ids from the newest down, narrowed by what is indexed; the rest of the filter is applied to what is read.
Result<std::vector<ActivationId>> Reader::ids_for(const ports::ActivationFilter& filter, ActivationId after,
                                                  std::size_t limit) {
  const auto page = [&](const Statement& statement, std::string_view text) {
    const auto fetch = [&](std::int64_t past, std::size_t count) -> Result<std::vector<ActivationId>> {
      CTR_TRY(answer, ask(statement, Values().int8(past).int8(wire(count)).text(text)));
      return read_ids(answer);
    };
    return merged_page<ActivationId>(kShards, after.value(), limit, -1, fetch,
                                     [](ActivationId id) { return id.value(); });
  };
  if (filter.vin) {
    CTR_TRY(answer, ask(kVinIds, Values()
                                     .int8(after.value())
                                     .int8(wire(limit))
                                     .text(filter.vin->str())
                                     .int4(filter.vin->shard())));
    return read_ids(answer);
  }
  if (!filter.customer_id.empty()) {
    CTR_TRY(answer,
            ask(kCustomerIds, Values().int8(after.value()).int8(wire(limit)).text(filter.customer_id.str())));
    return read_ids(answer);
  }
  if (filter.state) return page(kStateIds, to_string(*filter.state));
  return page(kAllIds, filter.ordered_by);
}

Result<std::vector<ota::Activation>> Reader::list(const ports::ActivationFilter& filter) {
  std::vector<ota::Activation> listed;
  ActivationId after = below(filter.after);
  while (listed.size() < filter.limit) {
    CTR_TRY(ids, ids_for(filter, after, filter.limit));
    if (ids.empty()) break;
    after = ids.back();
    CTR_TRY(rows, rows_of(ids));
    for (auto& row : rows)
      if (listed.size() < filter.limit && matches(row, filter)) listed.push_back(std::move(row));
    if (ids.size() < filter.limit) break;
  }
  return listed;
}

Result<ports::Totals> Reader::totals() {
  ports::Totals totals;
  Counts counts;
  CTR_TRY(rows, ask(kTotals, {}));
  while (rows.next()) CTR_CHECK(add_row(rows, counts, totals));
  totals.by_state.assign(counts.states.begin(), counts.states.end());
  totals.by_service.assign(counts.services.begin(), counts.services.end());
  totals.by_money.assign(counts.money.begin(), counts.money.end());
  if (!counts.hours.empty())
    totals.begun_by_hour.assign(
        counts.hours.lower_bound(counts.hours.rbegin()->first - std::chrono::hours(24)), counts.hours.end());
  std::map<ota::Priority, std::uint64_t> open;
  CTR_TRY(tickets, ask(kTicketTotals, {}));
  while (tickets.next()) {
    const auto priority = ota::parse_priority(tickets.read_text());
    if (!priority) return fail(ErrorKind::internal, "store", "a ticket has a priority that is not known");
    totals.tickets += read_count(tickets);
    if (const auto count = read_count(tickets); count > 0) open[*priority] = count;
  }
  totals.open_tickets.assign(open.begin(), open.end());
  CTR_TRY(owed, ask(kOutboxTotals, {}));
  if (owed.next()) {
    totals.outbox = read_count(owed);
    totals.outbox_oldest_at = owed.read_optional_moment().value_or(Instant::never());
  }
  return totals;
}

Result<std::vector<ports::Store::Audited>> Reader::audit(ActivationId after, std::size_t limit) {
  const auto fetch = [&](std::int64_t past, std::size_t count) -> Result<std::vector<ActivationId>> {
    CTR_TRY(answer, ask(kAuditIds, Values().int8(past).int8(wire(count))));
    return read_ids(answer);
  };
  CTR_TRY(ids, merged_page<ActivationId>(kShards, after.value(), limit, 1, fetch,
                                         [](ActivationId id) { return id.value(); }));
  CTR_TRY(activations, rows_of(ids));
  if (activations.size() != ids.size())
    return fail(ErrorKind::internal, "store", "an order has no activation");
  Array shards(Type::int4), numbers(Type::int8);
  std::map<ActivationId, std::vector<ota::HistoryEntry>> histories;
  for (const auto id : ids) {
    shards.add_number(id.shard());
    numbers.add_number(id.value());
  }
  CTR_TRY(rows, ask(kHistories, Values().array(shards).array(numbers)));
  while (rows.next()) {
    rows.skip(1);
    const ActivationId id(rows.read_number());
    rows.skip(-2);
    CTR_TRY(entry, read_entry(rows));
    histories[id].push_back(std::move(entry));
  }
  std::vector<ports::Store::Audited> audited;
  for (auto& activation : activations) {
    auto entries = std::move(histories[activation.id]);
    // A step between the two reads: the audit sees the activation as it was.
    if (entries.size() > activation.history_count) entries.resize(activation.history_count);
    audited.push_back({.activation = std::move(activation), .history = std::move(entries)});
  }
  return audited;
}

// -- the desk ---------------------------------------------------------------------------------------------

Result<std::optional<ota::Ticket>> Reader::find_ticket(TicketId id) {
  CTR_TRY(row, ask(kFindTicket, Values().int4(shard_of(id.value())).int8(id.value())));
  if (!row.next()) return std::optional<ota::Ticket>();
  CTR_TRY(ticket, decode_ticket(row.read_text()));
  return std::optional(std::move(ticket));
}

Result<std::vector<ota::Ticket>> Reader::list_tickets(const ports::TicketFilter& filter) {
  Values values;
  values.int8(below(filter.after).value());
  values.text(filter.state ? to_string(*filter.state) : "").int8(wire(filter.limit));
  CTR_TRY(rows, ask(kTickets, std::move(values)));
  std::vector<ota::Ticket> tickets;
  while (rows.next()) {
    CTR_TRY(ticket, decode_ticket(rows.read_text()));
    tickets.push_back(std::move(ticket));
  }
  return tickets;
}

// -- catalogue, access, incidents -------------------------------------------------------------------------

Result<std::vector<ports::Service>> Reader::services() {
  CTR_TRY(rows, ask(kServices, {}));
  std::vector<ports::Service> services;
  while (rows.next()) {
    auto& service = services.emplace_back();
    service.id = ServiceId(std::string(rows.read_text()));
    service.version = static_cast<std::uint32_t>(rows.read_number());
    service.name = rows.read_text();
    service.document = rows.read_text();
    service.updated_at = rows.read_moment();
  }
  return services;
}

Result<std::vector<ports::ApiToken>> Reader::tokens() {
  CTR_TRY(rows, ask(kTokens, {}));
  std::vector<ports::ApiToken> tokens;
  while (rows.next()) {
    auto& token = tokens.emplace_back();
    token.id = TokenId(rows.read_number());
    token.name = rows.read_text();
    token.role = rows.read_text();
    token.client = rows.read_text();
    const auto digest = rows.read_blob();
    if (digest.size() != token.digest.size())
      return fail(ErrorKind::internal, "store", "a token's digest is damaged");
    std::copy(digest.begin(), digest.end(), token.digest.begin());
    token.created_at = rows.read_moment();
    token.expires_at = rows.read_moment();
    token.revoked_at = rows.read_optional_moment();
  }
  return tokens;
}

Result<std::vector<ports::Incident>> Reader::incidents(std::size_t limit) {
  CTR_TRY(rows, ask(kIncidents, Values().int8(wire(limit))));
  std::vector<ports::Incident> incidents;
  while (rows.next()) {
    auto& incident = incidents.emplace_back();
    incident.cause = rows.read_text();
    incident.opened_at = rows.read_moment();
    incident.ended_at = rows.read_optional_moment();
    incident.detail = rows.read_text();
    incident.held_back = read_count(rows);
  }
  return incidents;
}

}  // namespace contactor::store::postgres
