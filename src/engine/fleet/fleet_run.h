#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/fleet/cloud_worker.h"
#include "engine/fleet/lease_keeper.h"
#include "engine/fleet/settings.h"
#include "fleet/outcome.h"
#include "fleet/plan.h"
#include "ports/chat.h"
#include "ports/fleet_store.h"
#include "ports/oem_cloud.h"
#include "ports/timekeeper.h"

namespace contactor::engine {

/// What a run works with. Everything outlives it.
struct FleetParts {
  ports::FleetStore& store;
  ports::Timekeeper& time;
  std::map<fleet::Oem, ports::OemCloud*> clouds;  ///< those that can be used
  const FleetSettings& settings;
  ports::Chat* chat = nullptr;  ///< null: alerts are stored and shown, and told to nobody
  std::string channel;
  std::map<fleet::Oem, std::string> unconfigured;  ///< what is missing, in one clause
  std::map<fleet::Oem, std::string> unusable;      ///< configured, and why it does not work all the same
};
/// Why this cloud is not among those that can be used, in one sentence.
[[nodiscard]] std::string why_absent(const FleetParts& parts, fleet::Oem oem);

/// One reconciling run over all vehicles: survey, all clouds at the same time, then metrics, alerts and
/// links. What one cloud does changes nothing for the others.
class FleetRun {
 public:
  struct Options {
    std::vector<fleet::Oem> oems;  ///< empty: every configured one
    std::vector<Vin> only;         ///< where not empty: these vehicles only
    bool single_teslas = false;    ///< those with an owner of their own, which no other run touches
    bool acts = true;              ///< false: nothing is changed, a plan is made
    std::string run;               ///< its name in history and metrics, unique
    std::string holder;            ///< who runs, for whoever is kept out: "host:pid"
    std::function<void(fleet::Oem, std::uint64_t done, std::uint64_t total)> on_progress = {};
  };
  FleetRun(FleetParts parts, Options options);
  ~FleetRun();

  /// @errors  those of the store before anything was done.
  void start(ports::Done<Result<fleet::RunSummary>> done);
  /// Ctrl+C: nothing new begins; calls in flight get ten seconds, what is open then is read by the next run.
  void interrupt();
  /// After a run without `acts`.
  [[nodiscard]] fleet::Plan take_plan();

 private:
  struct Lane;
  void read_models();
  void read_owners();
  void survey();
  void survey_owned(std::size_t from);
  void sort_in(Surveyed surveyed);
  void start_lanes();
  void start_lane(Lane& lane);
  void tell_absence(const Lane& lane);
  void start_worker(Lane& lane);
  void take_summary(const Lane& lane);
  void lane_ended(Lane& lane);
  void answer();
  [[nodiscard]] bool is_asked_for(fleet::Oem oem) const;

  FleetParts parts_;
  Options options_;
  ports::Done<Result<fleet::RunSummary>> done_;
  fleet::RunSummary summary_;
  std::vector<fleet::VehicleModel> models_;
  std::vector<Vin> owned_;  ///< sorted: vehicles with an owner of their own
  VehicleWriter writer_;
  Survey survey_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::uint64_t quiet_ = 0;  ///< as wanted and not due
  std::size_t running_ = 0;
  bool interrupted_ = false;
  std::shared_ptr<FleetRun*> self_ = std::make_shared<FleetRun*>(this);
};

}  // namespace contactor::engine
