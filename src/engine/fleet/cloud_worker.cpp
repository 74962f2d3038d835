// Waves and rounds: which vehicles are looked at, when, and what became of each.

#include "engine/fleet/cloud_worker.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"

namespace contactor::engine {

using fleet::Action;
using fleet::Outcome;
using fleet::Standing;

namespace {

bool changes(Action action) {
  return action == Action::activate || action == Action::deactivate || action == Action::renew;
}

}  // namespace

void CloudWorker::start(std::vector<Vin> due, std::move_only_function<void()> done) {
  due_ = std::move(due);
  done_ = std::move(done);
  next_wave();
}

void CloudWorker::next_wave() {
  items_.clear();
  round_.clear();
  if (!may_start() || taken_ == due_.size()) return finish();
  const auto first = due_.begin() + static_cast<std::ptrdiff_t>(taken_);
  const std::size_t count = std::min({due_.size() - taken_, params_.settings.wave, params_.settings.page});
  taken_ += count;
  load(std::vector<Vin>(first, first + static_cast<std::ptrdiff_t>(count)));
}

void CloudWorker::load(std::vector<Vin> vins) {
  in_flight_ += 1;
  const std::size_t asked = vins.size();
  params_.store.find_vehicles(
      std::move(vins), [self = std::weak_ptr(self_), asked](Result<std::vector<fleet::Vehicle>> found) {
        const auto still = self.lock();
        if (!still) return;
        CloudWorker& worker = **still;
        worker.in_flight_ -= 1;
        if (!found) {
          worker.taken_ -= asked;
          worker.summary_.trouble = "the store cannot be read: " + found.error().message();
          worker.stop();
          return worker.finish();
        }
        for (fleet::Vehicle& vehicle : *found) {
          const bool was_on = vehicle.status.value_or(false);
          worker.items_.push_back({.at = survey_of(std::move(vehicle), worker.params_.settings, worker.now()),
                                   .was_on = was_on,
                                   .due_at = worker.now()});
        }
        std::ranges::sort(worker.items_, {}, [](const Item& item) { return item.at.vehicle.vin; });
        worker.begin_round();
      });
}

void CloudWorker::begin_round() {
  round_.clear();
  for (Index i = 0; i < items_.size(); ++i)
    if (items_[i].due_at <= now()) round_.push_back(i);
  phase_ = Phase::looking;
  to_look_.assign(round_.begin(), round_.end());
  pump();
}

/// Everything of this round has been read.
void CloudWorker::act() {
  phase_ = Phase::acting;
  for (const Index index : round_) {
    Item& item = items_[index];
    if (item.is_stale) continue;
    refresh(item);
    item.decision = fleet::decide(item.at.vehicle, item.at.wanted, params_.settings.pace, now());
    // What this round could not read is not acted upon: what is on record may be hours old.
    const bool was_read = item.trouble.empty();
    if (changes(item.decision.action) && was_read && params_.acts) to_intend_.push_back(index);
  }
  pump();
}

/// An edge of its window may have passed while the run went on.
void CloudWorker::refresh(Item& item) const {
  const bool moves = item.at.wanted.why == fleet::Why::moves;
  if (item.at.wanted.until <= now() && !moves)
    item.at.wanted =
        fleet::wanted(item.at.vehicle.wish, params_.settings.zones.of(item.at.vehicle.wish.fleet), now());
}

void CloudWorker::end_round() {
  Instant next = Instant::never();
  const Instant last = now() + params_.settings.patience;
  for (const Index index : round_) {
    Item& item = items_[index];
    item.due_at = Instant::never();
    if (item.is_stale) continue;
    item.decision = fleet::decide(item.at.vehicle, item.at.wanted, params_.settings.pace, now());
    const Action action = item.decision.action;
    const bool is_open = action == Action::wait || action == Action::look || changes(action);
    if (!is_open || item.looks == params_.settings.looks.size()) continue;
    if (item.acted && item.trouble.empty() && !changes(action)) {
      item.due_at = now() + params_.settings.looks[item.looks++];
    } else if (!item.trouble.empty() && item.decision.again_at <= last) {
      item.due_at = std::max(item.decision.again_at, now() + std::chrono::seconds(1));
      item.looks += 1;
    }
  }
  for (const Item& item : items_) next = std::min(next, item.due_at);
  if (next.is_never() || !may_start()) return enrich();
  wait_for_round(next);
}

void CloudWorker::wait_for_round(Instant at) {
  between_rounds_ = true;
  params_.time.call_at(std::max(at, now()), [self = std::weak_ptr(self_)] {
    const auto still = self.lock();
    if (!still || !std::exchange((*still)->between_rounds_, false)) return;
    (*still)->may_start() ? (*still)->begin_round() : (*still)->enrich();
  });
}

void CloudWorker::interrupt() {
  stop();
  std::exchange(between_rounds_, false) ? enrich() : pump();
}

void CloudWorker::end_wave() {
  for (const Item& item : items_) count(item);
  ended_ += items_.size();
  if (params_.on_progress) params_.on_progress(ended_, due_.size());
  next_wave();
}

void CloudWorker::finish() {
  // What was not even read is pending: it is as it was, and the next run comes to it.
  summary_.vehicles[static_cast<std::size_t>(Outcome::pending)] += due_.size() - taken_;
  if (due_.size() > taken_)
    reasons_[summary_.trouble.empty() ? "the run was stopped before its turn" : summary_.trouble] +=
        due_.size() - taken_;
  taken_ = due_.size();
  summary_.reasons.assign(reasons_.begin(), reasons_.end());
  std::ranges::sort(summary_.reasons, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  if (done_) std::exchange(done_, nullptr)();
}

void CloudWorker::count(const Item& item) {
  const Outcome outcome = outcome_of(item);
  summary_.vehicles[static_cast<std::size_t>(outcome)] += 1;
  if (outcome == Outcome::pending || outcome == Outcome::failed) reasons_[reason_of(item)] += 1;
  if (params_.acts) return;
  // A plan that could not read its vehicles is told apart from one that finds them blocked.
  if (!item.trouble.empty() && summary_.trouble.empty()) summary_.trouble = item.trouble;
  if (item.decision.action == Action::none) {
    as_wanted_in_plan_ += 1;
    return;
  }
  plan_.push_back({.vin = item.at.vehicle.vin,
                   .action = item.decision.action,
                   .oem = params_.oem,
                   .why = item.decision.why,
                   .observed = item.at.vehicle.cloud.standing,
                   .basis = fleet::basis_of(item.at.vehicle, item.at.wanted)});
}

Outcome CloudWorker::outcome_of(const Item& item) const {
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

std::string CloudWorker::reason_of(const Item& item) const {
  const std::string& key = item.at.vehicle.cloud.reason;
  if (!key.empty()) return std::string(fleet::find_reason(params_.oem, key).text);
  if (!item.trouble.empty()) return item.trouble;
  return std::string(fleet::to_string(item.decision.why));
}

}  // namespace contactor::engine
