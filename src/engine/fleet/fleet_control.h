#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/fleet/aftermath.h"
#include "engine/fleet/fleet_run.h"
#include "engine/fleet/plan_apply.h"
#include "engine/vault.h"

namespace contactor::engine {

/// One run as whoever started it may watch it.
struct FleetRunView {
  enum class Kind : std::uint8_t { run, dry_run, plan, apply, single_teslas };
  struct Progress {
    std::uint64_t done = 0;
    std::uint64_t total = 0;
  };
  std::string id;
  Kind kind = Kind::run;
  Instant begun_at;
  Instant ended_at;  ///< 0: it is under way
  std::array<Progress, fleet::oem_count> progress{};
  std::optional<fleet::RunSummary> summary;  ///< once it has ended well
  std::optional<Error> error;                ///< why it did not
  std::optional<fleet::Plan> plan;           ///< of plans and dry runs that were not interrupted
};
[[nodiscard]] std::string_view to_string(FleetRunView::Kind kind);

/// What runs over single Teslas, each with its owner's consent, need besides.
struct SingleTeslas {
  std::optional<FleetParts> parts;  ///< with the cloud of the owners; nothing: they cannot be asked for
  std::string why_not;              ///< in one sentence
  const Vault* vault = nullptr;     ///< null: no owner can be put on record
  std::string why_no_vault;
  std::string fleet = "individual";  ///< of vehicles that are put on record with their owners
  std::string consent_page;          ///< where owners consent; without `redirect_uri` and `state`
  std::optional<Millis> every;       ///< runs by itself this often; nothing: only when asked
};

/// Where fleet runs of one process are begun and watched: by the API, by commands, and by the schedule.
class FleetControl {
 public:
  struct Params {
    FleetParts parts;
    std::string holder;           ///< "host:pid", for whoever is kept out
    std::optional<Millis> every;  ///< runs by itself this often; nothing: only when asked
    SingleTeslas single_teslas = {};
  };
  explicit FleetControl(Params params);

  /// Begins what its kind says. @param oems  empty: every configured one.
  /// @errors  invalid: a named cloud is not configured; exhausted: too many are under way.
  [[nodiscard]] Result<std::string> begin(FleetRunView::Kind kind, std::vector<fleet::Oem> oems);
  /// @errors  as above.
  [[nodiscard]] Result<std::string> begin_apply(fleet::Plan plan,
                                                std::optional<fleet::DeactivationLimit> limit);
  /// Nothing in this process began it, or long ago.
  [[nodiscard]] const FleetRunView* find(std::string_view id) const;
  /// Those that `find` would find, newest first.
  [[nodiscard]] std::vector<const FleetRunView*> all() const;
  /// Answers once the run has ended, or at `until`, whichever is first.
  void watch(std::string id, Instant until, ports::Done<const FleetRunView*> done);
  void interrupt(std::string_view id);
  void interrupt_all();
  /// Interrupts everything; `done` once it has ended, after ten seconds at most.
  void stop(std::move_only_function<void()> done);
  [[nodiscard]] bool is_idle() const;

  /// Begins the runs that its schedule asks for.
  void start_schedule();
  [[nodiscard]] const FleetParts& parts() const { return params_.parts; }
  [[nodiscard]] const SingleTeslas& single_teslas() const { return params_.single_teslas; }

 private:
  struct Task;
  [[nodiscard]] Status may_begin(FleetRunView::Kind kind, const std::vector<fleet::Oem>& oems) const;
  Task& add_task(FleetRunView::Kind kind);
  void run_ended(const std::shared_ptr<Task>& task, Result<fleet::RunSummary> summary);
  void close(const std::shared_ptr<Task>& task);
  void schedule_next(FleetRunView::Kind kind);
  [[nodiscard]] std::optional<Millis> every(FleetRunView::Kind kind) const;
  [[nodiscard]] std::shared_ptr<Task> task_of(std::string_view id) const;

  Params params_;
  std::deque<std::shared_ptr<Task>> tasks_;  ///< newest last; a few that have ended
  std::uint64_t begun_ = 0;
  std::move_only_function<void()> stopped_;
  std::shared_ptr<FleetControl*> self_ = std::make_shared<FleetControl*>(this);
};

}  // namespace contactor::engine
