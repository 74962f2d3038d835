#pragma once

#include <memory>
#include <optional>

#include "engine/fleet/fleet_run.h"

namespace contactor::engine {

/// Applies a plan that was made before: looks at its vehicles once more, and acts on them only if nothing has
/// moved since.
class PlanApply {
 public:
  struct Params {
    FleetParts parts;
    fleet::Plan plan;
    std::optional<fleet::DeactivationLimit> limit;
    FleetRun::Options options;  ///< `only` and `acts` are set here
  };
  explicit PlanApply(Params params) : params_(std::move(params)) {}

  /// @errors  conflict: it is older than an hour, was applied before, or vehicles have moved (all named);
  ///          invalid: it would switch off more than the limit; those of the store. Nothing was done then.
  void start(ports::Done<Result<fleet::RunSummary>> done);
  void interrupt();

 private:
  void check_limit(Result<ports::FleetTotals> totals);
  void look_again();
  void compare(const fleet::Plan& now);
  void act();
  void refuse(ErrorKind kind, std::string why);

  Params params_;
  ports::Done<Result<fleet::RunSummary>> done_;
  std::unique_ptr<FleetRun> run_;
  std::shared_ptr<PlanApply*> self_ = std::make_shared<PlanApply*>(this);
};

}  // namespace contactor::engine
