// Several nodes on one store: what is this node's to work on, for how long, and how it changes hands.

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "engine/impl.h"

namespace contactor::engine {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr Millis kBeatsApart = Millis(200);    ///< however many things ask for a beat
constexpr Millis kBeatWhilePoor = seconds(1);  ///< others are about to hand back what is our share
constexpr Millis kRestMax = seconds(10);       ///< what calls in flight may delay a change of hands
constexpr Millis kLastBeatMax = seconds(5);    ///< leaving does not wait longer for the store
constexpr Millis kCautiousFor = hours(1);      ///< as long as the budget looks back
constexpr Millis kHouseEvery = hours(1);
constexpr Millis kRepliesKept = hours(24 * 7);  ///< for repeats of requests and of payment events

}  // namespace

// -- beats ------------------------------------------------------------------------------------------------

void Engine::Impl::beat_after(Millis wait) {
  if (ports_.nodes == nullptr) return;
  const Millis due = clock_.monotonic() + wait;
  if (due >= beat_due_) return;
  beat_due_ = due;
  clock_.call_at(clock_.now() + wait, [self = self_, due] {
    if (*self && (*self)->beat_due_ == due) (*self)->beat();
  });
}

void Engine::Impl::beat() {
  const Millis asked_at = clock_.monotonic();
  // Asked again in time even where this one is never answered.
  beat_due_ = Millis::max();
  beat_after(ports::kBeatEvery);
  ports_.nodes->beat({.node = settings_.node,
                      .version = settings_.version,
                      .leaving = stopping_,
                      .handed_back = shards_.in(Shards::Hold::at_rest)},
                     [self = self_, asked_at](const Result<ports::NodeView>& view) {
                       if (!*self) return;
                       if (view) return (*self)->beaten(*view, asked_at);
                       (*self)->beat_failed(view.error());
                     });
}

void Engine::Impl::beaten(const ports::NodeView& view, Millis asked_at) {
  if (beaten_at_ && asked_at < *beaten_at_) return;
  beaten_at_ = asked_at;
  clock_.learn(view.at, asked_at, clock_.monotonic());
  leads_ = view.leads;
  nodes_ = view.nodes;
  if (view.since_timeline < kCautiousFor)
    caution_.begin(view.timeline, now() + (kCautiousFor - view.since_timeline));
  auto change = shards_.hold_now(view.held);
  drop(change.lost);
  put_to_rest(stopping_ ? 0 : view.share);
  const bool first = started_ && change.gained.empty();
  take_over(std::move(change.gained));
  share_incidents(view.open_incidents, asked_at);
  if (first) std::exchange(started_, {})({});
  const bool is_poor = !stopping_ && shards_.count() + view.nodes.size() < view.share + 1;
  if (is_poor) beat_after(kBeatWhilePoor);
  if (shards_.count() == 0)
    for (auto& done : std::exchange(handed_over_, {})) done();
  relay();
  pump();
  arm();
}

void Engine::Impl::borrow(const ports::NodeView& view, Millis asked_at) {
  beaten_at_ = asked_at;
  beat_due_ = Millis::min();  // Whoever lends it the leases beats.
  clock_.learn(view.at, asked_at, clock_.monotonic());
  shards_.read(shards_.hold_now(view.held).gained);
}

void Engine::Impl::beat_failed(const Error& error) {
  log::warn("engine", "no beat: {}", error.message());
  if (!started_) return;
  // Whoever was killed a moment ago still has its name and its shards.
  const bool may_pass = error.kind == ErrorKind::conflict &&
                        clock_.monotonic() - started_at_ < ports::kLeaseLife + ports::kBeatEvery;
  if (may_pass) return beat_after(seconds(1));
  std::exchange(started_, {})(fail(error));
}

void Engine::Impl::doubt_lease() {
  if (ports_.nodes != nullptr) beat_after(kBeatsApart);
}

bool Engine::Impl::may_act() const {
  return ports_.nodes == nullptr ||
         (beaten_at_ && clock_.monotonic() - *beaten_at_ < ports::kSendingEndsAfter);
}

std::optional<Error> Engine::Impl::turn_away(std::uint8_t shard) const {
  if (ports_.nodes == nullptr) return std::nullopt;
  const auto later = [](std::string why) {
    return Error{.kind = ErrorKind::unavailable,
                 .retry_after = seconds(1),
                 .origin = "engine",
                 .detail = std::move(why)};
  };
  if (!beaten_at_) return moved(shard);
  if (!may_act()) return later("this node has lost touch with its store");
  using enum Shards::Hold;
  switch (shards_.hold(shard)) {
    case working:
      return std::nullopt;
    case away:
      return moved(shard);
    case reading:
    case resting:
    case at_rest:
      break;
  }
  return later("the vehicle's shard is changing hands");
}

Error Engine::Impl::moved(std::uint8_t shard) {
  return {.kind = ErrorKind::elsewhere,
          .retry_after = {},
          .origin = "engine",
          .detail = "another node holds the vehicle's shard",
          .shard = shard};
}

