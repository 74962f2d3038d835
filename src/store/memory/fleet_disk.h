#pragma once

#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "ports/fleet_store.h"

namespace contactor::store::memory {

/// What a crash leaves behind of the fleet: every committed row, under the same fences as in a database.
class FleetDisk {
 public:
  [[nodiscard]] ports::FleetOutcome apply(const ports::FleetWrite& write);
  [[nodiscard]] const fleet::Vehicle* find(const Vin& vin) const;
  [[nodiscard]] Result<std::vector<fleet::Vehicle>> page(const ports::VehicleFilter& filter) const;
  [[nodiscard]] ports::FleetTotals totals() const;
  ports::FleetLease claim(const std::string& name, const std::string& holder, Millis term, Instant now);
  void release(const std::string& name, const std::string& holder, Instant now);
  void put(const ports::StoredPlan& plan);
  [[nodiscard]] Status mark_applied(const std::string& id, Instant at);
  void put(const ports::ActivationMetric& metric);
  [[nodiscard]] std::vector<ports::ActivationMetric> newest_metrics(std::size_t days) const;
  fleet::VehicleModel put(fleet::VehicleModel model);
  [[nodiscard]] std::vector<fleet::Alert> newest_alerts(bool lasting_only, std::size_t limit) const;
  std::uint64_t link_admins();
  [[nodiscard]] Status put(const ports::StoredTeslaOwner& owner);

  struct Key {
    std::uint8_t shard = 0;
    Vin vin;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  /// By shard, as on the largest of databases: nobody may rely on another order.
  std::map<Key, fleet::Vehicle> vehicles;
  std::unordered_map<Vin, std::vector<fleet::HistoryEntry>> history;
  std::map<std::string, ports::FleetLease> leases;
  std::map<std::string, ports::StoredPlan> plans;
  std::map<std::pair<std::string, std::string>, ports::ActivationMetric> metrics;  ///< by date and cloud
  std::vector<fleet::VehicleModel> models;
  std::map<std::tuple<fleet::AlertKind, Vin, std::string>, fleet::Alert> alerts;
  std::map<std::string, std::string> user_roles;  ///< role's name by user
  std::set<std::string> fleets;
  std::set<std::pair<std::string, std::string>> user_fleets;
  std::map<Vin, ports::StoredTeslaOwner> tesla_owners;
  std::map<std::string, std::string> tesla_codes;  ///< by fleet
};

}  // namespace contactor::store::memory
