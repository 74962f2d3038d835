// Waves of one cloud, and what became of each vehicle.

#include "engine/fleet/cloud_worker.h"

#include <algorithm>

namespace contactor::engine {

using fleet::Action;
using fleet::Outcome;
using fleet::Standing;

void CloudWorker::start(std::vector<Vin> due, std::move_only_function<void()> done) {
  due_ = std::move(due);
  done_ = std::move(done);
  pump();
}

/// What answers at once, as a gateway does that knows no model or gets no token, comes back here from within:
/// its turn is taken afterwards, so that no phase ends twice.
void CloudWorker::pump() {
  pump_again_ = true;
  if (std::exchange(pumping_, true)) return;
  while (std::exchange(pump_again_, false) && done_) turn();
  pumping_ = false;
  // The last: whoever is told may be who ends this worker.
  if (done_ && waves_.empty() && (taken_ == due_.size() || !cloud_.may_start())) finish();
}

void CloudWorker::turn() {
  const bool may_start = cloud_.may_start();
  if (may_start && cloud_.is_paused()) return;
  for (const auto& wave : waves_) wave->turn();
  for (const auto& wave : waves_)
    if (wave->is_over()) end_wave(*wave);
  std::erase_if(waves_, [](const std::unique_ptr<Wave>& wave) { return wave->is_over(); });
  if (may_open()) open_wave();
}

bool CloudWorker::may_open() const {
  if (!cloud_.may_start() || taken_ == due_.size() || !cloud_.has_place()) return false;
  if (waves_.size() >= cloud_.params.settings.waves_at_once) return false;
  return std::ranges::all_of(waves_, [](const auto& wave) { return wave->leaves_places(); });
}

void CloudWorker::open_wave() {
  const auto first = due_.begin() + static_cast<std::ptrdiff_t>(taken_);
  const FleetSettings& settings = cloud_.params.settings;
  const std::size_t count = std::min({due_.size() - taken_, settings.wave, settings.page});
  taken_ += count;
  waves_.push_back(std::make_unique<Wave>(cloud_));
  waves_.back()->load(std::vector<Vin>(first, first + static_cast<std::ptrdiff_t>(count)),
                      [this, count](Status loaded) {
                        if (!loaded) {
                          // Only the newest wave is ever being read: these are the last that were taken.
                          taken_ -= count;
                          cloud_.summary.trouble = "the store cannot be read: " + loaded.error().message();
                          cloud_.stop();
                        }
                        pump();
                      });
}

void CloudWorker::interrupt() {
  cloud_.stop();
  pump();
}

void CloudWorker::end_wave(const Wave& wave) {
  for (const WaveItem& item : wave.items()) count(item);
  ended_ += wave.items().size();
  if (cloud_.params.on_progress) cloud_.params.on_progress(ended_, due_.size());
}

void CloudWorker::finish() {
  // What was not even read is pending: it is as it was, and the next run comes to it.
  fleet::OemSummary& summary = cloud_.summary;
  const std::size_t unread = due_.size() - std::exchange(taken_, due_.size());
  summary.vehicles[static_cast<std::size_t>(Outcome::pending)] += unread;
  if (unread > 0)
    reasons_[summary.trouble.empty() ? "the run was stopped before its turn" : summary.trouble] += unread;
  summary.reasons.assign(reasons_.begin(), reasons_.end());
  std::ranges::sort(summary.reasons, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  std::exchange(done_, nullptr)();
}

namespace {

Outcome outcome_of(const WaveItem& item) {
  const bool is_on = item.at.vehicle.status.value_or(false);
  if (item.is_stale) return Outcome::held;
  if (is_on && !item.was_on) return Outcome::activated;
  // Whoever else has ended what is wanted, this run has not.
  const bool was_ended = item.was_on && !is_on && !item.at.wanted.active;
  if (was_ended) return Outcome::deactivated;
  switch (item.decision.action) {
    case Action::none:
    case Action::renew:
      return Outcome::as_wanted;
    case Action::blocked:
      return Outcome::failed;
    case Action::unmapped:
      return Outcome::unmapped;
    case Action::activate:
    case Action::deactivate:
    case Action::wait:
    case Action::look:
      break;
  }
  const bool failed = !item.trouble.empty() || item.at.vehicle.cloud.standing == Standing::refused;
  return failed ? Outcome::failed : Outcome::pending;
}

}  // namespace

void CloudWorker::count(const WaveItem& item) {
  const Outcome outcome = outcome_of(item);
  cloud_.summary.vehicles[static_cast<std::size_t>(outcome)] += 1;
  if (outcome == Outcome::pending || outcome == Outcome::failed) reasons_[reason_of(item)] += 1;
  if (!cloud_.params.acts) add_to_plan(item);
}

void CloudWorker::add_to_plan(const WaveItem& item) {
  // A plan that could not read its vehicles is told apart from one that finds them blocked.
  if (!item.trouble.empty() && cloud_.summary.trouble.empty()) cloud_.summary.trouble = item.trouble;
  if (item.decision.action == Action::none) {
    as_wanted_in_plan_ += 1;
    return;
  }
  plan_.push_back({.vin = item.at.vehicle.vin,
                   .action = item.decision.action,
                   .oem = cloud_.params.oem,
                   .why = item.decision.why,
                   .observed = item.at.vehicle.cloud.standing,
                   .basis = fleet::basis_of(item.at.vehicle, item.at.wanted)});
}

std::string CloudWorker::reason_of(const WaveItem& item) const {
  const std::string& key = item.at.vehicle.cloud.reason;
  if (!key.empty()) return std::string(fleet::find_reason(cloud_.params.oem, key).text);
  if (!item.trouble.empty()) return item.trouble;
  return std::string(fleet::to_string(item.decision.why));
}

}  // namespace contactor::engine
