// What is in flight: looks, intents on their way to the store, calls, answers.

#include <algorithm>

#include <fmt/format.h>

#include "engine/fleet/wave.h"

namespace contactor::engine {
namespace {

template <class Queue>
auto take(Queue& queue, std::size_t most) {
  const auto count = static_cast<std::ptrdiff_t>(std::min(queue.size(), most));
  std::vector<typename Queue::value_type> taken(queue.begin(), queue.begin() + count);
  queue.erase(queue.begin(), queue.begin() + count);
  return taken;
}

}  // namespace

/// Intents go to the store ahead of the calls, so that no place in flight waits for a commit.
void Wave::prepare() {
  while (!to_intend_.empty() && cloud_.has_room_ahead()) {
    const Index index = to_intend_.front();
    to_intend_.pop_front();
    intend(index);
  }
}

void Wave::intend(Index index) {
  WaveItem& item = items_[index];
  const bool ends = item.decision.action == fleet::Action::deactivate;
  const fleet::Intent intent = ends ? fleet::Intent::deactivate : fleet::Intent::activate;
  cloud_.begin_ahead();
  intending_ += 1;
  commit(index, fleet::intend(item.at.vehicle, intent, cloud_.params.oem, cloud_.stamp()),
         [this, index, ends](bool applied) {
           intending_ -= 1;
           if (applied) (ends ? ready_to_deactivate_ : ready_to_activate_).push_back(index);
           if (!applied) cloud_.end_ahead(1);
           cloud_.pump();
         });
}

void Wave::launch() {
  const ports::CloudLimits limits = cloud_.params.cloud.limits();
  while (cloud_.has_place() && !to_look_.empty()) call(Kind::look, take(to_look_, limits.observed_at_once));
  const std::size_t batch = std::max<std::size_t>(limits.changed_at_once, 1);
  // A batch waits to be filled only while something may still come to fill it: what is let ahead is bounded,
  // and may all be of the other kind.
  const bool more_to_come = intending_ > 0 || (!to_intend_.empty() && cloud_.has_room_ahead());
  for (auto* const queue : {&ready_to_deactivate_, &ready_to_activate_})
    while (cloud_.has_place() && (queue->size() >= batch || (!queue->empty() && !more_to_come))) {
      auto indexes = take(*queue, batch);
      cloud_.end_ahead(indexes.size());
      call(queue == &ready_to_activate_ ? Kind::activate : Kind::deactivate, std::move(indexes));
    }
  while (cloud_.has_place() && !to_describe_.empty()) describe(take(to_describe_, 1).front());
}

ports::CloudSubject Wave::subject_of(const WaveItem& item) const {
  const fleet::Vehicle& vehicle = item.at.vehicle;
  return {.vin = vehicle.vin,
          .make = std::string(item.at.route.make),
          .fleet = vehicle.wish.fleet,
          .handle = vehicle.cloud.handle,
          .key = vehicle.intent == fleet::Intent::none ? "" : fleet::intent_key(vehicle)};
}

void Wave::call(Kind kind, std::vector<Index> indexes) {
  std::vector<ports::CloudSubject> subjects;
  subjects.reserve(indexes.size());
  for (const Index index : indexes) {
    subjects.push_back(subject_of(items_[index]));
    if (kind != Kind::look) items_[index].acted = true;
  }
  in_flight_ += 1;
  cloud_.begin_call();
  cloud_.summary.calls += 1;
  auto done = [self = std::weak_ptr(self_), kind, indexes = std::move(indexes)](ports::CloudAnswers answers) {
    if (const auto still = self.lock()) (*still)->answered(kind, indexes, std::move(answers));
  };
  ports::OemCloud& cloud = cloud_.params.cloud;
  switch (kind) {
    case Kind::look:
      return cloud.observe(std::move(subjects), std::move(done));
    case Kind::activate:
      return cloud.activate(std::move(subjects), std::move(done));
    case Kind::deactivate:
      return cloud.deactivate(std::move(subjects), std::move(done));
  }
}

void Wave::answered(Kind kind, const std::vector<Index>& indexes, ports::CloudAnswers answers) {
  CTR_ASSERT(answers.size() == indexes.size());
  in_flight_ -= 1;
  cloud_.end_call();
  cloud_.watch_health(answers);
  // Kept from ending the phase before every answer of this call is on its way to the store.
  committing_ += 1;
  for (std::size_t i = 0; i < indexes.size(); ++i) take_answer(kind, indexes[i], answers[i]);
  committing_ -= 1;
  cloud_.pump();
}

void Wave::take_answer(Kind kind, Index index, const Result<fleet::CloudState>& answer) {
  WaveItem& item = items_[index];
  item.trouble = answer ? "" : answer.error().message();
  const fleet::Pace& pace = cloud_.params.settings.pace;
  auto step = kind == Kind::look
                  ? fleet::observe(item.at.vehicle, answer, item.at.wanted, pace, cloud_.stamp())
                  : fleet::settle(item.at.vehicle, answer, item.at.wanted, pace, cloud_.stamp());
  if (!cloud_.params.acts) {
    item.at.vehicle = std::move(step.after);
    return;
  }
  commit(index, std::move(step), [this](bool) { cloud_.pump(); });
}

void Wave::commit(Index index, fleet::Step step, std::move_only_function<void(bool)> then) {
  committing_ += 1;
  ports::FleetWrite write{.after = step.after, .entry = std::move(step.entry)};
  cloud_.params.writer.write(
      std::move(write), [self = std::weak_ptr(self_), index, after = std::move(step.after),
                         then = std::move(then)](Result<ports::FleetOutcome> outcome) mutable {
        const auto still = self.lock();
        if (!still) return;
        Wave& wave = **still;
        wave.committing_ -= 1;
        WaveItem& item = wave.items_[index];
        const bool applied = outcome && *outcome == ports::FleetOutcome::applied;
        if (applied) item.at.vehicle = std::move(after);
        if (outcome && !applied) item.is_stale = true;
        if (!outcome) {
          item.is_stale = true;
          item.trouble = outcome.error().message();
          wave.cloud_.summary.trouble = "the store refuses writes: " + outcome.error().message();
          wave.cloud_.stop();
        }
        then(applied);
      });
}

}  // namespace contactor::engine
