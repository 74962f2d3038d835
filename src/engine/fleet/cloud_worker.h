#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/fleet/settings.h"
#include "engine/fleet/survey.h"
#include "engine/fleet/vehicle_writer.h"
#include "fleet/outcome.h"
#include "fleet/plan.h"
#include "fleet/reasons.h"
#include "fleet/steps.h"
#include "ports/fleet_store.h"
#include "ports/oem_cloud.h"
#include "ports/timekeeper.h"

namespace contactor::engine {

/// Brings the vehicles of one cloud to what is wanted of them, in rounds of look, decide and act.
///
/// A vehicle is looked at; what the difference asks for is committed as an intent, then the cloud is called,
/// then what it said is committed. What was just asked for is looked at again a little later. Vehicles come
/// in waves, so that a million of them need the memory of twenty thousand. A cloud that fails everybody is
/// left alone until the next run, and what it was not asked is told as pending.
///
/// Without `acts` nothing is changed, neither there nor here: what would be done is collected as a plan.
class CloudWorker {
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
  explicit CloudWorker(Params params) : params_(std::move(params)) {}

  void start(std::vector<Vin> due, std::move_only_function<void()> done);
  /// Starts nothing more; `done` follows when what is under way has ended.
  void interrupt();
  [[nodiscard]] const fleet::OemSummary& summary() const { return summary_; }
  /// Vehicles that the summary does not count yet.
  [[nodiscard]] std::uint64_t uncounted() const { return due_.size() - ended_; }
  /// Without `acts`: what would be done, in the order of the VINs as they came.
  [[nodiscard]] std::vector<fleet::PlanItem> take_plan() { return std::move(plan_); }
  [[nodiscard]] std::uint64_t as_wanted_in_plan() const { return as_wanted_in_plan_; }

 private:
  struct Item {
    Surveyed at;
    bool was_on = false;
    bool acted = false;
    bool is_stale = false;  ///< somebody else wrote it meanwhile: left to the next run
    bool enriched = false;
    std::uint8_t looks = 0;
    Instant due_at;       ///< of the next round; never: none in this run
    std::string trouble;  ///< the last error, for people
    fleet::Decision decision{.action = fleet::Action::look, .why = fleet::Why::never_read, .again_at = {}};
  };
  using Index = std::uint32_t;
  /// What a call is for.
  enum class Kind : std::uint8_t { look, activate, deactivate };

  // cloud_worker.cpp: waves and rounds
  void next_wave();
  void load(std::vector<Vin> vins);
  void begin_round();
  void act();
  void end_round();
  void refresh(Item& item) const;
  void wait_for_round(Instant at);
  void end_wave();
  void finish();
  void count(const Item& item);
  [[nodiscard]] fleet::Outcome outcome_of(const Item& item) const;
  [[nodiscard]] std::string reason_of(const Item& item) const;

  // cloud_calls.cpp: what is in flight
  void pump();
  void turn();
  void prepare();
  void launch();
  void call(Kind kind, std::vector<Index> indexes);
  void answered(Kind kind, const std::vector<Index>& indexes, ports::CloudAnswers answers);
  void take_answer(Kind kind, Index index, const Result<fleet::CloudState>& answer);
  void watch_health(const ports::CloudAnswers& answers);
  void commit(Index index, fleet::Step step, std::move_only_function<void(bool)> then);
  void intend(Index index);
  [[nodiscard]] ports::CloudSubject subject_of(const Item& item) const;
  [[nodiscard]] bool may_start() const;
  [[nodiscard]] bool has_room_ahead() const;
  void stop() { stopping_ = true; }
  [[nodiscard]] fleet::Stamp stamp() const { return {.run = params_.run, .now = params_.time.now()}; }

  // enrichment.cpp
  void enrich();
  void describe(Index index);
  void described(Index index, Result<fleet::ModelFacts> facts);
  void put_new_model(Index index, const fleet::ModelFacts& facts);
  void link_model(Index index, std::int64_t model_id, bool by_hand);

  [[nodiscard]] Instant now() const { return params_.time.now(); }
  [[nodiscard]] bool is_idle() const { return in_flight_ == 0 && committing_ == 0; }

  Params params_;
  std::move_only_function<void()> done_;
  fleet::OemSummary summary_;
  std::vector<fleet::PlanItem> plan_;
  std::uint64_t as_wanted_in_plan_ = 0;
  std::unordered_map<std::string, std::uint64_t> reasons_;

  std::vector<Vin> due_;
  std::size_t taken_ = 0;
  std::uint64_t ended_ = 0;
  std::vector<Item> items_;
  std::vector<Index> round_;

  enum class Phase : std::uint8_t { looking, acting, enriching };
  Phase phase_ = Phase::looking;
  std::deque<Index> to_look_;
  std::deque<Index> to_intend_;
  std::deque<Index> ready_to_activate_;
  std::deque<Index> ready_to_deactivate_;
  std::deque<Index> to_describe_;
  std::size_t in_flight_ = 0;
  std::size_t committing_ = 0;
  std::size_t failing_in_a_row_ = 0;
  Instant paused_until_;
  bool stopping_ = false;
  bool between_rounds_ = false;
  bool pumping_ = false;
  bool pump_again_ = false;
  std::shared_ptr<CloudWorker*> self_ = std::make_shared<CloudWorker*>(this);
};

}  // namespace contactor::engine
