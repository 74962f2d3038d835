#include "engine/engine.h"

#include <fmt/format.h>

#include "base/log.h"
#include "engine/impl.h"

namespace contactor::engine {

Engine::Impl::Impl(Ports ports, Settings settings)
    : ports_(ports),
      settings_(std::move(settings)),
      clock_(ports.time),
      breaker_(settings_.calls_in_flight_max) {
  // Also before the start, and without one: a command in a terminal closes a ticket through an engine that
  // never runs.
  if (ports_.nodes == nullptr) shards_.own_all();
}

Engine::Impl::~Impl() { *self_ = nullptr; }

void Engine::Impl::start(ports::Done<Status> done) {
  keep_house();
  if (ports_.nodes != nullptr) {
    leads_ = false;
    started_ = std::move(done);
    started_at_ = clock_.monotonic();
    return beat();
  }
  const ports::ShardSet all = shards_.in(Shards::Hold::working);
  read_live(all, ActivationId(), [this, all, done = std::move(done)](Status live) mutable {
    if (!live) return done(std::move(live));
    read_outbox(all, 0, std::move(done));
  });
}

void Engine::Impl::read_live(ports::ShardSet shards, ActivationId after, ports::Done<Status> done) {
  constexpr std::size_t kPage = 10'000;
  ports_.store.live_rows(
      shards, after, kPage,
      [self = self_, shards, done = std::move(done)](Result<std::vector<ports::LiveRow>> rows) mutable {
        if (!*self) return;
        if (!rows) return done(std::unexpected(std::move(rows.error())));
        for (const auto& row : *rows) {
          if ((*self)->records_.contains(row.id) || !(*self)->shards_.has(row.id.shard())) continue;
          (*self)->records_[row.id].state = row.state;
          // A command may have been answered while nobody listened: it is asked about at once.
          const bool on_its_way = row.state == ota::State::WaitingResponse;
          (*self)->wake_at(row.id, on_its_way ? (*self)->now() : row.next_action_at);
        }
        if (rows->size() < kPage) return done({});
        (*self)->read_live(shards, rows->back().id, std::move(done));
      });
}

void Engine::Impl::read_outbox(ports::ShardSet shards, std::int64_t after, ports::Done<Status> done) {
  constexpr std::size_t kPage = 10'000;
  ports_.store.outbox(shards, after, kPage,
                      [self = self_, shards,
                       done = std::move(done)](Result<std::vector<ports::OutboxEntry>> entries) mutable {
                        if (!*self) return;
                        if (!entries) return done(std::unexpected(std::move(entries.error())));
                        const bool full = entries->size() == kPage;
                        const std::int64_t last = entries->empty() ? 0 : entries->back().id;
                        // Whatever is found here may have been tried by the process before: it is looked up,
                        // or told only where telling twice does no harm.
                        for (auto& entry : *entries) (*self)->owe(std::move(entry), true);
                        if (!full) return done({});
                        (*self)->read_outbox(shards, last, std::move(done));
                      });
}

void Engine::Impl::read_again(std::uint8_t shard) {
  const bool is_planned = read_again_.any();
  read_again_.set(shard);
  if (is_planned) return;
  clock_.call_at(now() + std::chrono::seconds(1), [self = self_] {
    if (!*self) return;
    Impl& engine = **self;
    const ports::ShardSet shards =
        std::exchange(engine.read_again_, {}) & engine.shards_.in(Shards::Hold::working);
    if (shards.none()) return;
    const auto ended = [self, shards](const Status& status) {
      if (!*self || status) return;
      for (std::size_t one = 0; one < shards.size(); ++one)
        if (shards.test(one)) (*self)->read_again(static_cast<std::uint8_t>(one));
    };
    engine.read_live(shards, ActivationId(), [self, shards, ended](const Status& live) {
      if (!live) return ended(live);
      (*self)->read_outbox(shards, 0, ended);
    });
  });
}

void Engine::Impl::stop(std::move_only_function<void()> done) {
  stopping_ = true;
  const Millis by = clock_.monotonic() + std::chrono::seconds(10);
  if (ports_.nodes != nullptr) put_to_rest(0);
  beat_after(Millis(0));
  auto wait = std::make_shared<std::function<void()>>();
  auto finish = std::make_shared<std::move_only_function<void()>>(std::move(done));
  *wait = [self = self_, by, wait, finish] {
    if (!*self) return;
    Impl& engine = **self;
    // Activations that wait for their car are not waited for: they are verified on the next start.
    const bool busy = engine.calls_ > 0 || engine.deliveries_ > 0 || engine.accepting_ > 0;
    if (!busy || engine.clock_.monotonic() >= by) {
      engine.hand_over(std::move(*finish));
      *wait = nullptr;
      return;
    }
    engine.clock_.call_at(engine.now() + Millis(20), [wait] {
      if (*wait) (*wait)();
    });
  };
  auto first = *wait;
  first();
}

ota::Context Engine::Impl::context(std::uint8_t shard) {
  return ota::Context{.policy = settings_.policy, .now = now(), .fresh_ticket = TicketId(fresh_id(shard))};
}

std::int64_t Engine::Impl::fresh_id(std::uint8_t shard) {
  constexpr std::int64_t kSequence = 1 << 13;
  const std::int64_t floor = now().millis() * kSequence;
  // Within one millisecond, and when the clock steps back, ids go on counting.
  if (last_id_ < floor) last_id_ = floor + static_cast<std::int64_t>(ports_.entropy.next() % (kSequence / 2));
  last_id_ += 1;
  return last_id_ << 8 | shard;
}

Work* Engine::Impl::find_work(ActivationId id, std::uint64_t serial) {
  const auto found = records_.find(id);
  if (found == records_.end() || !found->second.work) return nullptr;
  Work* work = found->second.work.get();
  return serial == 0 || work->serial == serial ? work : nullptr;
}

// -- the face ---------------------------------------------------------------------------------------------

Engine::Engine(Ports ports, Settings settings) : impl_(std::make_unique<Impl>(ports, std::move(settings))) {}
Engine::~Engine() = default;

void Engine::start(ports::Done<Status> done) { impl_->start(std::move(done)); }
void Engine::borrow(const ports::NodeView& view, Millis asked_at) { impl_->borrow(view, asked_at); }
void Engine::stop(std::move_only_function<void()> done) { impl_->stop(std::move(done)); }

void Engine::accept(ota::Order order, std::optional<ReplyTemplate> reply,
                    ports::Done<Result<Accepted>> done) {
  impl_->accept(std::move(order), std::move(reply), std::move(done));
}

void Engine::cancel(ActivationId id, std::string actor, std::string reason,
                    ports::Done<Result<ota::Activation>> done) {
  if (auto elsewhere = impl_->turn_away(id.shard())) return done(fail(std::move(*elsewhere)));
  impl_->give(
      id, ota::CancelRequested{.actor = std::move(actor), .reason = std::move(reason), .superseded = false},
      impl_->counted(id.shard(), std::move(done)));
}

void Engine::act_on_ticket(TicketId id, TicketOrder order, ports::Done<Result<TicketOutcome>> done) {
  impl_->act_on_ticket(id, std::move(order), std::move(done));
}

void Engine::vehicle_reported(VehicleReport report, ports::Done<Status> done) {
  impl_->vehicle_reported(std::move(report), std::move(done));
}

void Engine::payment_reported(PaymentReport report, ports::Done<Status> done) {
  impl_->payment_reported(std::move(report), std::move(done));
}

void Engine::listen(Listener listener) { impl_->listeners_.push_back(std::move(listener)); }

Counters Engine::counters() const {
  Counters counters = impl_->counters_;
  for (const auto& [id, record] : impl_->records_)
    counters.waiting_budget += record.state == ota::State::WaitingBudget ? 1U : 0U;
  counters.live = impl_->records_.size();
  counters.ready = impl_->to_send_.size();
  counters.in_flight = impl_->calls_;
  counters.outbox = impl_->owed_.size();
  counters.breaker_open = impl_->breaker_.is_open();
  counters.shards = impl_->shards_.count();
  counters.leads = impl_->leads_;
  return counters;
}

const Settings& Engine::settings() const { return impl_->settings_; }
const std::vector<ports::NodeSeen>& Engine::nodes() const { return impl_->nodes_; }
ports::Timekeeper& Engine::time() { return impl_->clock_; }

}  // namespace contactor::engine
