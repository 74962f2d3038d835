// What is due, in which order, and within which budget.

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "engine/impl.h"

namespace contactor::engine {
namespace {

/// The moment of creation is part of the id, so that a horizon can be judged without loading anything.
Instant created_at(ActivationId id) { return Instant::from_millis(id.value() >> 21); }

constexpr std::size_t kLoadBatch = 500;
constexpr std::size_t kRun = 64;
constexpr Millis kReadingPause = Millis(50);
constexpr Millis kOversleepsMax = std::chrono::seconds(1);

}  // namespace

void Engine::Impl::wake_at(ActivationId id, Instant at) {
  const auto found = records_.find(id);
  if (found == records_.end()) return;
  Record& record = found->second;
  record.due = at;
  record.epoch += 1;
  if (at.is_never()) return;
  timers_.add({.at = at, .id = id, .epoch = record.epoch});
  arm();
}

void Engine::Impl::arm() {
  Instant next = std::min(timers_.next(), probe_at());
  // What relay() would not take now must not wake us: we would spin until it does.
  if (!owed_due_.empty() && can_deliver()) next = std::min(next, owed_due_.begin()->first);
  // A clock that was set forward has passed the moment for which a wake-up is ordered, and that still takes
  // as long as it would have.
  const bool overslept = armed_at_ + kOversleepsMax < now();
  next = std::max(next, now());
  if (next.is_never() || (next >= armed_at_ && !overslept)) return;
  armed_at_ = next;
  // A wake-up that an earlier one has overtaken does nothing: otherwise each would order one more, for ever.
  clock_.call_at(next, [self = self_, next] {
    if (*self && (*self)->armed_at_ == next) (*self)->tick();
  });
}

void Engine::Impl::tick() {
  armed_at_ = Instant::never();
  while (const auto entry = timers_.pop(now())) {
    const auto found = records_.find(entry->id);
    if (found == records_.end() || found->second.epoch != entry->epoch) continue;
    found->second.due = Instant::never();
    (ota::waits_to_send(found->second.state) ? to_send_ : to_look_).push_back(entry->id);
  }
  if (probe_at() <= now()) probe();
  relay();
  pump();
  arm();
}

void Engine::Impl::pump() {
  if (stopping_ || !may_act()) return;
  std::vector<ActivationId> batch;
  std::vector<ActivationId> at_hand;
  const auto take = [&](std::deque<ActivationId>& queue) {
    const ActivationId id = queue.front();
    queue.pop_front();
    const auto found = records_.find(id);
    if (found == records_.end() || loading_.contains(id)) return;
    // Due before everything of its shard is in memory: a moment later it is.
    if (shards_.hold(id.shard()) == Shards::Hold::reading) return wake_at(id, now() + kReadingPause);
    if (!shards_.works_on(id.shard())) return;
    if (found->second.work) return at_hand.push_back(id);
    loading_.insert(id);
    batch.push_back(id);
  };
  while (!to_look_.empty() && loading_.size() < 2 * kLoadBatch) take(to_look_);
  const std::size_t allowance = std::min(breaker_.allowance(), settings_.calls_in_flight_max);
  // A backlog is read in runs: a question to the store for every place that becomes free would cost more than
  // the command that takes it. Short ones, so that calls that hang keep few places from those that do not.
  const std::size_t places = allowance - std::min(allowance, sending_ + loading_.size());
  const bool is_run = places >= std::min(allowance / 4, kRun) || places >= to_send_.size();
  while (is_run && !to_send_.empty() && sending_ + loading_.size() + at_hand.size() < allowance)
    take(to_send_);
  if (!batch.empty()) load_ready(std::move(batch));
  for (const ActivationId id : at_hand)
    if (Work* work = find_work(id)) on_due(*work);
}

void Engine::Impl::load_ready(std::vector<ActivationId> ids) {
  std::vector<ActivationId> asked = ids;
  ports_.store.load(std::move(ids), [self = self_,
                                     asked = std::move(asked)](Result<std::vector<ports::Loaded>> loaded) {
    if (!*self) return;
    Impl& engine = **self;
    for (const ActivationId id : asked) engine.loading_.erase(id);
    if (!loaded) {
      log::warn("engine", "cannot read due activations: {}", loaded.error().message());
      for (const ActivationId id : asked) engine.wake_at(id, engine.now() + std::chrono::seconds(1));
      return;
    }
    std::vector<ActivationId> live;
    for (const auto& item : *loaded) live.push_back(item.activation.id);
    for (auto& item : *loaded) engine.attach(std::move(item));
    // What is no longer live has ended meanwhile; nobody must wait for it.
    for (const ActivationId id : asked)
      if (const auto found = engine.records_.find(id);
          found != engine.records_.end() && !found->second.work && std::ranges::find(live, id) == live.end())
        engine.forget(id);
    engine.pump();
  });
}

void Engine::Impl::attach(ports::Loaded loaded) {
  const ActivationId id = loaded.activation.id;
  if (!records_.contains(id)) return;
  if (!may_begin(id.shard())) return wake_at(id, now() + std::chrono::seconds(1));
  bring(std::move(loaded), true);
  on_due(*find_work(id));
}

void Engine::Impl::on_due(Work& work) {
  if (work.writing || work.calling) {
    work.missed = true;
    return;
  }
  const ota::Activation& activation = work.activation;
  if (ota::waits_to_send(activation.state)) return try_send(work);
  if (activation.state == ota::State::WaitingResponse) {
    slot_of(activation).holder = activation.id;
    return now() >= activation.answer_by ? last_look(work) : poll(work);
  }
  if (now() < activation.next_action_at) {
    // Read again before its time, after a write that failed: without this nobody would look at it again.
    wake_at(activation.id, activation.next_action_at);
    return idle(work);
  }
  if (activation.state == ota::State::Scheduled && activation.order->reason == "expiry")
    return end_unless_extended(work);
  happen(work, ota::Elapsed{});
}

/// An extension takes back the switch-off of the period that it extends. Whoever did that may have died in
/// between, so the switch-off itself looks once more before it begins.
void Engine::Impl::end_unless_extended(Work& work) {
  work.calling = true;
  ports_.store.vehicle_context(
      work.activation.order->vin, [self = self_, id = work.activation.id, serial = work.serial](
                                      const Result<ports::Store::VehicleContext>& context) {
        Work* still = *self ? (*self)->find_work(id, serial) : nullptr;
        if (still == nullptr) return;
        still->calling = false;
        if (!context) {
          (*self)->wake_at(id, (*self)->now() + std::chrono::seconds(1));
          return (*self)->run_next_event(*still);
        }
        const bool is_extended = std::ranges::any_of(context->activations, [&](const auto& other) {
          return other.order->extends == id && other.state == ota::State::Active;
        });
        if (is_extended)
          return (*self)->happen(
              *still, ota::CancelRequested{.actor = "engine", .reason = "extended", .superseded = true});
        (*self)->happen(*still, ota::Elapsed{});
      });
}

void Engine::Impl::try_send(Work& work) {
  const ota::Activation& activation = work.activation;
  if (now() >= activation.horizon_at) return happen(work, ota::HorizonReached{});
  if (now() < activation.next_action_at) {
    wake_at(activation.id, activation.next_action_at);
    return idle(work);
  }
  Slot& slot = slot_of(activation);
  if (!slot.holder.empty() && slot.holder != activation.id) {
    if (std::ranges::find(slot.waiters, activation.id) == slot.waiters.end())
      slot.waiters.push_back(activation.id);
    return idle(work);
  }
  if (is_waited_for(slot.ledger, activation.id)) {
    wake_at(activation.id, now() + std::chrono::seconds(1));
    return idle(work);
  }
  if (const auto until = not_before(slot.ledger.busy_until)) {
    wake_at(activation.id, std::min(*until, activation.horizon_at));
    return idle(work);
  }
  if (const auto until = budget_wait(activation.order->vin, slot.ledger)) {
    return happen(work, ota::BudgetExhausted{
                            .until = *until,
                            .why = fmt::format("the vehicle's {} commands an hour are spent until {}",
                                               settings_.policy.commands_per_hour, to_rfc3339(*until))});
  }
  slot.holder = activation.id;
  begin_sending(work);
  if (caution_.must_ask(activation.order->vin, now())) return learn_from_history(work);
  if (ota::needs_look(activation)) return look_before_sending(work);
  grant(work);
}

void Engine::Impl::grant(Work& work) {
  const ota::Activation& activation = work.activation;
  if (may_begin(activation.id.shard()))
    return happen(work, ota::Granted{.generation = slot_of(activation).ledger.generation + 1});
  // Its shard is on its way to another node, or the lease may have run out while the vehicle was looked at.
  end_sending(work);
  wake_at(activation.id, now() + std::chrono::seconds(1));
  idle(work);
}

/// Another server has become the store's primary a while ago: the ledger may lack what was sent last.
void Engine::Impl::learn_from_history(Work& work) {
  using History = std::vector<ota::IotHistoryItem>;
  ports_.iot.history(work.activation.order->vin, respond_by(),
                     answer_for<History>(work, [this](Work& still, const Result<History>& history) {
                       if (!ota::waits_to_send(still.activation.state)) return;  // A callback was faster.
                       if (history) {
                         std::vector<Instant> sends;
                         for (const auto& item : *history) sends.push_back(item.at);
                         caution_.learn(still.activation.order->vin, std::move(sends), now());
                         return try_send(still);
                       }
                       end_sending(still);
                       happen(still, ota::BudgetExhausted{
                                         .until = now() + settings_.policy.rate_limit_wait,
                                         .why = "the store was restored from a copy: the vehicle's commands "
                                                "of the last hour must be read first"});
                     }));
}

/// Is the vehicle's last command of another activation that is not in memory and whose answer is still
/// awaited?
bool Engine::Impl::is_waited_for(const ports::CommandLedger& ledger, ActivationId asking) const {
  const auto last = ota::parse_command_id(ledger.last_command_id);
  if (!last || last->activation == asking) return false;
  const auto found = records_.find(last->activation);
  return found != records_.end() && found->second.state == ota::State::WaitingResponse;
}

std::optional<Instant> Engine::Impl::budget_wait(const Vin& vin, const ports::CommandLedger& ledger) const {
  // A request may still be on its way for as long as it is allowed to take, and for as long as its commit may
  // have taken before it: the window is wider by that much (H3).
  const Millis window = std::chrono::hours(1) + settings_.policy.request_timeout + ports::kSendingEndsAfter;
  const std::size_t limit = settings_.policy.commands_per_hour;
  const auto free_at = [&](const std::vector<Instant>& sends) {
    return sends.size() < limit ? Instant() : sends[sends.size() - limit] + window;
  };
  Instant until = free_at(ledger.sends);
  if (caution_.is_needed(now())) until = std::max(until, free_at(caution_.sends(vin, ledger.sends)));
  return not_before(until);
}

std::optional<Instant> Engine::Impl::not_before(Instant at) const {
  if (at <= clock_.earliest()) return std::nullopt;
  // A clock that is only known by about is not asked again and again around that moment.
  return at + clock_.error() + (clock_.error() > Millis(0) ? std::chrono::seconds(1) : Millis(0));
}

void Engine::Impl::begin_sending(Work& work) {
  if (!work.sending) sending_ += 1;
  work.sending = true;
}

void Engine::Impl::end_sending(Work& work) {
  if (work.sending) sending_ -= 1;
  work.sending = false;
}

void Engine::Impl::look_before_sending(Work& work) {
  const ota::Activation& activation = work.activation;
  const std::string last = activation.command_ordinal > 0
                               ? ota::command_id(activation.id, activation.command_ordinal)
                               : std::string();
  ports_.iot.status(
      activation.order->vin, last, respond_by(),
      answer_for<ota::VehicleStatus>(work, [this](Work& still, Result<ota::VehicleStatus> status) {
        looked(still, std::move(status));
      }));
}

void Engine::Impl::looked(Work& work, Result<ota::VehicleStatus> status) {
  const ota::Activation& activation = work.activation;
  if (!ota::waits_to_send(activation.state)) return;  // A callback was faster.
  if (!status) return refused_look(work, status.error());
  if (activation.command_ordinal > 0) {
    ota::Observed seen = ota::read_status(*status, activation);
    if (seen.status == ota::CommandStatus::applied) return happen(work, std::move(seen));
  }
  // Once the switch-off of the old period has begun, what the vehicle shows may be over any moment: it is
  // told again.
  const auto old_end = records_.find(activation.order->extends);
  const bool goes_on = old_end != records_.end() && old_end->second.state == ota::State::Scheduled;
  if (goes_on && ota::shows_active(*status, activation.order->service_id))
    return happen(work, ota::FoundActive{});
  if (auto obstacle = ota::obstacle(*status, *activation.order)) {
    end_sending(work);
    if (obstacle->failure) return happen(work, ota::PrecheckFailed{std::move(*obstacle->failure)});
    return happen(work,
                  ota::BudgetExhausted{.until = now() + std::chrono::minutes(1), .why = obstacle->wait});
  }
  grant(work);
}

/// The vehicle could not be asked: that is what sending would have met, without spending a command.
void Engine::Impl::refused_look(Work& work, const Error& error) {
  end_sending(work);
  if (breaker_.is_open() || error.kind == ErrorKind::rate_limited)
    return happen(work,
                  ota::BudgetExhausted{
                      .until = now() + error.retry_after.value_or(settings_.policy.rate_limit_wait),
                      .why = error.kind == ErrorKind::rate_limited ? "the IoT API asked to come later"
                                                                   : "incident: the IoT API is not usable"});
  using enum ota::FailureCategory;
  const auto category = error.kind == ErrorKind::unauthorized ? AuthorizationFailure
                        : error.kind == ErrorKind::not_found  ? VehicleIncompatible
                        : error.kind == ErrorKind::protocol   ? ApiIotError
                                                              : TransientNetwork;
  happen(work,
         ota::PrecheckFailed{ota::Failure{
             .category = category, .code = std::string(to_string(error.kind)), .message = error.detail}});
}

void Engine::Impl::release_slot(const ota::Activation& activation) {
  const auto found = slots_.find(activation.order->vin);
  if (found == slots_.end() || found->second.holder != activation.id) return;
  found->second.holder = ActivationId();
  for (const ActivationId waiter : std::exchange(found->second.waiters, {})) wake_at(waiter, now());
}

Instant Engine::Impl::earliest_look(const ota::Activation& activation) const {
  if (is_final(activation.state)) return Instant::never();
  if (activation.state == ota::State::WaitingResponse) return activation.answer_by;
  return activation.next_action_at;
}

/// Nothing is going on: what can be read again need not stay in memory.
void Engine::Impl::idle(Work& work) {
  if (work.writing || work.calling || !work.events.empty()) return;
  const ota::Activation& activation = work.activation;
  if (std::exchange(work.missed, false) && !is_final(activation.state)) wake_at(activation.id, now());
  end_sending(work);
  if (activation.state == ota::State::WaitingResponse) return;
  const ActivationId id = activation.id;
  const Vin vin = activation.order->vin;
  const bool ends = !work.live || is_settled(activation.state, activation.money_state);
  release_slot(activation);
  const auto slot = slots_.find(vin);
  if (slot != slots_.end() && --slot->second.users == 0 && slot->second.waiters.empty()) slots_.erase(slot);
  records_[id].work.reset();
  if (ends) forget(id);
  // A place has become free.
  if (!to_send_.empty() && sending_ < settings_.calls_in_flight_max / 2) pump();
}

void Engine::Impl::forget(ActivationId id) { records_.erase(id); }

/// While the breaker holds everything back, only the horizon turns a waiting order into a failure that nobody
/// pays for.
void Engine::Impl::check_horizons() {
  std::vector<ActivationId> late;
  const Instant from = now() - settings_.policy.horizon;
  std::erase_if(to_send_, [&](ActivationId id) {
    const bool is_late = created_at(id) < from && !loading_.contains(id) && records_.contains(id);
    if (is_late) late.push_back(id);
    return is_late;
  });
  for (const ActivationId id : late) to_look_.push_back(id);
}

}  // namespace contactor::engine
