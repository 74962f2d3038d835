#pragma once

#include <map>
#include <set>
#include <tuple>

#include "store/charging/rules.h"

namespace contactor::store::memory {

/// What a crash leaves behind of charging: every committed row, under the same rules as in a database.
class ChargingDisk {
 public:
  [[nodiscard]] Result<ports::ChargingWritten> write(const ports::ChargingWrite& write);

  template <class Model>
  [[nodiscard]] Result<std::vector<Model>> find(const std::vector<charging::IdOf<Model>>& ids) const;
  template <class Model>
  [[nodiscard]] Result<ports::ChargingPage<Model>> list(const ports::ChargingFilter& filter) const;
  template <class Model>
  [[nodiscard]] Result<Model> put(Model model, std::optional<Instant> base, Instant at);

  using EventId = charging::IdOf<charging::ChargingEvent>;
  using LogId = charging::IdOf<charging::EventLog>;
  using SubscriptionId = charging::IdOf<charging::ClientService>;
  [[nodiscard]] Result<std::vector<charging::ChargingStat>> stats(const ports::StatWindow& window) const;
  [[nodiscard]] Result<std::vector<std::pair<std::string, std::uint64_t>>> stream_versions(
      const std::vector<std::string>& streams) const;
  [[nodiscard]] Result<std::vector<ports::StoredEvent>> stored_events(const std::vector<EventId>& ids) const;
  [[nodiscard]] Result<std::vector<ports::StoredEvent>> events_of(const Vin& vin, Instant from,
                                                                  Instant until) const;
  [[nodiscard]] Result<std::vector<ports::StoredEvent>> events_of_stream(const std::string& stream,
                                                                         Instant from, Instant until) const;
  [[nodiscard]] Result<std::vector<ports::StoredEvent>> open_events(Instant before, std::size_t limit) const;
  [[nodiscard]] Result<std::vector<charging::ChargingEvent>> event_versions(const EventId& id) const;
  [[nodiscard]] Result<std::optional<charging::Client>> client_of_token(const std::string& hash,
                                                                        Instant now) const;

  [[nodiscard]] Result<std::vector<ports::DeliveryTarget>> targets(const SubscriptionId& after,
                                                                   std::size_t limit) const;
  [[nodiscard]] Status put_health(const SubscriptionId& id, const charging::EndpointHealth& health,
                                  const std::optional<std::string>& paused_because);
  [[nodiscard]] Result<std::vector<ports::Delivery>> claim_deliveries(const ports::DeliveryClaim& claim);
  [[nodiscard]] Result<ports::DeliveriesConcluded> conclude_deliveries(
      const std::vector<ports::DeliveryResult>& results);
  [[nodiscard]] Result<std::vector<ports::DeliveryAttempt>> attempts(const LogId& id,
                                                                     std::size_t limit) const;
  [[nodiscard]] Result<std::size_t> move_deliveries(const ports::DeliveryMove& move);
  [[nodiscard]] Result<ports::DeliveriesReplayed> replay(const ports::DeliveryReplay& replay);
  [[nodiscard]] Result<std::vector<ports::DeliveryTotal>> delivery_totals() const;

 private:
  template <class Model>
  using Rows = std::map<charging::IdOf<Model>, Model>;
  template <class Model>
  [[nodiscard]] Rows<Model>& rows() {
    return std::get<Rows<Model>>(tables_);
  }
  template <class Model>
  [[nodiscard]] const Rows<Model>& rows() const {
    return std::get<Rows<Model>>(tables_);
  }
  /// All rows of any model, one after another.
  template <class Model, class Visit>
  void each(Visit visit) const;
  template <class Model>
  [[nodiscard]] bool is_visible(const Model& row, const charging::IdOf<charging::Client>& client) const;
  template <class Model>
  [[nodiscard]] Status check_unique(const Model& model) const;
  template <class Accept>
  [[nodiscard]] std::vector<ports::StoredEvent> events_where(Accept accept, std::size_t limit) const;
  [[nodiscard]] const charging::ChargingEvent* version_of(const charging::EventLog& log) const;
  [[nodiscard]] bool is_blocked(const LogRow& row) const;
  [[nodiscard]] std::vector<LogRow*> logs_of(const SubscriptionId& id);
  [[nodiscard]] std::vector<charging::Subscription> subscriptions() const;
  [[nodiscard]] bool apply(const charging::EventLog& after);

  [[nodiscard]] std::optional<std::vector<EventDecision>> decide_all(const ports::ChargingWrite& write) const;
  ports::RecordOutcome store(const ports::StoredStat& stat, Instant at);
  void store(const ports::StoredEvent& event);

  std::tuple<Rows<charging::Vehicle>, Rows<charging::Credential>, Rows<charging::Client>,
             Rows<charging::ClientService>, Rows<charging::Service>, Rows<charging::LastRunTime>,
             Rows<charging::Location>>
      tables_;
  std::map<charging::IdOf<charging::ChargingStat>, ports::StoredStat> stats_;
  std::set<std::tuple<std::string, Instant, charging::IdOf<charging::ChargingStat>>> stats_by_stream_;
  std::map<EventId, ports::StoredEvent> events_;
  std::map<EventId, std::vector<charging::ChargingEvent>> earlier_;
  std::map<std::string, std::uint64_t> streams_;
  std::map<LogId, LogRow> logs_;
  std::map<LogId, std::map<std::int64_t, ports::DeliveryAttempt>> attempts_;
  std::map<SubscriptionId, charging::EndpointHealth> health_;
};

}  // namespace contactor::store::memory
