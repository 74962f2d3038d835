#include "engine/fleet/fleet_control.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"

namespace contactor::engine {
namespace {

constexpr std::size_t kKept = 20;
constexpr std::size_t kUnderWayMax = 4;
constexpr Millis kStopGrace = std::chrono::seconds(10);

}  // namespace

std::string_view to_string(FleetRunView::Kind kind) {
  switch (kind) {
    case FleetRunView::Kind::run:
      return "run";
    case FleetRunView::Kind::dry_run:
      return "dry_run";
    case FleetRunView::Kind::plan:
      return "plan";
    case FleetRunView::Kind::apply:
      return "apply";
    case FleetRunView::Kind::single_teslas:
      return "tesla_individual";
  }
  return "";
}

struct FleetControl::Task {
  FleetRunView view;
  std::unique_ptr<FleetRun> run;
  std::unique_ptr<PlanApply> apply;
  std::unique_ptr<Aftermath> aftermath;
  std::vector<ports::Done<const FleetRunView*>> watchers;
  std::vector<fleet::Oem> oems;
};

FleetControl::FleetControl(Params params) : params_(std::move(params)) {}

Status FleetControl::may_begin(FleetRunView::Kind kind, const std::vector<fleet::Oem>& oems) const {
  if (kind == FleetRunView::Kind::single_teslas && !params_.single_teslas.parts)
    return fail(ErrorKind::invalid, "config", params_.single_teslas.why_not);
  for (const fleet::Oem oem : oems)
    if (!params_.parts.clouds.contains(oem))
      return fail(ErrorKind::invalid, "config", why_absent(params_.parts, oem));
  const auto under_way =
      std::ranges::count_if(tasks_, [](const auto& task) { return task->view.ended_at.millis() == 0; });
  if (static_cast<std::size_t>(under_way) >= kUnderWayMax)
    return fail(ErrorKind::exhausted, "fleet", "too many runs are under way");
  return {};
}

FleetControl::Task& FleetControl::add_task(FleetRunView::Kind kind) {
  const Instant now = params_.parts.time.now();
  auto task = std::make_shared<Task>();
  task->view.id = fmt::format("run_{}_{:x}_{}", now.millis(),
                              std::hash<std::string>()(params_.holder) & 0xffffff, ++begun_);
  task->view.kind = kind;
  task->view.begun_at = now;
  tasks_.push_back(std::move(task));
  if (tasks_.size() > kKept) {
    const auto ended =
        std::ranges::find_if(tasks_, [](const auto& old) { return old->view.ended_at.millis() != 0; });
    if (ended != tasks_.end()) tasks_.erase(ended);
  }
  return *tasks_.back();
}

Result<std::string> FleetControl::begin(FleetRunView::Kind kind, std::vector<fleet::Oem> oems) {
  CTR_CHECK(may_begin(kind, oems));
  const bool is_single = kind == FleetRunView::Kind::single_teslas;
  if (is_single) oems = {fleet::Oem::tesla};
  Task& task = add_task(kind);
  task.oems = oems;
  FleetRun::Options options{.oems = std::move(oems),
                            .only = {},
                            .single_teslas = is_single,
                            .acts = is_single || kind == FleetRunView::Kind::run,
                            .run = task.view.id,
                            .holder = fmt::format("{} {}", params_.holder, task.view.id)};
  options.on_progress = [&task](fleet::Oem oem, std::uint64_t done, std::uint64_t total) {
    task.view.progress[static_cast<std::size_t>(oem)] = {.done = done, .total = total};
  };
  task.run = std::make_unique<FleetRun>(is_single ? *params_.single_teslas.parts : params_.parts,
                                        std::move(options));
  const std::string id = task.view.id;
  task.run->start([self = std::weak_ptr(self_), id](Result<fleet::RunSummary> summary) {
    if (const auto still = self.lock())
      if (const auto ended = (*still)->task_of(id)) (*still)->run_ended(ended, std::move(summary));
  });
  return id;
}

Result<std::string> FleetControl::begin_apply(fleet::Plan plan,
                                              std::optional<fleet::DeactivationLimit> limit) {
  CTR_CHECK(may_begin(FleetRunView::Kind::apply, plan.oems));
  Task& task = add_task(FleetRunView::Kind::apply);
  task.oems = plan.oems;
  FleetRun::Options options{.oems = {},
                            .only = {},
                            .acts = true,
                            .run = task.view.id,
                            .holder = fmt::format("{} {}", params_.holder, task.view.id)};
  options.on_progress = [&task](fleet::Oem oem, std::uint64_t done, std::uint64_t total) {
    task.view.progress[static_cast<std::size_t>(oem)] = {.done = done, .total = total};
  };
  task.apply = std::make_unique<PlanApply>(PlanApply::Params{
      .parts = params_.parts, .plan = std::move(plan), .limit = limit, .options = std::move(options)});
  const std::string id = task.view.id;
  task.apply->start([self = std::weak_ptr(self_), id](Result<fleet::RunSummary> summary) {
    if (const auto still = self.lock())
      if (const auto ended = (*still)->task_of(id)) (*still)->run_ended(ended, std::move(summary));
  });
  return id;
}

void FleetControl::run_ended(const std::shared_ptr<Task>& task, Result<fleet::RunSummary> summary) {
  FleetRunView& view = task->view;
  if (!summary) {
    view.error = std::move(summary.error());
    return close(task);
  }
  view.summary = std::move(*summary);
  const bool is_plan = view.kind == FleetRunView::Kind::plan || view.kind == FleetRunView::Kind::dry_run;
  if (view.summary->interrupted) return close(task);
  if (is_plan) view.plan = task->run->take_plan();
  if (view.kind == FleetRunView::Kind::plan) {
    params_.parts.store.put_plan({.id = view.plan->id,
                                  .made_at = view.plan->made_at,
                                  .document = fleet::to_file(*view.plan),
                                  .applied_at = {}},
                                 [self = std::weak_ptr(self_), task](Status stored) {
                                   const auto still = self.lock();
                                   if (!still) return;
                                   if (!stored) task->view.error = std::move(stored.error());
                                   (*still)->close(task);
                                 });
    return;
  }
  if (is_plan) return close(task);
  const bool is_partial = !task->oems.empty() || view.summary->exit_status() != 0;
  task->aftermath = std::make_unique<Aftermath>(
      Aftermath::Params{.parts = params_.parts,
                        .run = view.id,
                        .holder = params_.holder,
                        .partial = is_partial,
                        .silent_after = params_.parts.settings.pace.silent_after});
  task->aftermath->start([self = std::weak_ptr(self_), task = std::weak_ptr(task)] {
    const auto still = self.lock();
    const auto ended = task.lock();
    if (still && ended) (*still)->close(ended);
  });
}

void FleetControl::close(const std::shared_ptr<Task>& task) {
  task->view.ended_at = params_.parts.time.now();
  for (auto& watcher : std::exchange(task->watchers, {})) watcher(&task->view);
  if (stopped_ && is_idle()) std::exchange(stopped_, nullptr)();
}

std::shared_ptr<FleetControl::Task> FleetControl::task_of(std::string_view id) const {
  const auto found = std::ranges::find_if(tasks_, [&](const auto& task) { return task->view.id == id; });
  return found == tasks_.end() ? nullptr : *found;
}

std::vector<const FleetRunView*> FleetControl::all() const {
  std::vector<const FleetRunView*> views;
  for (auto task = tasks_.rbegin(); task != tasks_.rend(); ++task) views.push_back(&(*task)->view);
  return views;
}

const FleetRunView* FleetControl::find(std::string_view id) const {
  const auto task = task_of(id);
  return task ? &task->view : nullptr;
}

void FleetControl::watch(std::string id, Instant until, ports::Done<const FleetRunView*> done) {
  const auto task = task_of(id);
  if (!task || task->view.ended_at.millis() != 0) return done(task ? &task->view : nullptr);
  // Whichever comes first answers; the other finds nothing left to answer.
  auto shared = std::make_shared<ports::Done<const FleetRunView*>>(std::move(done));
  const auto once = [shared](const FleetRunView* view) {
    if (*shared) std::exchange(*shared, nullptr)(view);
  };
  task->watchers.emplace_back(once);
  params_.parts.time.call_at(until, [once, task] { once(&task->view); });
}

void FleetControl::interrupt(std::string_view id) {
  const auto task = task_of(id);
  if (!task || task->view.ended_at.millis() != 0) return;
  if (task->run) task->run->interrupt();
  if (task->apply) task->apply->interrupt();
}

void FleetControl::interrupt_all() {
  params_.every.reset();
  params_.single_teslas.every.reset();
  const auto tasks = tasks_;
  for (const auto& task : tasks) interrupt(task->view.id);
}

void FleetControl::stop(std::move_only_function<void()> done) {
  interrupt_all();
  if (is_idle()) return done();
  stopped_ = std::move(done);
  params_.parts.time.call_at(params_.parts.time.now() + kStopGrace, [self = std::weak_ptr(self_)] {
    const auto still = self.lock();
    if (still && (*still)->stopped_) std::exchange((*still)->stopped_, nullptr)();
  });
}

bool FleetControl::is_idle() const {
  return std::ranges::all_of(tasks_, [](const auto& task) { return task->view.ended_at.millis() != 0; });
}

void FleetControl::start_schedule() {
  if (params_.every && !params_.parts.clouds.empty()) schedule_next(FleetRunView::Kind::run);
  if (params_.single_teslas.every && params_.single_teslas.parts)
    schedule_next(FleetRunView::Kind::single_teslas);
}

std::optional<Millis> FleetControl::every(FleetRunView::Kind kind) const {
  return kind == FleetRunView::Kind::run ? params_.every : params_.single_teslas.every;
}

/// Every node asks; the clouds' leases let one of them work.
void FleetControl::schedule_next(FleetRunView::Kind kind) {
  const Instant now = params_.parts.time.now();
  const auto pause = every(kind)->count();
  const Instant next = Instant::from_millis((now.millis() / pause + 1) * pause);
  params_.parts.time.call_at(next, [self = std::weak_ptr(self_), kind] {
    const auto still = self.lock();
    if (!still || !(*still)->every(kind)) return;
    const auto begun = (*still)->begin(kind, {});
    if (!begun) log::warn("fleet", "the scheduled run did not begin: {}", begun.error().message());
    (*still)->schedule_next(kind);
  });
}

}  // namespace contactor::engine
