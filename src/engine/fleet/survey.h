#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/fleet/settings.h"
#include "fleet/decide.h"
#include "fleet/outcome.h"
#include "fleet/wanted.h"
#include "ports/fleet_store.h"
#include "ports/timekeeper.h"

namespace contactor::engine {

/// One vehicle as a run finds it.
struct Surveyed {
  fleet::Vehicle vehicle;
  fleet::Wanted wanted;
  fleet::Routes::Route route;
};

/// Whether a run must ask the vehicle's cloud: its time has come, or a call was begun whose outcome nobody
/// has seen.
[[nodiscard]] bool is_due(const fleet::Vehicle& vehicle, Instant now);
/// Where a vehicle that is not due stands.
[[nodiscard]] fleet::Outcome outcome_at_rest(const fleet::Vehicle& vehicle, const fleet::Wanted& wanted);

/// What is wanted of it, and which cloud serves it. A vehicle whose make is served by another cloud now is
/// wanted off at its old one first.
[[nodiscard]] Surveyed survey_of(fleet::Vehicle vehicle, const FleetSettings& settings, Instant now);

/// Reads every vehicle of the store once, page by page, the next page while this one is looked at.
class Survey {
 public:
  using Each = std::function<void(Surveyed)>;
  Survey(ports::FleetStore& store, const FleetSettings& settings, ports::Timekeeper& time)
      : store_(store), settings_(settings), time_(time) {}

  /// @errors  those of the store; `each` has seen a part then.
  void start(Each each, ports::Done<Status> done);

 private:
  void read_page(std::string after);
  void look_at(std::vector<fleet::Vehicle> page);

  ports::FleetStore& store_;
  const FleetSettings& settings_;
  ports::Timekeeper& time_;
  Each each_;
  ports::Done<Status> done_;
  std::shared_ptr<Survey*> self_ = std::make_shared<Survey*>(this);
};

}  // namespace contactor::engine
