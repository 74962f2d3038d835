#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/fleet/fleet_run.h"
#include "engine/fleet/survey.h"
#include "fleet/alerts.h"

namespace contactor::engine {

/// What follows a run: the day's metrics, admins linked to fleets, alerts told once when they begin and once
/// a day while they last. None of it can make a run fail: what goes wrong is a line in the log, and the next
/// run does it.
class Aftermath {
 public:
  struct Params {
    FleetParts parts;
    std::string run;
    std::string holder;
    bool partial = false;  ///< the run did not reach every cloud
    Millis silent_after = std::chrono::days(3);
  };
  explicit Aftermath(Params params)
      : params_(std::move(params)),
        survey_(params_.parts.store, params_.parts.settings, params_.parts.time) {}

  void start(std::move_only_function<void()> done);

 private:
  void link_admins();
  void take_turn();
  void read_alerts();
  void compare_alerts();
  void tell(std::vector<fleet::Alert> fresh);
  void remind();
  void finish();
  /// Goes on after a step whatever became of it, with a line in the log where it failed.
  template <class Outcome>
  auto then(std::string what, void (Aftermath::*next)());

  Params params_;
  Survey survey_;
  std::move_only_function<void()> done_;
  std::vector<fleet::Alert> known_;
  std::vector<fleet::Alert> seen_;
  std::shared_ptr<Aftermath*> self_ = std::make_shared<Aftermath*>(this);
};

/// A row for each cloud that has vehicles, and one for those without a cloud.
[[nodiscard]] std::vector<ports::ActivationMetric> metrics_of(const ports::FleetTotals& totals,
                                                              std::string date, std::string run, bool partial,
                                                              Instant now);

/// What is new, what is over and what lasts, told apart by kind, VIN and about.
struct AlertChanges {
  std::vector<fleet::Alert> begun;
  std::vector<fleet::Alert> ended;  ///< with their end
  std::vector<fleet::Alert> lasting;
};
[[nodiscard]] AlertChanges compare(std::vector<fleet::Alert> known, std::vector<fleet::Alert> seen,
                                   Instant now);

}  // namespace contactor::engine
