#pragma once

#include "ports/fleet_store.h"
#include "store/sqlite/connection.h"

namespace contactor::store::sqlite {

/// The fleet's reads. As for Reader.
class FleetReader {
 public:
  explicit FleetReader(Connection& connection) : connection_(connection) {}

  Result<std::vector<fleet::Vehicle>> find(const std::vector<Vin>& vins);
  Result<std::vector<fleet::Vehicle>> page(const ports::VehicleFilter& filter);
  Result<std::vector<fleet::HistoryEntry>> history(const Vin& vin, std::size_t limit);
  Result<ports::FleetTotals> totals();
  Result<std::optional<ports::StoredPlan>> find_plan(const std::string& id);
  Result<std::vector<ports::ActivationMetric>> metrics(std::size_t days);
  Result<std::vector<fleet::VehicleModel>> models();
  Result<std::vector<fleet::Alert>> alerts(bool lasting_only, std::size_t limit);
  Result<std::vector<ports::StoredTeslaOwner>> tesla_owners();
  Result<std::optional<ports::StoredTeslaOwner>> tesla_owner(const Vin& vin);
  Result<std::vector<std::pair<std::string, std::string>>> tesla_codes();

 private:
  Result<Statement*> start(std::string_view sql);

  Connection& connection_;
};

}  // namespace contactor::store::sqlite