// -- shards that come -------------------------------------------------------------------------------------

void Engine::Impl::take_over(std::vector<ports::HeldShard> gained) {
  if (gained.empty()) return;
  log::info("engine", "{} shards taken over", gained.size());
  ports::ShardSet shards;
  for (const auto& held : gained) shards.set(held.shard);
  const auto ended = [this, gained = std::move(gained)](const Status& status) {
    if (status) {
      shards_.read(gained);
      if (started_) std::exchange(started_, {})({});
      relay();
      return pump();
    }
    log::warn("engine", "cannot read what was taken over: {}", status.error().message());
    clock_.call_at(now() + seconds(1), [self = self_, gained] {
      if (!*self) return;
      std::vector<ports::HeldShard> still;
      std::ranges::copy_if(gained, std::back_inserter(still), [&](const ports::HeldShard& held) {
        return (*self)->shards_.hold(held.shard) == Shards::Hold::reading &&
               (*self)->shards_.epoch(held.shard) == held.epoch;
      });
      (*self)->take_over(std::move(still));
    });
  };
  read_live(shards, ActivationId(), [this, shards, ended](const Status& live) {
    if (!live) return ended(live);
    read_outbox(shards, 0, ended);
  });
}

// -- shards that go ---------------------------------------------------------------------------------------

void Engine::Impl::put_to_rest(std::size_t share) {
  if (!shards_.rest_above(share).any()) return;
  rest_by_ = clock_.monotonic() + kRestMax;
  look_who_rests();
}

void Engine::Impl::look_who_rests() {
  const ports::ShardSet resting = shards_.in(Shards::Hold::resting);
  if (resting.none()) return;
  // What is still under way then is found by the next owner: its intent is stored.
  const bool is_over = clock_.monotonic() >= rest_by_;
  const ports::ShardSet ended = is_over ? resting : resting & ~busy_shards();
  if (ended.any()) {
    drop(ended);
    shards_.at_rest(ended);
    beat_after(kBeatsApart);
  }
  if (ended == resting || std::exchange(looking_who_rests_, true)) return;
  clock_.call_at(now() + Millis(100), [self = self_] {
    if (!*self) return;
    (*self)->looking_who_rests_ = false;
    (*self)->look_who_rests();
  });
}

ports::ShardSet Engine::Impl::busy_shards() const {
  ports::ShardSet busy;
  for (std::size_t shard = 0; shard < intake_.size(); ++shard) busy.set(shard, intake_[shard] > 0);
  for (const ActivationId id : loading_) busy.set(id.shard());
  for (const auto& [id, record] : records_)
    if (record.work && (record.work->writing || record.work->calling || !record.work->events.empty()))
      busy.set(id.shard());
  for (const auto& [id, owed] : owed_)
    if (owed.calling) busy.set(owed.entry.activation_id.shard());
  return busy;
}

void Engine::Impl::drop(const ports::ShardSet& shards) {
  if (shards.none()) return;
  std::vector<ports::Done<Result<ota::Activation>>> waiting;
  records_.erase_if([&](auto& item) {
    if (!shards.test(item.first.shard())) return false;
    if (Work* work = item.second.work.get()) {
      end_sending(*work);
      for (auto& [event, done] : work->events)
        if (done) waiting.push_back(std::move(done));
    }
    return true;
  });
  slots_.erase_if([&](const auto& item) { return shards.test(item.first.shard()); });
  std::erase_if(owed_, [&](const auto& item) {
    const bool goes = shards.test(item.second.entry.activation_id.shard());
    if (goes && item.second.calling) deliveries_ -= 1;
    return goes;
  });
  const auto goes = [&](ActivationId id) { return shards.test(id.shard()); };
  std::erase_if(to_send_, goes);
  std::erase_if(to_look_, goes);
  for (auto& done : waiting) {
    done(fail(Error{.kind = ErrorKind::unavailable,
                    .retry_after = seconds(1),
                    .origin = "engine",
                    .detail = "the vehicle's shard has changed hands"}));
  }
}

void Engine::Impl::hand_over(std::move_only_function<void()> done) {
  if (ports_.nodes == nullptr || shards_.count() == 0) return done();
  rest_by_ = clock_.monotonic();
  look_who_rests();
  handed_over_.push_back(std::move(done));
  clock_.call_at(now() + kLastBeatMax, [self = self_] {
    // Whatever could not be handed back is free when its lease has run out.
    if (*self)
      for (auto& late : std::exchange((*self)->handed_over_, {})) late();
  });
}

// -- work that only one node does -------------------------------------------------------------------------

void Engine::Impl::keep_house() {
  clock_.call_at(now() + kHouseEvery, [self = self_] {
    if (!*self || (*self)->stopping_) return;
    Impl& engine = **self;
    engine.keep_house();
    if (!engine.leads_ || !engine.may_act()) return;
    engine.ports_.store.forget_before(engine.now() - kRepliesKept, [](const Status& status) {
      if (!status) log::warn("engine", "old replies are not cleared away: {}", status.error().message());
    });
  });
}

}  // namespace contactor::engine
