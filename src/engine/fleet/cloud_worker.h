#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/fleet/cloud_access.h"
#include "engine/fleet/wave.h"
#include "fleet/outcome.h"
#include "fleet/plan.h"

namespace contactor::engine {

/// Brings the vehicles of one cloud to what is wanted of them.
///
/// Vehicles come in waves, so that a million of them need the memory of twenty thousand. While one wave waits
/// for its next look, or has only its last calls in flight, the next one has the places that are free; the
/// older one comes first. A cloud that fails everybody is left alone until the next run, and what it was not
/// asked is told as pending.
///
/// Without `acts` nothing is changed, neither there nor here: what would be done is collected as a plan.
class CloudWorker {
 public:
  using Params = CloudAccess::Params;
  explicit CloudWorker(Params params) : cloud_(std::move(params), [this] { pump(); }) {}

  void start(std::vector<Vin> due, std::move_only_function<void()> done);
  /// Starts nothing more; `done` follows when what is under way has ended.
  void interrupt();
  [[nodiscard]] const fleet::OemSummary& summary() const { return cloud_.summary; }
  /// Vehicles that the summary does not count yet.
  [[nodiscard]] std::uint64_t uncounted() const { return due_.size() - ended_; }
  /// Without `acts`: what would be done.
  [[nodiscard]] std::vector<fleet::PlanItem> take_plan() { return std::move(plan_); }
  [[nodiscard]] std::uint64_t as_wanted_in_plan() const { return as_wanted_in_plan_; }

 private:
  void pump();
  void turn();
  [[nodiscard]] bool may_open() const;
  void open_wave();
  void end_wave(const Wave& wave);
  void finish();
  void count(const WaveItem& item);
  void add_to_plan(const WaveItem& item);
  [[nodiscard]] std::string reason_of(const WaveItem& item) const;

  CloudAccess cloud_;
  std::move_only_function<void()> done_;
  std::vector<fleet::PlanItem> plan_;
  std::uint64_t as_wanted_in_plan_ = 0;
  std::unordered_map<std::string, std::uint64_t> reasons_;

  std::vector<Vin> due_;
  std::size_t taken_ = 0;
  std::uint64_t ended_ = 0;
  std::deque<std::unique_ptr<Wave>> waves_;  ///< oldest first
  bool pumping_ = false;
  bool pump_again_ = false;
};

}  // namespace contactor::engine
