#pragma once

#include "ports/fleet_store.h"
#include "store/conformance.h"

namespace contactor::store::testing {

/// A first version with its first entry, every field set to something of its own.
[[nodiscard]] ports::FleetWrite a_vehicle(int number);
/// The write after `before`, with an entry.
[[nodiscard]] ports::FleetWrite a_next(const fleet::Vehicle& before);

/// What every `ports::FleetStore` must do. Calls are made and awaited one by one unless a test says
/// otherwise.
class FleetConformance : public Conformance {
 protected:
  ports::FleetStore& fleet();

  Result<std::vector<ports::FleetOutcome>> write_all(std::vector<ports::FleetWrite> writes);
  /// Of one write.
  ports::FleetOutcome outcome_of(ports::FleetWrite write);
  std::optional<fleet::Vehicle> vehicle(int number);
  std::vector<fleet::Vehicle> page(ports::VehicleFilter filter);
  /// All pages of this filter, one after another.
  std::vector<fleet::Vehicle> walk(ports::VehicleFilter filter);
  std::vector<fleet::HistoryEntry> entries(int number, std::size_t limit = 100);
  ports::FleetLease claim(const std::string& holder, Millis term, const std::string& name = "run");
  std::optional<ports::StoredPlan> plan(const std::string& id);
  std::vector<ports::ActivationMetric> metrics(std::size_t days);
  fleet::VehicleModel put(const fleet::VehicleModel& model);
  std::vector<fleet::Alert> alerts(bool lasting_only, std::size_t limit = 100);
  std::uint64_t link_admins();

  /// A call that answers with a status, and it must be fine.
  template <class Call>
  void done(Call call) {
    const auto status = await<Status>(call);
    EXPECT_TRUE(status) << (status ? "" : status.error().message());
  }
};

}  // namespace contactor::store::testing
