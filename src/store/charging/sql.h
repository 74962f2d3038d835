#pragma once

#include <set>
#include <unordered_map>

#include "store/charging/fields.h"
#include "store/charging/rules.h"

namespace contactor::store {

/// All of charging's statements over one connection; what differs between the databases stands beside what is
/// the same. Made for one call, within its transaction.
class ChargingSql {
 public:
  explicit ChargingSql(SqlDb& db) : db_(db) {}

  [[nodiscard]] Result<ports::ChargingWritten> write(const ports::ChargingWrite& write);

  template <class Model>
  [[nodiscard]] Result<std::vector<Model>> find(const std::vector<charging::IdOf<Model>>& ids);
  template <class Model>
  [[nodiscard]] Result<ports::ChargingPage<Model>> list(const ports::ChargingFilter& filter);
  template <class Model>
  [[nodiscard]] Result<Model> put(Model model, std::optional<Instant> base, Instant at);

  using EventId = charging::IdOf<charging::ChargingEvent>;
  using LogId = charging::IdOf<charging::EventLog>;
  using SubscriptionId = charging::IdOf<charging::ClientService>;
  using Events = std::vector<ports::StoredEvent>;
  [[nodiscard]] Result<std::vector<charging::ChargingStat>> stats(const ports::StatWindow& window);
  [[nodiscard]] Result<std::vector<std::pair<std::string, std::uint64_t>>> stream_versions(
      const std::vector<std::string>& streams);
  [[nodiscard]] Result<Events> stored_events(const std::vector<EventId>& ids);
  [[nodiscard]] Result<Events> events_of(const Vin& vin, Instant from, Instant until);
  [[nodiscard]] Result<Events> events_of_stream(const std::string& stream, Instant from, Instant until);
  [[nodiscard]] Result<Events> open_events(Instant before, std::size_t limit);
  [[nodiscard]] Result<std::vector<charging::ChargingEvent>> event_versions(const EventId& id);
  [[nodiscard]] Result<std::optional<charging::Client>> client_of_token(const std::string& hash, Instant now);

  [[nodiscard]] Result<std::vector<ports::DeliveryTarget>> targets(const SubscriptionId& after,
                                                                   std::size_t limit);
  [[nodiscard]] Status put_health(const SubscriptionId& id, const charging::EndpointHealth& health,
                                  const std::optional<std::string>& paused_because);
  [[nodiscard]] Result<std::vector<ports::Delivery>> claim_deliveries(const ports::DeliveryClaim& claim);
  [[nodiscard]] Result<ports::DeliveriesConcluded> conclude_deliveries(
      const std::vector<ports::DeliveryResult>& results);
  [[nodiscard]] Result<std::vector<ports::DeliveryAttempt>> attempts(const LogId& id, std::size_t limit);
  [[nodiscard]] Result<std::size_t> move_deliveries(const ports::DeliveryMove& move);
  [[nodiscard]] Result<ports::DeliveriesReplayed> replay(const ports::DeliveryReplay& replay);
  [[nodiscard]] Result<std::vector<ports::DeliveryTotal>> delivery_totals();

 private:
  /// A row of event_log with where it stands in the order of its subscription.
  struct PlacedLog {
    charging::EventLog log;
    std::int64_t position = 0;
  };

  // -- writing (sql_write.cpp, sql_stats.cpp) -------------------------------------------------------------
  [[nodiscard]] Result<bool> raise(std::span<const ports::StreamFence> fences);
  [[nodiscard]] Result<bool> fences_hold(std::span<const ports::StreamFence> fences);
  [[nodiscard]] Result<std::vector<EventDecision>> decide_all(const ports::ChargingWrite& write);
  [[nodiscard]] Result<std::vector<ports::RecordOutcome>> store_stats(const ports::ChargingWrite& write);
  /// Of stats without twins, in order of their keys. @return  the outcome by id; of none where unchanged.
  using Outcomes = std::unordered_map<std::string_view, ports::RecordOutcome>;
  [[nodiscard]] Result<Outcomes> upsert_stats(std::span<const ports::StoredStat* const> stats, Instant at);
  [[nodiscard]] Status keep_changed(std::span<const ports::StoredStat* const> stats,
                                    std::vector<ports::StoredStat>& changed, Outcomes& outcomes, Instant at);
  [[nodiscard]] Result<std::unordered_map<std::string, ports::StoredStat>> stored_stats(
      std::span<const ports::StoredStat* const> stats);
  /// @return  false where another one was faster.
  [[nodiscard]] Result<bool> store_events(std::span<const EventDecision> decisions);
  [[nodiscard]] Status keep_earlier(std::span<const EventDecision> decisions);
  [[nodiscard]] Status log(std::span<const ports::StoredEvent> versions, Instant at);
  [[nodiscard]] Result<std::unordered_map<std::string, std::string>> other_providers(
      std::span<const ports::StoredEvent> versions);
  [[nodiscard]] Status store_locations(std::span<const charging::Location> locations, Instant at);
  [[nodiscard]] Result<bool> move_mark(const charging::LastRunTime& run, Instant at);
  [[nodiscard]] Result<Events> locked_events(std::span<const ports::StoredEvent> events);

  // -- reading --------------------------------------------------------------------------------------------
  [[nodiscard]] Result<Events> read_events(const SqlText& text, std::span<const SqlValue> values);
  [[nodiscard]] Result<std::vector<charging::Subscription>> subscriptions();
  [[nodiscard]] Result<std::optional<charging::ChargingEvent>> earlier_version(const EventId& id,
                                                                               std::int64_t version);

  // -- deliveries -----------------------------------------------------------------------------------------
  [[nodiscard]] Result<std::vector<PlacedLog>> due(const ports::DeliveryClaim& claim);
  [[nodiscard]] Result<std::vector<ports::Delivery>> with_events(std::vector<PlacedLog> claimed);
  [[nodiscard]] Status update_claimed(std::span<const PlacedLog> claimed);
  [[nodiscard]] Result<std::size_t> conclude_round(std::span<const charging::EventLog* const> after);
  [[nodiscard]] Status keep_attempts(std::span<const ports::DeliveryResult> results);
  [[nodiscard]] Result<std::size_t> send_again(std::span<const LogId> ids, Instant at);
  [[nodiscard]] Result<std::vector<PlacedLog>> read_logs(const SqlText& text,
                                                         std::span<const SqlValue> values);

  [[nodiscard]] const SqlText& text(std::string_view name, const std::function<std::string()>& make) const {
    return sql_text(db_, name, make);
  }
  /// ` FOR UPDATE OF t`, where the database has other writers.
  [[nodiscard]] std::string_view locked() const { return db_.is_postgres() ? " FOR UPDATE OF t" : ""; }
  /// How a column of the table that is changed is named where it is returned.
  [[nodiscard]] std::string_view own() const { return db_.is_postgres() ? "t." : ""; }

  SqlDb& db_;
};

/// The rows of a statement, through one function.
template <class T>
[[nodiscard]] ReadRow into(std::vector<T>& rows) {
  return [&rows](SqlRow& row) { return get_fields(row, rows.emplace_back()); };
}

}  // namespace contactor::store
