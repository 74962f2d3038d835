#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/fleet/settings.h"
#include "engine/fleet/vehicle_writer.h"
#include "fleet/outcome.h"
#include "fleet/reasons.h"
#include "fleet/steps.h"
#include "ports/fleet_store.h"
#include "ports/oem_cloud.h"
#include "ports/timekeeper.h"

namespace contactor::engine {

/// What all waves of one cloud in one run share: its places for calls, how it is doing, and what is told of
/// it.
class CloudAccess {
 public:
  struct Params {
    fleet::Oem oem = fleet::Oem::tesla;
    ports::OemCloud& cloud;
    ports::FleetStore& store;
    VehicleWriter& writer;
    ports::Timekeeper& time;
    const FleetSettings& settings;
    const std::vector<fleet::VehicleModel>& models;
    std::string run;
    bool acts = true;
    std::function<bool()> may_call;  ///< false once the lease may have run out
    std::function<void(std::uint64_t done, std::uint64_t total)> on_progress = {};
  };
  /// @param pump  looks what may go on; called whenever something has changed.
  CloudAccess(Params given, std::function<void()> pump) : params(std::move(given)), pump_(std::move(pump)) {}

  const Params params;
  fleet::OemSummary summary;

  void pump() { pump_(); }
  /// Nothing new begins.
  void stop() { stopping_ = true; }
  [[nodiscard]] bool may_start() const { return !stopping_ && (!params.may_call || params.may_call()); }
  [[nodiscard]] bool is_paused() const { return now() < paused_until_; }
  [[nodiscard]] bool has_place() const { return in_flight_ < params.cloud.limits().calls_at_once; }
  void begin_call() { in_flight_ += 1; }
  void end_call() { in_flight_ -= 1; }
  /// Intents may be committed ahead of their calls, by all waves together.
  [[nodiscard]] bool has_room_ahead() const { return ahead_ < params.settings.ahead; }
  void begin_ahead() { ahead_ += 1; }
  void end_ahead(std::size_t count) { ahead_ -= count; }
  void watch_health(const ports::CloudAnswers& answers);

  [[nodiscard]] Instant now() const { return params.time.now(); }
  [[nodiscard]] fleet::Stamp stamp() const { return {.run = params.run, .now = now()}; }

 private:
  std::function<void()> pump_;
  std::size_t in_flight_ = 0;
  std::size_t ahead_ = 0;
  std::size_t failing_in_a_row_ = 0;
  Instant paused_until_;
  bool stopping_ = false;
  std::shared_ptr<CloudAccess*> self_ = std::make_shared<CloudAccess*>(this);
};

}  // namespace contactor::engine
