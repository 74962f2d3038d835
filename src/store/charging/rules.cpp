#include "store/charging/rules.h"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include <fmt/format.h>

#include "charging/rules.h"
#include "crypto/crypto.h"
#include "crypto/encoding.h"
#include "json/json.h"

namespace contactor::store {
namespace {

using ports::RecordOutcome;

Status refuse(std::string_view what) {
  return fail(ErrorKind::invalid, "store", fmt::format("the call is malformed: {}", what));
}

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

/// An escaped NUL: JSON may have one, a database's JSON and text may not.
bool has_escaped_nul(std::string_view json) {
  for (auto at = json.find("\\u0000"); at != std::string_view::npos; at = json.find("\\u0000", at + 1)) {
    std::size_t slashes = 1;
    while (slashes <= at && json[at - slashes] == '\\') ++slashes;
    if (slashes % 2 == 1) return true;
  }
  return false;
}

/// Every text of a record.
template <class Model>
bool can_be_kept(const Model& model) {
  bool good = true;
  charging::for_each_field<Model>([&](const auto& field) {
    const auto& value = model.*field.member;
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, std::string>)
      good = good && !has_nul(value);
    else if constexpr (std::is_same_v<Value, std::optional<std::string>>)
      good = good && !(value && has_nul(*value));
    else if constexpr (std::is_same_v<Value, charging::JsonObject>)
      good = good && !has_nul(value.text) && !has_escaped_nul(value.text);
  });
  return good;
}

bool same_number(const json::value& a, const json::value& b) {
  return a.is_number() && b.is_number() && (a == b || a.to_number<double>() == b.to_number<double>());
}

bool same_value(const json::value& a, const json::value& b) {
  if (a.is_object() && b.is_object())
    return a.as_object().size() == b.as_object().size() &&
           std::ranges::all_of(a.as_object(), [&](const auto& member) {
             const auto* other = b.as_object().if_contains(member.key());
             return other != nullptr && same_value(member.value(), *other);
           });
  if (a.is_array() && b.is_array()) return std::ranges::equal(a.as_array(), b.as_array(), same_value);
  return a == b || same_number(a, b);
}

/// The references of `incoming`, which also go where it says so.
void link(charging::ChargingEvent& event, const charging::ChargingEvent& incoming, bool also_empty) {
  const auto take = [&](auto& to, const auto& from) {
    if (from || also_empty) to = from;
  };
  take(event.same_as, incoming.same_as);
  take(event.vehicle_id, incoming.vehicle_id);
  take(event.location_id, incoming.location_id);
}

std::string digest_text(std::string_view text) {
  const auto digest = crypto::sha256(text);
  return crypto::to_hex({reinterpret_cast<const char*>(digest.data()), 16});
}

}  // namespace

std::uint8_t shard_of(std::string_view id) {
  // FNV-1a of 32 bits, folded; written out because its values are stored.
  std::uint32_t hash = 2'166'136'261U;
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
  return static_cast<std::uint8_t>(hash ^ hash >> 8 ^ hash >> 16 ^ hash >> 24);
}

Status check(const ports::ChargingWrite& write) {
  if (write.stats.size() + write.events.size() + write.locations.size() > kChargingBatch ||
      write.fences.size() > kChargingBatch)
    return refuse("at most 10000 records are written at once");
  std::unordered_set<std::string_view> ids, streams;
  for (const auto& stored : write.stats)
    if (stored.stat.id.empty() || stored.stream.empty() || has_nul(stored.stream) ||
        !can_be_kept(stored.stat))
      return refuse(fmt::format("stat {} has no id or stream, or a NUL in a text", stored.stat.id.str()));
  for (const auto& stored : write.events) {
    if (stored.event.id.empty() || stored.stream.empty() || has_nul(stored.stream) ||
        stored.event.version < 0 || !can_be_kept(stored.event))
      return refuse(fmt::format("event {} has no id or stream, or a NUL in a text", stored.event.id.str()));
    if (!ids.insert(stored.event.id.str()).second) return refuse("an event stands twice");
  }
  for (const auto& location : write.locations)
    if (location.id.empty() || !can_be_kept(location)) return refuse("a location has no id");
  for (const auto& fence : write.fences)
    if (fence.stream.empty() || has_nul(fence.stream) || !streams.insert(fence.stream).second)
      return refuse("a stream has no name, or stands twice");
  return {};
}

bool same_json(const charging::JsonObject& a, const charging::JsonObject& b) {
  if (a.text == b.text) return true;
  const auto left = json::parse(a.text), right = json::parse(b.text);
  return left && right && same_value(*left, *right);
}

