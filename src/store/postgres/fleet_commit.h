#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/postgres/fleet_statements.h"
#include "store/postgres/job.h"
#include "store/postgres/transactor.h"

namespace contactor::store::postgres {

/// One call of `write_vehicles` with its outcomes.
class VehicleJob final : public Job {
 public:
  VehicleJob(std::vector<ports::FleetWrite> writes,
             ports::Done<Result<std::vector<ports::FleetOutcome>>> done)
      : writes_(std::move(writes)),
        done_(std::move(done)),
        outcomes_(writes_.size(), ports::FleetOutcome::stale) {}
  [[nodiscard]] VehicleJob* vehicles() override { return this; }
  [[nodiscard]] const std::vector<ports::FleetWrite>& writes() const { return writes_; }
  void settle(ports::WriteOutcome) override {}
  void apply(std::size_t write) {
    outcomes_[write] = ports::FleetOutcome::applied;
    is_applied_ = true;
  }
  void refuse(const Error& error) override { error_ = error; }
  void finish() override;

 private:
  std::vector<ports::FleetWrite> writes_;
  ports::Done<Result<std::vector<ports::FleetOutcome>>> done_;
  std::vector<ports::FleetOutcome> outcomes_;
  std::optional<Error> error_;
  bool is_applied_ = false;  ///< some of it
};

/// Commits the vehicles of several calls together, on its lane's thread. Which of them pass their fence is
/// known before the commit, so that a commit whose answer was lost leaves only its own question open: the
/// mark answers that.
class FleetCommitter {
 public:
  /// @param writer  a name that no other writer of the database has, ever.
  /// @param on_broken  told once, on the lane's thread, of damage: nothing is written after it.
  FleetCommitter(Link& link, std::string writer, std::function<void(const Error&)> on_broken)
      : transactor_(link), writer_(std::move(writer)), on_broken_(std::move(on_broken)) {}

  /// Every job knows its outcomes afterwards.
  void commit(std::span<VehicleJob* const> jobs);

 private:
  struct Item {
    VehicleJob* job = nullptr;
    std::size_t number = 0;  ///< in its job
    [[nodiscard]] const ports::FleetWrite& write() const { return job->writes()[number]; }
  };

  /// No vehicle stands twice among them.
  void commit_together(std::span<const Item> items);
  std::expected<void, Refusal> try_commit(std::span<const Item> items);
  [[nodiscard]] std::vector<Call> calls_for(std::span<const Item> items);
  [[nodiscard]] std::expected<void, Refusal> end();
  void watch_for_damage(const Refusal& refusal);

  Transactor transactor_;
  std::string writer_;
  std::int64_t number_ = 0;
  std::function<void(const Error&)> on_broken_;
  std::optional<Error> broken_;  ///< the first damage: nothing is accepted after it
  Rowset first_{kFleetVehicleColumns}, next_{kFleetVehicleColumns};
  Rowset entries_{kFleetEntryColumns};
};

}  // namespace contactor::store::postgres
