#include "store/postgres/rows.h"

#include "store/names.h"
#include "store/notice_codec.h"
#include "store/order_codec.h"
#include "store/sends.h"

namespace contactor::store::postgres {
namespace {

/// Reads names and remembers whether one was not known: a row is judged once, at its end.
class NameReader {
 public:
  template <class Enum>
  Enum operator()(std::optional<Enum> parsed) {
    known_ = known_ && parsed.has_value();
    return parsed.value_or(Enum{});
  }
  [[nodiscard]] Status verdict(std::string_view table) const {
    if (known_) return {};
    return fail(ErrorKind::internal, "store",
                fmt::format("a row of {} has a name that this program does not know", table));
  }

 private:
  bool known_ = true;
};

void bind_failure(Rowset& rows, const std::optional<ota::Failure>& failure) {
  if (!failure) {
    rows.null().null().null().null();
    return;
  }
  rows.text(to_string(failure->category)).number(failure->http_status).text(failure->code);
  rows.text(failure->message);
}

std::optional<ota::Failure> read_failure(Answer& row, NameReader& name) {
  if (row.next_is_null()) {
    row.skip(4);
    return std::nullopt;
  }
  ota::Failure failure;
  failure.category = name(ota::parse_failure_category(row.read_text()));
  failure.http_status = static_cast<int>(row.read_number());
  failure.code = row.read_text();
  failure.message = row.read_text();
  return failure;
}

std::uint32_t read_count(Answer& row) { return static_cast<std::uint32_t>(row.read_number()); }

ota::Digest read_digest(Answer& row) {
  ota::Digest digest{};
  const auto bytes = row.read_blob();
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

}  // namespace

void bind_changing(Rowset& rows, const ota::Activation& a) {
  rows.number(shard_of(a.id.value())).number(a.id.value()).number(a.version);
  rows.text(to_string(a.state)).text(to_string(a.service_status)).text(to_string(a.money_state));
  rows.moment(a.next_action_at).number(a.attempts).number(a.retries).number(a.command_ordinal);
  rows.number(a.generation).number(a.accepted).number(a.cancel_requested).number(a.compensated);
  rows.moment(a.sent_at).moment(a.answer_by).moment(a.horizon_at).moment(a.confirmed_at).moment(a.ends_at);
  bind_failure(rows, a.last_failure);
  rows.number(a.ticket_id.value()).text(a.waits_for).moment(a.updated_at);
  rows.number(a.history_count).blob(a.history_head);
}

void bind_activation(Rowset& rows, const ota::Activation& activation) {
  bind_changing(rows, activation);
  rows.moment(activation.created_at);
}

Result<ota::Activation> read_activation(Answer& row) {
  NameReader name;
  ota::Activation a;
  row.skip(1);
  a.id = ActivationId(row.read_number());
  a.version = read_count(row);
  a.state = name(ota::parse_state(row.read_text()));
  a.service_status = name(ota::parse_service_status(row.read_text()));
  a.money_state = name(ota::parse_money_state(row.read_text()));
  a.next_action_at = row.read_moment();
  a.attempts = read_count(row);
  a.retries = read_count(row);
  a.command_ordinal = read_count(row);
  a.generation = static_cast<std::uint64_t>(row.read_number());
  a.accepted = row.read_number() != 0;
  a.cancel_requested = row.read_number() != 0;
  a.compensated = row.read_number() != 0;
  a.sent_at = row.read_moment();
  a.answer_by = row.read_moment();
  a.horizon_at = row.read_moment();
  a.confirmed_at = row.read_optional_moment();
  a.ends_at = row.read_optional_moment();
  a.last_failure = read_failure(row, name);
  a.ticket_id = TicketId(row.read_number());
  a.waits_for = row.read_text();
  a.updated_at = row.read_moment();
  a.history_count = read_count(row);
  a.history_head = read_digest(row);
  a.created_at = row.read_moment();
  CTR_CHECK(name.verdict("ota_activation"));
  return a;
}

void bind_entry(Rowset& rows, ActivationId id, const ota::HistoryEntry& e,
                std::span<const ports::NoticeRecord> notices) {
  std::string path;
  for (const auto state : e.path) {
    if (!path.empty()) path += ',';
    path += to_string(state);
  }
  rows.number(shard_of(id.value())).number(id.value()).number(e.seq).moment(e.at).text(e.event).text(path);
  rows.text(to_string(e.service_status)).text(to_string(e.money_state)).number(e.attempts).number(e.retries);
  rows.text(e.actor).text(e.command_id);
  bind_failure(rows, e.failure);
  rows.text(e.detail).text(e.node).blob(e.hash);
  notices.empty() ? rows.null() : rows.text(encode(notices));
}

Result<ota::HistoryEntry> read_entry(Answer& row) {
  NameReader name;
  ota::HistoryEntry e;
  row.skip(2);
  e.seq = read_count(row);
  e.at = row.read_moment();
  e.event = row.read_text();
  for (std::string_view rest = row.read_text(); !rest.empty();) {
    const auto end = std::min(rest.find(','), rest.size());
    e.path.push_back(name(ota::parse_state(rest.substr(0, end))));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  e.service_status = name(ota::parse_service_status(row.read_text()));
  e.money_state = name(ota::parse_money_state(row.read_text()));
  e.attempts = read_count(row);
  e.retries = read_count(row);
  e.actor = row.read_text();
  e.command_id = row.read_text();
  e.failure = read_failure(row, name);
  e.detail = row.read_text();
  e.node = row.read_text();
  e.hash = read_digest(row);
  CTR_CHECK(name.verdict("ota_history"));
  return e;
}

void bind_outbox(Rowset& rows, const ports::OutboxEntry& e) {
  rows.number(shard_of(e.id)).number(e.id).number(e.activation_id.value()).text(to_string(e.kind));
  rows.text(e.key).text(to_string(e.purpose)).text(to_string(e.event)).text(e.detail).number(e.tries);
  rows.number(e.unknown).moment(e.first_try_at).moment(e.next_try_at).moment(e.created_at);
}

Result<ports::OutboxEntry> read_outbox(Answer& row) {
  NameReader name;
  ports::OutboxEntry e;
  row.skip(1);
  e.id = row.read_number();
  e.activation_id = ActivationId(row.read_number());
  e.kind = name(parse_outbox_kind(row.read_text()));
  e.key = row.read_text();
  e.purpose = name(ota::parse_money_purpose(row.read_text()));
  e.event = name(ota::parse_notice_event(row.read_text()));
  e.detail = row.read_text();
  e.tries = read_count(row);
  e.unknown = row.read_number() != 0;
  e.first_try_at = row.read_moment();
  e.next_try_at = row.read_moment();
  e.created_at = row.read_moment();
  CTR_CHECK(name.verdict("outbox"));
  return e;
}

void bind_notice(Rowset& rows, const ports::NoticeRecord& n) {
  rows.number(shard_of(n.activation_id.value())).number(n.activation_id.value()).text(to_string(n.event));
  rows.text(to_string(n.channel)).text(to_string(n.outcome)).moment(n.at).text(n.detail);
}

Result<ports::NoticeRecord> read_notice(Answer& row) {
  NameReader name;
  ports::NoticeRecord n;
  row.skip(1);
  n.activation_id = ActivationId(row.read_number());
  n.event = name(ota::parse_notice_event(row.read_text()));
  n.channel = name(ota::parse_channel(row.read_text()));
  n.outcome = name(parse_notice_outcome(row.read_text()));
  n.at = row.read_moment();
  n.detail = row.read_text();
  CTR_CHECK(name.verdict("ota_notice"));
  return n;
}

void bind_ledger(Rowset& rows, const ports::CommandLedger& ledger) {
  rows.number(ledger.vin.shard()).text(ledger.vin.str()).number(ledger.version).number(ledger.generation);
  rows.text(ledger.last_command_id).blob(sends_blob(ledger.sends)).moment(ledger.busy_until);
}

ports::CommandLedger read_ledger(Answer& row, const Vin& vin) {
  ports::CommandLedger ledger{.vin = vin};
  ledger.version = read_count(row);
  ledger.generation = static_cast<std::uint64_t>(row.read_number());
  ledger.last_command_id = row.read_text();
  ledger.sends = read_sends(row.read_blob());
  ledger.busy_until = row.read_moment();
  return ledger;
}

void bind_order(Rowset& rows, const ota::Activation& activation) {
  const auto& order = *activation.order;
  rows.number(shard_of(activation.id.value())).number(activation.id.value()).text(order.order_id.str());
  rows.text(order.vin.str()).text(order.customer.id.str()).text(order.service_id.str());
  rows.text(order.ordered_by).text(order.payment.transaction_id).text(encode(order));
}

void bind_ticket(Rowset& rows, const ota::Ticket& ticket) {
  rows.number(shard_of(ticket.id.value())).number(ticket.id.value()).number(ticket.activation_id.value());
  rows.text(to_string(ticket.state)).text(to_string(ticket.priority)).number(ticket.version);
  rows.text(encode(ticket));
}

void bind_reply(Rowset& rows, const ports::IdempotentReply& reply) {
  rows.text(reply.principal).text(reply.route).text(reply.key).text(reply.request_digest);
  rows.number(reply.status).text(reply.body).moment(reply.at);
}

}  // namespace contactor::store::postgres
