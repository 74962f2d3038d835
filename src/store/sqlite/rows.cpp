#include "store/sqlite/rows.h"

#include "store/names.h"

namespace contactor::store::sqlite {
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

void bind_failure(Statement& statement, const std::optional<ota::Failure>& failure) {
  if (!failure) {
    statement.null().null().null().null();
    return;
  }
  statement.text(to_string(failure->category))
      .number(failure->http_status)
      .text(failure->code)
      .text(failure->message);
}

std::optional<ota::Failure> read_failure(Statement& statement, NameReader& name) {
  if (statement.next_is_null()) {
    statement.skip(4);
    return std::nullopt;
  }
  ota::Failure failure;
  failure.category = name(ota::parse_failure_category(statement.read_text()));
  failure.http_status = static_cast<int>(statement.read_number());
  failure.code = statement.read_text();
  failure.message = statement.read_text();
  return failure;
}

std::uint32_t read_count(Statement& statement) { return static_cast<std::uint32_t>(statement.read_number()); }

ota::Digest read_digest(Statement& statement) {
  ota::Digest digest{};
  const auto bytes = statement.read_blob();
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

}  // namespace

void bind_activation(Statement& s, const ota::Activation& a) {
  s.number(a.id.value()).number(a.order->vin.shard()).number(a.version).text(to_string(a.state));
  s.text(to_string(a.service_status)).text(to_string(a.money_state)).moment(a.next_action_at);
  s.number(a.attempts).number(a.retries).number(a.command_ordinal).number(a.generation);
  s.number(a.accepted).number(a.cancel_requested).number(a.compensated);
  s.moment(a.sent_at).moment(a.answer_by).moment(a.horizon_at).moment(a.confirmed_at).moment(a.ends_at);
  bind_failure(s, a.last_failure);
  s.number(a.ticket_id.value()).text(a.waits_for).moment(a.created_at).moment(a.updated_at);
  s.number(a.history_count).blob(a.history_head);
}

Result<ota::Activation> read_activation(Statement& s) {
  NameReader name;
  ota::Activation a;
  a.id = ActivationId(s.read_number());
  s.skip(1);
  a.version = read_count(s);
  a.state = name(ota::parse_state(s.read_text()));
  a.service_status = name(ota::parse_service_status(s.read_text()));
  a.money_state = name(ota::parse_money_state(s.read_text()));
  a.next_action_at = s.read_moment();
  a.attempts = read_count(s);
  a.retries = read_count(s);
  a.command_ordinal = read_count(s);
  a.generation = static_cast<std::uint64_t>(s.read_number());
  a.accepted = s.read_number() != 0;
  a.cancel_requested = s.read_number() != 0;
  a.compensated = s.read_number() != 0;
  a.sent_at = s.read_moment();
  a.answer_by = s.read_moment();
  a.horizon_at = s.read_moment();
  a.confirmed_at = s.read_optional_moment();
  a.ends_at = s.read_optional_moment();
  a.last_failure = read_failure(s, name);
  a.ticket_id = TicketId(s.read_number());
  a.waits_for = s.read_text();
  a.created_at = s.read_moment();
  a.updated_at = s.read_moment();
  a.history_count = read_count(s);
  a.history_head = read_digest(s);
  CTR_CHECK(name.verdict("ota_activation"));
  return a;
}

std::string path_text(const std::vector<ota::State>& path) {
  std::string text;
  for (const auto state : path) {
    if (!text.empty()) text += ',';
    text += to_string(state);
  }
  return text;
}

void bind_entry(Statement& s, ActivationId id, const ota::HistoryEntry& e, std::string_view path) {
  s.number(id.value()).number(e.seq).moment(e.at).text(e.event).text(path);
  s.text(to_string(e.service_status)).text(to_string(e.money_state)).number(e.attempts).number(e.retries);
  s.text(e.actor).text(e.command_id);
  bind_failure(s, e.failure);
  s.text(e.detail).text(e.node).blob(e.hash);
}

Result<ota::HistoryEntry> read_entry(Statement& s) {
  NameReader name;
  ota::HistoryEntry e;
  s.skip(1);
  e.seq = read_count(s);
  e.at = s.read_moment();
  e.event = s.read_text();
  for (std::string_view rest = s.read_text(); !rest.empty();) {
    const auto end = std::min(rest.find(','), rest.size());
    e.path.push_back(name(ota::parse_state(rest.substr(0, end))));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  e.service_status = name(ota::parse_service_status(s.read_text()));
  e.money_state = name(ota::parse_money_state(s.read_text()));
  e.attempts = read_count(s);
  e.retries = read_count(s);
  e.actor = s.read_text();
  e.command_id = s.read_text();
  e.failure = read_failure(s, name);
  e.detail = s.read_text();
  e.node = s.read_text();
  e.hash = read_digest(s);
  CTR_CHECK(name.verdict("ota_history"));
  return e;
}

void bind_outbox(Statement& s, const ports::OutboxEntry& e) {
  s.number(e.id)
      .number(e.activation_id.shard())
      .number(e.activation_id.value())
      .text(to_string(e.kind))
      .text(e.key);
  s.text(to_string(e.purpose)).text(to_string(e.event)).text(e.detail).number(e.tries).number(e.unknown);
  s.moment(e.first_try_at).moment(e.next_try_at).moment(e.created_at);
}

Result<ports::OutboxEntry> read_outbox(Statement& s) {
  NameReader name;
  ports::OutboxEntry e;
  e.id = s.read_number();
  s.skip(1);
  e.activation_id = ActivationId(s.read_number());
  e.kind = name(parse_outbox_kind(s.read_text()));
  e.key = s.read_text();
  e.purpose = name(ota::parse_money_purpose(s.read_text()));
  e.event = name(ota::parse_notice_event(s.read_text()));
  e.detail = s.read_text();
  e.tries = read_count(s);
  e.unknown = s.read_number() != 0;
  e.first_try_at = s.read_moment();
  e.next_try_at = s.read_moment();
  e.created_at = s.read_moment();
  CTR_CHECK(name.verdict("outbox"));
  return e;
}

void bind_notice(Statement& s, const ports::NoticeRecord& n) {
  s.number(n.activation_id.value())
      .text(to_string(n.event))
      .text(to_string(n.channel))
      .text(to_string(n.outcome));
  s.moment(n.at).text(n.detail);
}

Result<ports::NoticeRecord> read_notice(Statement& s) {
  NameReader name;
  ports::NoticeRecord n;
  n.activation_id = ActivationId(s.read_number());
  n.event = name(ota::parse_notice_event(s.read_text()));
  n.channel = name(ota::parse_channel(s.read_text()));
  n.outcome = name(parse_notice_outcome(s.read_text()));
  n.at = s.read_moment();
  n.detail = s.read_text();
  CTR_CHECK(name.verdict("ota_notice"));
  return n;
}

}  // namespace contactor::store::sqlite
