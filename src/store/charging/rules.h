#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ports/charging_store.h"

namespace contactor::store {

inline constexpr std::size_t kChargingBatch = 10'000;  ///< records in one call at most
inline constexpr std::size_t kChargingPage = 500;      ///< rows of a list at most
inline constexpr std::size_t kStatsRead = 100'000;
inline constexpr std::size_t kClaimed = 1000;  ///< deliveries that are claimed, concluded or replayed at once
inline constexpr std::int64_t kAttemptsKept = 50;
inline constexpr std::size_t kAttemptErrorMax = 200;

/// Where rows of an id stand: the same on every machine and for ever.
[[nodiscard]] std::uint8_t shard_of(std::string_view id);

/// @errors  invalid: too many records, one without an id, an event that stands twice, a text that a database
/// cannot keep (a NUL).
[[nodiscard]] Status check(const ports::ChargingWrite& write);

/// Do both texts say the same? Databases write an object in their own way.
[[nodiscard]] bool same_json(const charging::JsonObject& a, const charging::JsonObject& b);

/// What becomes of an event.
struct EventDecision {
  bool stale = false;
  ports::RecordOutcome outcome = ports::RecordOutcome::unchanged;
  ports::StoredEvent after;  ///< not of an unchanged one
};
/// @param stored  nullptr: it is not on record.
[[nodiscard]] EventDecision decide(const ports::StoredEvent* stored, const ports::StoredEvent& incoming,
                                   Instant at);

/// The stat as it replaces `stored`, or nothing where it says the same.
[[nodiscard]] std::optional<ports::StoredStat> decide(const ports::StoredStat* stored,
                                                      const ports::StoredStat& incoming, Instant at);

/// Of a job with a credential; what ChargingWrite and lists call it.
[[nodiscard]] charging::IdOf<charging::LastRunTime> id_of_mark(const charging::LastRunTime& mark);
/// The mark as it becomes: no moment of it goes back.
[[nodiscard]] charging::LastRunTime moved(const charging::LastRunTime* stored, charging::LastRunTime next,
                                          Instant at);

/// A row of event_log with what only the store keeps of it.
struct LogRow {
  charging::EventLog log;
  std::string vehicle_key;    ///< VIN, else the event's stream: what `ordered_by_vehicle` goes by
  std::int64_t position = 0;  ///< of two rows of a subscription the later one has the higher
};
/// The provider of the other telling that an event names (`same_as`), where it is on record.
using OtherProvider = std::function<std::optional<std::string>(const charging::ChargingEvent&)>;
/// What is to be delivered of events that were just stored.
[[nodiscard]] std::vector<LogRow> log_rows(std::span<const ports::StoredEvent> changed,
                                           std::span<const charging::Subscription> subscriptions, Instant at,
                                           const OtherProvider& other_provider);

/// The attempt as it is kept.
[[nodiscard]] ports::DeliveryAttempt as_kept(ports::DeliveryAttempt attempt);

/// What the store decides of a record that is put: its moments, and the id of a mark.
/// @errors  invalid: no id, or a text that a database cannot keep.
template <class Model>
[[nodiscard]] Status settle_put(Model& model, std::optional<Instant> base, Instant at);

/// Where a page begins: behind the row of this moment and id.
struct Cursor {
  std::int64_t at = INT64_MAX;
  std::string id;
};
[[nodiscard]] std::string to_text(const Cursor& cursor);
/// @errors  invalid. An empty text is the beginning.
[[nodiscard]] Result<Cursor> parse_cursor(std::string_view text);
/// @errors  invalid: the cursor is none, or too many ids.
[[nodiscard]] Result<Cursor> start_of(const ports::DeliveryReplay& replay);

}  // namespace contactor::store
