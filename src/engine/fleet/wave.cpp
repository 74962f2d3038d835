// Rounds: which vehicles of a wave are looked at, when, and what is asked for.

#include "engine/fleet/wave.h"

#include <algorithm>

namespace contactor::engine {

using fleet::Action;

namespace {

bool changes(Action action) {
  return action == Action::activate || action == Action::deactivate || action == Action::renew;
}

}  // namespace

void Wave::load(std::vector<Vin> vins, std::move_only_function<void(Status)> done) {
  cloud_.params.store.find_vehicles(std::move(vins), [self = std::weak_ptr(self_), done = std::move(done)](
                                                         Result<std::vector<fleet::Vehicle>> found) mutable {
    const auto still = self.lock();
    if (!still) return;
    Wave& wave = **still;
    if (!found) {
      wave.phase_ = Phase::over;
      return done(fail(std::move(found.error())));
    }
    const Instant at = wave.now();
    for (fleet::Vehicle& vehicle : *found) {
      const bool was_on = vehicle.status.value_or(false);
      wave.items_.push_back({.at = survey_of(std::move(vehicle), wave.cloud_.params.settings, at),
                             .was_on = was_on,
                             .due_at = at});
    }
    std::ranges::sort(wave.items_, {}, [](const WaveItem& item) { return item.at.vehicle.vin; });
    wave.begin_round();
    done({});
  });
}

void Wave::begin_round() {
  round_.clear();
  for (Index i = 0; i < items_.size(); ++i)
    if (items_[i].due_at <= now()) round_.push_back(i);
  phase_ = Phase::looking;
  to_look_.assign(round_.begin(), round_.end());
}

bool Wave::has_queued() const {
  return !to_look_.empty() || !to_intend_.empty() || !ready_to_activate_.empty() ||
         !ready_to_deactivate_.empty() || !to_describe_.empty();
}

bool Wave::leaves_places() const { return phase_ != Phase::loading && !has_queued() && committing_ == 0; }

/// Intents that are committed and not called are ended by the next look, as after a crash.
void Wave::drop_queues() {
  cloud_.end_ahead(ready_to_activate_.size() + ready_to_deactivate_.size());
  for (auto* queue : {&to_look_, &to_intend_, &ready_to_activate_, &ready_to_deactivate_, &to_describe_})
    queue->clear();
}

void Wave::turn() {
  if (phase_ == Phase::loading || phase_ == Phase::over) return;
  if (!cloud_.may_start()) {
    drop_queues();
    if (phase_ == Phase::resting) enrich();
  }
  if (phase_ == Phase::resting) return;
  prepare();
  launch();
  if (has_queued() || in_flight_ > 0 || committing_ > 0) return;
  cloud_.pump();  // Whatever comes next is looked at in a turn of its own.
  switch (phase_) {
    case Phase::looking:
      return act();
    case Phase::acting:
      return end_round();
    case Phase::enriching:
      phase_ = Phase::over;
      return;
    case Phase::loading:
    case Phase::resting:
    case Phase::over:
      return;
  }
}

/// Everything of this round has been read.
void Wave::act() {
  phase_ = Phase::acting;
  for (const Index index : round_) {
    WaveItem& item = items_[index];
    if (item.is_stale) continue;
    refresh(item);
    item.decision = fleet::decide(item.at.vehicle, item.at.wanted, cloud_.params.settings.pace, now());
    // What this round could not read is not acted upon: what is on record may be hours old.
    const bool was_read = item.trouble.empty();
    if (changes(item.decision.action) && was_read && cloud_.params.acts) to_intend_.push_back(index);
  }
}

/// An edge of its window may have passed while the run went on.
void Wave::refresh(WaveItem& item) const {
  const bool moves = item.at.wanted.why == fleet::Why::moves;
  if (item.at.wanted.until <= now() && !moves)
    item.at.wanted = fleet::wanted(item.at.vehicle.wish,
                                   cloud_.params.settings.zones.of(item.at.vehicle.wish.fleet), now());
}

void Wave::end_round() {
  for (const Index index : round_) items_[index].due_at = next_look(items_[index]);
  Instant next = Instant::never();
  for (const WaveItem& item : items_) next = std::min(next, item.due_at);
  if (next.is_never() || !cloud_.may_start()) return enrich();
  rest_until(next);
}

/// When this run looks at it once more.
Instant Wave::next_look(WaveItem& item) const {
  const FleetSettings& settings = cloud_.params.settings;
  if (item.is_stale) return Instant::never();
  item.decision = fleet::decide(item.at.vehicle, item.at.wanted, settings.pace, now());
  const Action action = item.decision.action;
  const bool is_open = action == Action::wait || action == Action::look || changes(action);
  if (!is_open || item.looks == settings.looks.size()) return Instant::never();
  if (item.acted && item.trouble.empty() && !changes(action)) return now() + settings.looks[item.looks++];
  if (item.trouble.empty() || item.decision.again_at > now() + settings.patience) return Instant::never();
  item.looks += 1;
  return std::max(item.decision.again_at, now() + std::chrono::seconds(1));
}

void Wave::rest_until(Instant at) {
  phase_ = Phase::resting;
  cloud_.params.time.call_at(std::max(at, now()), [self = std::weak_ptr(self_)] {
    const auto still = self.lock();
    if (!still || (*still)->phase_ != Phase::resting) return;
    (*still)->cloud_.may_start() ? (*still)->begin_round() : (*still)->enrich();
    (*still)->cloud_.pump();
  });
}

}  // namespace contactor::engine
