#pragma once

#include "ports/fleet_store.h"
#include "store/postgres/transactor.h"

namespace contactor::store::postgres {

/// The fleet's reads. As for Reader.
class FleetReader {
 public:
  explicit FleetReader(Link& link) : transactor_(link) {}

  Result<std::vector<fleet::Vehicle>> find(const std::vector<Vin>& vins);
  Result<std::vector<fleet::Vehicle>> page(const ports::VehicleFilter& filter);
  /// The same as rows, which `vehicles_in` makes vehicles of on any thread.
  Result<Answer> page_rows(const ports::VehicleFilter& filter);
  static Result<std::vector<fleet::Vehicle>> vehicles_in(Answer rows);
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
  Result<Answer> ask(const Statement& statement, Values values);
  template <class T, class Read>
  Result<std::vector<T>> all(const Statement& statement, Values values, Read read);

  Transactor transactor_;
};

}  // namespace contactor::store::postgres
