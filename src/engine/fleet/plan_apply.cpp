#include "engine/fleet/plan_apply.h"

#include <algorithm>

#include <fmt/format.h>

namespace contactor::engine {
namespace {

constexpr std::size_t kNamed = 50;

std::vector<Vin> vins_of(const fleet::Plan& plan) {
  std::vector<Vin> vins;
  vins.reserve(plan.items.size());
  for (const fleet::PlanItem& item : plan.items) vins.push_back(item.vin);
  return vins;
}

/// Those whose wish, route or observation is another one than when the plan was made.
std::vector<Vin> moved(const fleet::Plan& then, const fleet::Plan& now) {
  std::vector<Vin> moved;
  for (const fleet::PlanItem& item : then.items) {
    const auto found = std::ranges::lower_bound(now.items, item.vin, {}, &fleet::PlanItem::vin);
    const bool is_same = found != now.items.end() && found->vin == item.vin && found->basis == item.basis &&
                         found->action == item.action;
    if (!is_same) moved.push_back(item.vin);
  }
  return moved;
}

std::string named(const std::vector<Vin>& vins) {
  std::string text;
  for (std::size_t i = 0; i < std::min(vins.size(), kNamed); ++i)
    fmt::format_to(std::back_inserter(text), " {}", vins[i].str());
  if (vins.size() > kNamed) fmt::format_to(std::back_inserter(text), " and {} more", vins.size() - kNamed);
  return text;
}

}  // namespace

void PlanApply::refuse(ErrorKind kind, std::string why) {
  std::exchange(done_, nullptr)(fail(kind, "fleet", std::move(why)));
}

void PlanApply::start(ports::Done<Result<fleet::RunSummary>> done) {
  done_ = std::move(done);
  const Millis age = params_.parts.time.now() - params_.plan.made_at;
  if (age > fleet::kPlanLife)
    return refuse(ErrorKind::conflict,
                  fmt::format("the plan is {} old, and good for {}: make a new one", to_duration_text(age),
                              to_duration_text(fleet::kPlanLife)));
  params_.parts.store.find_plan(
      params_.plan.id, [self = std::weak_ptr(self_)](Result<std::optional<ports::StoredPlan>> stored) {
        const auto still = self.lock();
        if (!still) return;
        PlanApply& apply = **still;
        if (!stored) return std::exchange(apply.done_, nullptr)(fail(std::move(stored.error())));
        if (!*stored) return apply.refuse(ErrorKind::conflict, "the plan was not made on this store");
        if ((*stored)->applied_at)
          return apply.refuse(ErrorKind::conflict,
                              "the plan was applied before, at " + to_rfc3339(*(*stored)->applied_at));
        apply.params_.parts.store.fleet_totals([self](Result<ports::FleetTotals> totals) {
          if (const auto again = self.lock()) (*again)->check_limit(std::move(totals));
        });
      });
}

void PlanApply::check_limit(Result<ports::FleetTotals> totals) {
  if (!totals) return std::exchange(done_, nullptr)(fail(std::move(totals.error())));
  std::uint64_t active = 0;
  for (const auto& row : totals->rows) active += row.active;
  if (params_.limit)
    if (auto why = fleet::exceeds(params_.plan, *params_.limit, active))
      return refuse(ErrorKind::invalid, std::move(*why));
  look_again();
}

void PlanApply::look_again() {
  FleetRun::Options options = params_.options;
  options.only = vins_of(params_.plan);
  options.oems = params_.plan.oems;
  options.acts = false;
  if (options.only.empty()) return act();
  run_ = std::make_unique<FleetRun>(params_.parts, std::move(options));
  run_->start([self = std::weak_ptr(self_)](Result<fleet::RunSummary> looked) {
    const auto still = self.lock();
    if (!still) return;
    if (!looked) return std::exchange((*still)->done_, nullptr)(fail(std::move(looked.error())));
    if (looked->interrupted) return std::exchange((*still)->done_, nullptr)(*looked);
    (*still)->compare((*still)->run_->take_plan());
  });
}

void PlanApply::compare(const fleet::Plan& now) {
  const auto vins = moved(params_.plan, now);
  if (!vins.empty())
    return refuse(ErrorKind::conflict,
                  fmt::format("{} vehicles have moved since the plan was made, nothing was done:{}",
                              vins.size(), named(vins)));
  act();
}

/// Marked before the first call: a crash in between leaves a plan that must be made anew, never one that is
/// applied twice.
void PlanApply::act() {
  params_.parts.store.mark_applied(
      params_.plan.id, params_.parts.time.now(), [self = std::weak_ptr(self_)](Status marked) {
        const auto still = self.lock();
        if (!still) return;
        PlanApply& apply = **still;
        if (!marked) return std::exchange(apply.done_, nullptr)(fail(std::move(marked.error())));
        FleetRun::Options options = apply.params_.options;
        options.only = vins_of(apply.params_.plan);
        options.oems = apply.params_.plan.oems;
        options.acts = true;
        if (options.only.empty()) return std::exchange(apply.done_, nullptr)(fleet::RunSummary{});
        apply.run_ = std::make_unique<FleetRun>(apply.params_.parts, std::move(options));
        apply.run_->start([self](Result<fleet::RunSummary> summary) {
          if (const auto again = self.lock()) std::exchange((*again)->done_, nullptr)(std::move(summary));
        });
      });
}

void PlanApply::interrupt() {
  if (run_) run_->interrupt();
}

}  // namespace contactor::engine
