// What is in flight: looks, intents on their way to the store, calls, answers.

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "engine/fleet/cloud_worker.h"

namespace contactor::engine {
namespace {

/// Every vehicle of the call met the same failure: that is the cloud, not the vehicles.
const Error* failure_of(const ports::CloudAnswers& answers) {
  for (const auto& answer : answers)
    if (answer) return nullptr;
  return answers.empty() ? nullptr : &answers.front().error();
}

template <class Queue>
auto take(Queue& queue, std::size_t most) {
  const auto count = static_cast<std::ptrdiff_t>(std::min(queue.size(), most));
  std::vector<typename Queue::value_type> taken(queue.begin(), queue.begin() + count);
  queue.erase(queue.begin(), queue.begin() + count);
  return taken;
}

}  // namespace

bool CloudWorker::may_start() const { return !stopping_ && (!params_.may_call || params_.may_call()); }

/// What answers at once, as a gateway does that knows no model or gets no token, comes back here from within:
/// its turn is taken afterwards, so that no phase ends twice.
void CloudWorker::pump() {
  pump_again_ = true;
  if (std::exchange(pumping_, true)) return;
  while (std::exchange(pump_again_, false)) turn();
  pumping_ = false;
}

void CloudWorker::turn() {
  // A timer of a pause may come when there is nothing to go on with.
  if (between_rounds_ || !done_) return;
  if (!may_start()) {
    // Intents that are committed and not called are ended by the next look, as after a crash.
    for (auto* queue : {&to_look_, &to_intend_, &ready_to_activate_, &ready_to_deactivate_, &to_describe_})
      queue->clear();
  } else if (now() < paused_until_) {
    return;
  }
  prepare();
  launch();
  const bool is_empty = to_look_.empty() && to_intend_.empty() && ready_to_activate_.empty() &&
                        ready_to_deactivate_.empty() && to_describe_.empty();
  if (!is_empty || !is_idle()) return;
  switch (phase_) {
    case Phase::looking:
      return act();
    case Phase::acting:
      return end_round();
    case Phase::enriching:
      return end_wave();
  }
}

bool CloudWorker::has_room_ahead() const {
  return ready_to_activate_.size() + ready_to_deactivate_.size() + committing_ < params_.settings.ahead;
}

/// Intents go to the store ahead of the calls, so that no place in flight waits for a commit.
void CloudWorker::prepare() {
  while (!to_intend_.empty() && has_room_ahead()) {
    const Index index = to_intend_.front();
    to_intend_.pop_front();
    intend(index);
  }
}

void CloudWorker::intend(Index index) {
  Item& item = items_[index];
  const bool ends = item.decision.action == fleet::Action::deactivate;
  const fleet::Intent intent = ends ? fleet::Intent::deactivate : fleet::Intent::activate;
  commit(index, fleet::intend(item.at.vehicle, intent, params_.oem, stamp()),
         [this, index, ends](bool applied) {
           if (applied) (ends ? ready_to_deactivate_ : ready_to_activate_).push_back(index);
           pump();
         });
}

void CloudWorker::launch() {
  const ports::CloudLimits limits = params_.cloud.limits();
  const auto has_place = [&] { return in_flight_ < limits.calls_at_once; };
  while (has_place() && !to_look_.empty()) call(Kind::look, take(to_look_, limits.observed_at_once));
  const std::size_t batch = std::max<std::size_t>(limits.changed_at_once, 1);
  // A batch waits to be filled only while something may still come to fill it: what is let ahead is bounded,
  // and may all be of the other kind.
  const bool more_to_come = committing_ > 0 || (!to_intend_.empty() && has_room_ahead());
  const auto is_full = [&](const std::deque<Index>& queue) {
    return queue.size() >= batch || (!queue.empty() && !more_to_come);
  };
  while (has_place() && is_full(ready_to_deactivate_))
    call(Kind::deactivate, take(ready_to_deactivate_, batch));
  while (has_place() && is_full(ready_to_activate_)) call(Kind::activate, take(ready_to_activate_, batch));
  while (has_place() && !to_describe_.empty()) describe(take(to_describe_, 1).front());
}

ports::CloudSubject CloudWorker::subject_of(const Item& item) const {
  const fleet::Vehicle& vehicle = item.at.vehicle;
  return {.vin = vehicle.vin,
          .make = std::string(item.at.route.make),
          .fleet = vehicle.wish.fleet,
          .handle = vehicle.cloud.handle,
          .key = vehicle.intent == fleet::Intent::none ? "" : fleet::intent_key(vehicle)};
}

void CloudWorker::call(Kind kind, std::vector<Index> indexes) {
  std::vector<ports::CloudSubject> subjects;
  subjects.reserve(indexes.size());
  for (const Index index : indexes) {
    subjects.push_back(subject_of(items_[index]));
    if (kind != Kind::look) items_[index].acted = true;
  }
  in_flight_ += 1;
  summary_.calls += 1;
  auto done = [self = std::weak_ptr(self_), kind, indexes = std::move(indexes)](ports::CloudAnswers answers) {
    if (const auto still = self.lock()) (*still)->answered(kind, indexes, std::move(answers));
  };
  switch (kind) {
    case Kind::look:
      return params_.cloud.observe(std::move(subjects), std::move(done));
    case Kind::activate:
      return params_.cloud.activate(std::move(subjects), std::move(done));
    case Kind::deactivate:
      return params_.cloud.deactivate(std::move(subjects), std::move(done));
  }
}

void CloudWorker::answered(Kind kind, const std::vector<Index>& indexes, ports::CloudAnswers answers) {
  CTR_ASSERT(answers.size() == indexes.size());
  in_flight_ -= 1;
  watch_health(answers);
  // Kept from ending the phase before every answer of this call is on its way to the store.
  committing_ += 1;
  for (std::size_t i = 0; i < indexes.size(); ++i) take_answer(kind, indexes[i], answers[i]);
  committing_ -= 1;
  pump();
}

void CloudWorker::take_answer(Kind kind, Index index, const Result<fleet::CloudState>& answer) {
  Item& item = items_[index];
  item.trouble = answer ? "" : answer.error().message();
  const fleet::Pace& pace = params_.settings.pace;
  auto step = kind == Kind::look ? fleet::observe(item.at.vehicle, answer, item.at.wanted, pace, stamp())
                                 : fleet::settle(item.at.vehicle, answer, item.at.wanted, pace, stamp());
  if (!params_.acts) {
    item.at.vehicle = std::move(step.after);
    return;
  }
  commit(index, std::move(step), [this](bool) { pump(); });
}

/// A cloud that fails every call is not asked twenty thousand times; one that limits us is left alone for as
/// long as it said.
void CloudWorker::watch_health(const ports::CloudAnswers& answers) {
  const Error* const error = failure_of(answers);
  if (error == nullptr) {
    failing_in_a_row_ = 0;
    return;
  }
  failing_in_a_row_ += 1;
  const bool is_limited = error->kind == ErrorKind::rate_limited;
  const Millis pause = error->retry_after.value_or(is_limited ? Millis(std::chrono::seconds(10)) : Millis(0));
  const bool too_long = pause > params_.settings.patience;
  if (failing_in_a_row_ >= params_.settings.failing_calls_max || (is_limited && too_long)) {
    summary_.trouble = error->message();
    log::warn("fleet", "{}: left alone until the next run: {}", fleet::shown(params_.oem), summary_.trouble);
    return stop();
  }
  if (pause.count() == 0 || !is_limited) return;
  paused_until_ = std::max(paused_until_, now() + pause);
  params_.time.call_at(paused_until_, [self = std::weak_ptr(self_)] {
    if (const auto still = self.lock()) (*still)->pump();
  });
}

void CloudWorker::commit(Index index, fleet::Step step, std::move_only_function<void(bool)> then) {
  committing_ += 1;
  ports::FleetWrite write{.after = step.after, .entry = std::move(step.entry)};
  params_.writer.write(std::move(write),
                       [self = std::weak_ptr(self_), index, after = std::move(step.after),
                        then = std::move(then)](Result<ports::FleetOutcome> outcome) mutable {
                         const auto still = self.lock();
                         if (!still) return;
                         CloudWorker& worker = **still;
                         worker.committing_ -= 1;
                         Item& item = worker.items_[index];
                         const bool applied = outcome && *outcome == ports::FleetOutcome::applied;
                         if (applied) item.at.vehicle = std::move(after);
                         if (outcome && !applied) item.is_stale = true;
                         if (!outcome) {
                           item.is_stale = true;
                           item.trouble = outcome.error().message();
                           worker.summary_.trouble = "the store refuses writes: " + outcome.error().message();
                           worker.stop();
                         }
                         then(applied);
                       });
}

}  // namespace contactor::engine