EventDecision decide(const ports::StoredEvent* stored, const ports::StoredEvent& incoming, Instant at) {
  EventDecision decision{.after = incoming};
  auto& after = decision.after.event;
  const auto version = incoming.event.version;
  after.updated_at = at;
  if (stored == nullptr) {
    decision.stale = version > 1;
    decision.outcome = RecordOutcome::created;
    after.version = 1;
    after.supersedes.reset();
    after.created_at = at;
    return decision;
  }
  const auto& before = stored->event;
  if (same_json(before.provider_info, after.provider_info)) after.provider_info = before.provider_info;
  const bool is_same = charging::same_content(before, after);
  if (version == before.version + 1 || (version == 0 && !is_same)) {
    if (version == 0) after = charging::corrected(before, std::move(after));
    after.version = before.version + 1;
    after.supersedes = before.version;
    after.created_at = before.created_at;
    decision.outcome = RecordOutcome::updated;
    return decision;
  }
  decision.stale = !is_same || (version != 0 && version != before.version);
  const bool is_named = version != 0;
  decision.after = *stored;
  link(after, incoming.event, is_named);
  if (is_named) decision.after.stream = incoming.stream;
  if (is_named) decision.after.is_computed = incoming.is_computed;
  if (decision.after == *stored) return decision;
  decision.outcome = RecordOutcome::linked;
  after.updated_at = at;
  return decision;
}

std::optional<ports::StoredStat> decide(const ports::StoredStat* stored, const ports::StoredStat& incoming,
                                        Instant at) {
  auto after = incoming;
  if (!after.stat.created_at) after.stat.created_at = at;
  if (stored == nullptr) return after;
  if (same_json(stored->stat.telemetry, after.stat.telemetry)) after.stat.telemetry = stored->stat.telemetry;
  if (!after.stat.charging_event_id) after.stat.charging_event_id = stored->stat.charging_event_id;
  auto same = after;
  same.stat.created_at = stored->stat.created_at;
  if (same == *stored) return std::nullopt;
  return after;
}

charging::IdOf<charging::LastRunTime> id_of_mark(const charging::LastRunTime& mark) {
  const std::string credential = mark.credential_id ? mark.credential_id->str() : "";
  return charging::IdOf<charging::LastRunTime>("run_" + digest_text(credential + '\0' + mark.job_name));
}

charging::LastRunTime moved(const charging::LastRunTime* stored, charging::LastRunTime next, Instant at) {
  next.id = id_of_mark(next);
  next.created_at = next.updated_at = at;
  if (stored == nullptr) return next;
  next.created_at = stored->created_at;
  next.last_run_at = std::max(next.last_run_at, stored->last_run_at);
  next.high_water_at = std::max(next.high_water_at, stored->high_water_at);
  return next;
}

ports::DeliveryAttempt as_kept(ports::DeliveryAttempt attempt) {
  attempt.outcome = json::shortened(attempt.outcome, kAttemptErrorMax);
  attempt.error = json::shortened(attempt.error, kAttemptErrorMax);
  std::ranges::replace(attempt.outcome, '\0', ' ');
  std::ranges::replace(attempt.error, '\0', ' ');
  return attempt;
}

template <class Model>
Status settle_put(Model& model, std::optional<Instant> base, Instant at) {
  if constexpr (std::is_same_v<Model, charging::LastRunTime>) model.id = id_of_mark(model);
  if (model.id.empty()) return refuse("a record has no id");
  if (!can_be_kept(model)) return refuse("a text has a NUL");
  model.created_at = at;
  // Later than what it replaces, also where clocks differ: it is the fence of the next change.
  model.updated_at = base ? std::max(at, *base + Millis(1)) : at;
  return {};
}
template Status settle_put(charging::Vehicle&, std::optional<Instant>, Instant);
template Status settle_put(charging::Credential&, std::optional<Instant>, Instant);
template Status settle_put(charging::Client&, std::optional<Instant>, Instant);
template Status settle_put(charging::ClientService&, std::optional<Instant>, Instant);
template Status settle_put(charging::Service&, std::optional<Instant>, Instant);
template Status settle_put(charging::LastRunTime&, std::optional<Instant>, Instant);
template Status settle_put(charging::Location&, std::optional<Instant>, Instant);

std::string to_text(const Cursor& cursor) { return fmt::format("{}~{}", cursor.at, cursor.id); }

Result<Cursor> parse_cursor(std::string_view text) {
  Cursor cursor;
  if (text.empty()) return cursor;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), cursor.at);
  const auto used = static_cast<std::size_t>(end.ptr - text.data());
  if (end.ec != std::errc() || cursor.at == INT64_MIN || used >= text.size() || text[used] != '~' ||
      text.size() - used > 700 || has_nul(text))
    return fail(ErrorKind::invalid, "store", "the cursor is none of this list");
  cursor.id = text.substr(used + 1);
  return cursor;
}

Result<Cursor> start_of(const ports::DeliveryReplay& replay) {
  if (replay.event_log_ids.size() > kClaimed)
    return fail(refuse("at most 1000 are replayed at once").error());
  if (replay.cursor.empty()) return Cursor{.at = INT64_MIN, .id = {}};
  return parse_cursor(replay.cursor);
}

}  // namespace contactor::store
