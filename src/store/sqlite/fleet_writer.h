#pragma once

#include <span>

#include "ports/fleet_store.h"
#include "store/sqlite/connection.h"

namespace contactor::store::sqlite {

/// The fleet's writes. As for Writer.
class FleetWriter {
 public:
  explicit FleetWriter(Connection& connection) : connection_(connection) {}

  Result<std::vector<ports::FleetOutcome>> write(std::span<const ports::FleetWrite> writes);
  Result<ports::FleetLease> claim(const std::string& name, const std::string& holder, Millis term);
  Status release(const std::string& name, const std::string& holder);
  Status put(const ports::StoredPlan& plan);
  Status mark_applied(const std::string& id, Instant at);
  Status put(std::span<const ports::ActivationMetric> metrics);
  Result<fleet::VehicleModel> put(fleet::VehicleModel model);
  Status put(std::span<const fleet::Alert> alerts);
  Result<std::uint64_t> link_admins(Instant at);
  Status put(const ports::StoredTeslaOwner& owner);
  Status put_tesla_code(const std::string& fleet, const std::string& code, Instant at);

 private:
  Result<Instant> clock_now();
  Result<Statement*> start(std::string_view sql);

  Connection& connection_;
};

}  // namespace contactor::store::sqlite
