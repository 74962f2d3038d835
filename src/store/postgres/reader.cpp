#include "store/postgres/reader.h"

#include "store/notice_codec.h"
#include "store/order_codec.h"
#include "store/postgres/keyset.h"
#include "store/postgres/rows.h"

namespace contactor::store::postgres {
namespace {

constexpr std::size_t kVehicleActivations = 100;

std::string prefixed(std::string_view prefix, std::span<const Column> columns) {
  std::string text;
  for (const auto& column : columns)
    text += fmt::format("{}{}.{}", text.empty() ? "" : ", ", prefix, column.name);
  return text;
}

/// Activations with their orders from both tables, for each row of `source` (named `o`: shard, id, doc).
std::string both_tables(std::string_view source, std::string_view extra = "0::int8") {
  const auto one = [&](std::string_view table) {
    return fmt::format(
        "SELECT {}, {}, o.doc FROM o JOIN {} AS a ON a.shard = o.shard AND a.id = o.activation_id", extra,
        prefixed("a", kActivationColumns), table);
  };
  return fmt::format("WITH o AS MATERIALIZED ({}) {} UNION ALL {}", source, one("ota_activation"),
                     one("ota_activation_archive"));
}

constexpr std::string_view kById =
    "SELECT shard, activation_id, doc FROM ota_order WHERE shard = $1::int4 AND activation_id = $2::int8";
constexpr std::string_view kByIds =
    "SELECT q.shard, q.activation_id, q.doc, i.n FROM (SELECT unnest($1::int4[]) AS shard, "
    "unnest($2::int8[]) "
    "AS id, generate_subscripts($2, 1)::int8 AS n) AS i JOIN ota_order AS q ON q.shard = i.shard AND "
    "q.activation_id = i.id";
constexpr std::string_view kByVin =
    "SELECT shard, activation_id, doc FROM ota_order WHERE shard = $1::int4 AND vin = $2::text ORDER BY "
    "activation_id DESC LIMIT $3::int8";

const Statement kFind{"find", both_tables(kById)};
const Statement kFindMany{"find_many", both_tables(kByIds, "o.n")};
const Statement kOfVehicle{"of_vehicle", both_tables(kByVin)};
const Statement kLedger{"ledger",
                        "SELECT version, generation, last_command_id, sends, busy_until FROM ota_ledger "
                        "WHERE shard = $1::int4 AND vin = "
                        "$2::text"};
const Statement kLoad{
    "load",
    fmt::format(
        "SELECT i.n, {}, o.doc, l.version, l.generation, l.last_command_id, l.sends, l.busy_until FROM "
        "(SELECT "
        "unnest($1::int4[]) AS shard, unnest($2::int8[]) AS id, generate_subscripts($2, 1)::int8 AS n) "
        "AS i JOIN ota_activation AS a ON a.shard = i.shard AND a.id = i.id JOIN ota_order AS o ON "
        "o.shard = a.shard AND o.activation_id = a.id LEFT JOIN ota_ledger AS l ON l.shard = o.shard "
        "AND l.vin = o.vin",
        prefixed("a", kActivationColumns))};
const Statement kLiveRows{"live_rows",
                          "SELECT a.id, a.state, a.next_action_at FROM unnest($1::int4[]) AS s(shard) CROSS "
                          "JOIN LATERAL (SELECT id, "
                          "state, next_action_at FROM ota_activation AS l WHERE l.shard = s.shard AND l.id > "
                          "$2::int8 ORDER BY l.id "
                          "LIMIT $3::int8) AS a"};
const Statement kOutbox{
    "outbox", fmt::format("SELECT {} FROM unnest($1::int4[]) AS s(shard) CROSS JOIN LATERAL (SELECT {} FROM "
                          "outbox AS l WHERE l.shard = s.shard AND l.id > $2::int8 ORDER BY l.id LIMIT "
                          "$3::int8) AS o",
                          prefixed("o", kOutboxColumns), prefixed("l", kOutboxColumns))};
const Statement kOutboxOf{
    "outbox_of",
    fmt::format(
        "SELECT {} FROM outbox AS o WHERE o.shard = $1::int4 AND o.activation_id = $2::int8 ORDER BY o.id",
        prefixed("o", kOutboxColumns))};
const Statement kOrderKey{"order_key", "SELECT activation_id FROM ota_order_key WHERE order_id = $1::text"};
// Of several activations under one payment the first is the one that was paid.
const Statement kPayment{"payment",
                         "SELECT activation_id FROM ota_order WHERE transaction_id = $1::text AND "
                         "transaction_id <> '' ORDER BY activation_id LIMIT 1"};
const Statement kHistory{
    "history", fmt::format("SELECT {} FROM ota_history AS h WHERE h.shard = $1::int4 AND h.activation_id = "
                           "$2::int8 ORDER BY h.seq",
                           prefixed("h", kHistoryColumns))};
const Statement kNotices{
    "notices",
    fmt::format("SELECT {} FROM ota_notice AS n WHERE n.shard = $1::int4 AND n.activation_id = $2::int8",
                prefixed("n", kNoticeColumns))};
const Statement kStepNotices{"step_notices",
                             "SELECT notices FROM ota_history WHERE shard = $1::int4 AND activation_id = "
                             "$2::int8 AND notices IS NOT NULL ORDER BY seq"};
const Statement kFindReply{"find_reply",
                           "SELECT request_digest, status, body, at FROM idempotent_reply WHERE principal = "
                           "$1::text AND route = $2::text AND key = $3::text"};

Values by_id(std::int64_t id) {
  Values values;
  values.int4(shard_of(id)).int8(id);
  return values;
}

Result<ota::Activation> read_whole(Answer& row) {
  CTR_TRY(activation, read_activation(row));
  CTR_TRY(order, decode_order(row.read_text()));
  activation.order = std::move(order);
  return activation;
}

template <class T, class Read>
Result<std::vector<T>> all(Answer& answer, Read read) {
  std::vector<T> rows;
  rows.reserve(static_cast<std::size_t>(answer.count()));
  while (answer.next()) {
    Result<T> row = read(answer);
    if (!row) return fail(std::move(row.error()));
    rows.push_back(std::move(*row));
  }
  return rows;
}

/// Rows that say in front which one of the asked ones they are.
template <class T, class Read>
Result<std::vector<T>> in_order(Answer& answer, Read read) {
  std::vector<std::pair<std::int64_t, T>> rows;
  while (answer.next()) {
    const auto position = answer.read_number();
    Result<T> row = read(answer);
    if (!row) return fail(std::move(row.error()));
    rows.emplace_back(position, std::move(*row));
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<T> sorted;
  for (auto& [position, row] : rows) sorted.push_back(std::move(row));
  return sorted;
}

struct IdArrays {
  Array shards{Type::int4}, ids{Type::int8};
  explicit IdArrays(const std::vector<ActivationId>& of) {
    for (const auto id : of) {
      shards.add_number(id.shard());
      ids.add_number(id.value());
    }
  }
};

}  // namespace

Result<Answer> Reader::ask(const Statement& statement, Values values) {
  const Call call{.statement = &statement, .values = std::move(values)};
  CTR_TRY(answers, ask({&call, 1}));
  return std::move(answers[0]);
}

Result<std::vector<Answer>> Reader::ask(std::span<const Call> calls) {
  auto answers = transactor_.begin(calls);
  if (answers) return std::move(*answers);
  const auto& refusal = answers.error();
  return fail(refusal.error ? *refusal.error : error_of(refusal.failure));
}

Result<std::vector<ports::Loaded>> Reader::load(const std::vector<ActivationId>& ids) {
  IdArrays asked(ids);
  Values values;
  values.array(asked.shards).array(asked.ids);
  CTR_TRY(answer, ask(kLoad, std::move(values)));
  return in_order<ports::Loaded>(answer, [](Answer& row) -> Result<ports::Loaded> {
    CTR_TRY(activation, read_whole(row));
    auto ledger = read_ledger(row, activation.order->vin);
    return ports::Loaded{.activation = std::move(activation), .ledger = std::move(ledger)};
  });
}

Result<std::vector<ports::LiveRow>> Reader::live_rows(const ports::ShardSet& shards, ActivationId after,
                                                      std::size_t limit) {
  Array asked = shard_array(shards);
  const auto fetch = [&](std::int64_t past, std::size_t count) -> Result<std::vector<ports::LiveRow>> {
    Values values;
    values.array(asked).int8(past).int8(static_cast<std::int64_t>(count));
    CTR_TRY(answer, ask(kLiveRows, std::move(values)));
    return all<ports::LiveRow>(answer, [](Answer& row) -> Result<ports::LiveRow> {
      ports::LiveRow live{.id = ActivationId(row.read_number())};
      const auto state = ota::parse_state(row.read_text());
      if (!state)
        return fail(ErrorKind::internal, "store", "a live row has a state that this program does not know");
      live.state = *state;
      live.next_action_at = row.read_moment();
      return live;
    });
  };
  return merged_page<ports::LiveRow>(shards.count(), after.value(), limit, 1, fetch,
                                     [](const ports::LiveRow& row) { return row.id.value(); });
}

Result<std::vector<ports::OutboxEntry>> Reader::outbox(const ports::ShardSet& shards, std::int64_t after,
                                                       std::size_t limit) {
  Array asked = shard_array(shards);
  const auto fetch = [&](std::int64_t past, std::size_t count) -> Result<std::vector<ports::OutboxEntry>> {
    Values values;
    values.array(asked).int8(past).int8(static_cast<std::int64_t>(count));
    CTR_TRY(answer, ask(kOutbox, std::move(values)));
    return all<ports::OutboxEntry>(answer, read_outbox);
  };
  return merged_page<ports::OutboxEntry>(shards.count(), after, limit, 1, fetch,
                                         [](const ports::OutboxEntry& entry) { return entry.id; });
}

Result<ports::Store::VehicleContext> Reader::vehicle_context(const Vin& vin) {
  const Call calls[] = {{.statement = &kLedger, .values = Values().int4(vin.shard()).text(vin.str())},
                        {.statement = &kOfVehicle,
                         .values = Values().int4(vin.shard()).text(vin.str()).int8(kVehicleActivations)}};
  CTR_TRY(answers, ask(calls));
  ports::Store::VehicleContext context{.ledger = {.vin = vin}, .activations = {}};
  if (auto& ledger = answers[0]; ledger.next()) context.ledger = read_ledger(ledger, vin);
  CTR_TRY(activations, in_order<ota::Activation>(answers[1], read_whole));
  std::sort(activations.begin(), activations.end(), [](const auto& a, const auto& b) { return a.id > b.id; });
  context.activations = std::move(activations);
  return context;
}

Result<std::optional<ota::Activation>> Reader::find(ActivationId id) {
  CTR_TRY(answer, ask(kFind, by_id(id.value())));
  CTR_TRY(found, in_order<ota::Activation>(answer, read_whole));
  if (found.empty()) return std::optional<ota::Activation>();
  return std::optional(std::move(found.front()));
}

Result<std::vector<ota::Activation>> Reader::rows_of(const std::vector<ActivationId>& ids) {
  if (ids.empty()) return std::vector<ota::Activation>();
  IdArrays asked(ids);
  Values values;
  values.array(asked.shards).array(asked.ids);
  CTR_TRY(answer, ask(kFindMany, std::move(values)));
  return in_order<ota::Activation>(answer, read_whole);
}

Result<std::optional<ota::Activation>> Reader::find_order(const OrderId& id) {
  CTR_TRY(answer, ask(kOrderKey, Values().text(id.str())));
  if (!answer.next()) return std::optional<ota::Activation>();
  return find(ActivationId(answer.read_number()));
}

Result<std::optional<ota::Activation>> Reader::find_payment(const std::string& transaction_id) {
  CTR_TRY(answer, ask(kPayment, Values().text(transaction_id)));
  if (!answer.next()) return std::optional<ota::Activation>();
  return find(ActivationId(answer.read_number()));
}

Result<std::vector<ota::HistoryEntry>> Reader::history(ActivationId id) {
  CTR_TRY(answer, ask(kHistory, by_id(id.value())));
  return all<ota::HistoryEntry>(answer, read_entry);
}

Result<std::vector<ports::NoticeRecord>> Reader::notices(ActivationId id) {
  const Call calls[] = {{.statement = &kStepNotices, .values = by_id(id.value())},
                        {.statement = &kNotices, .values = by_id(id.value())}};
  CTR_TRY(answers, ask(calls));
  std::vector<ports::NoticeRecord> said;
  for (auto& of_step = answers[0]; of_step.next();) {
    CTR_TRY(notices, decode_notices(id, of_step.read_text()));
    std::ranges::move(notices, std::back_inserter(said));
  }
  CTR_TRY(rows, all<ports::NoticeRecord>(answers[1], read_notice));
  std::ranges::move(rows, std::back_inserter(said));
  return last_words(std::move(said));
}

Result<std::vector<ports::OutboxEntry>> Reader::pending_outbox(ActivationId id) {
  CTR_TRY(answer, ask(kOutboxOf, by_id(id.value())));
  return all<ports::OutboxEntry>(answer, read_outbox);
}

Result<std::optional<ports::IdempotentReply>> Reader::find_reply(const std::string& principal,
                                                                 const std::string& route,
                                                                 const std::string& key) {
  CTR_TRY(row, ask(kFindReply, Values().text(principal).text(route).text(key)));
  if (!row.next()) return std::optional<ports::IdempotentReply>();
  ports::IdempotentReply reply{.principal = principal, .route = route, .key = key};
  reply.request_digest = row.read_text();
  reply.status = static_cast<int>(row.read_number());
  reply.body = row.read_text();
  reply.at = row.read_moment();
  return std::optional(std::move(reply));
}

}  // namespace contactor::store::postgres
