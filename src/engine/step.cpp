// event -> advance -> commit -> perform: the one way in which anything changes.

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "engine/history_chain.h"
#include "engine/impl.h"

namespace contactor::engine {
namespace {

Error changed_meanwhile() {
  return {.kind = ErrorKind::unavailable,
          .retry_after = std::chrono::seconds(1),
          .origin = "engine",
          .detail = "the activation was changed meanwhile"};
}

}  // namespace

void Engine::Impl::happen(Work& work, ota::Event event, ports::Done<Result<ota::Activation>> done) {
  work.events.emplace_back(std::move(event), std::move(done));
  run_next_event(work);
}

void Engine::Impl::run_next_event(Work& work) {
  while (!work.writing && !work.events.empty()) {
    auto [event, done] = std::move(work.events.front());
    work.events.pop_front();
    auto step = ota::advance(work.activation, event, context(work.activation.id.shard()));
    if (!step) {
      if (done) done(std::unexpected(std::move(step.error())));
      continue;
    }
    if (step->entry) {
      commit(work, std::move(*step), std::move(done));
      continue;
    }
    work.activation = std::move(step->next);
    if (done) done(work.activation);
  }
  if (!work.writing) idle(work);
}

void Engine::Impl::commit(Work& work, ota::Step step, ports::Done<Result<ota::Activation>> done) {
  auto write = std::make_shared<ports::ActivationWrite>();
  write->base_version = work.activation.version;
  write->epoch = shards_.epoch(work.activation.id.shard());
  step.entry->node = settings_.node;
  step.entry->hash = chain(work.activation.history_head, work.activation.id, *step.entry);
  step.next.history_head = step.entry->hash;
  write->after = std::move(step.next);
  write->history.push_back(std::move(*step.entry));
  for (const auto& effect : step.effects) add_outbox(*write, effect);
  work.writing = true;
  const ActivationId id = work.activation.id;
  const std::uint64_t serial = work.serial;
  ports_.store.write(write, [self = self_, id, serial, write, effects = std::move(step.effects),
                             done = std::move(done)](Result<ports::WriteOutcome> outcome) mutable {
    if (*self)
      (*self)->committed(id, serial, std::move(write), std::move(effects), std::move(outcome),
                         std::move(done));
  });
}

/// What an effect needs in the store beside the step itself.
void Engine::Impl::add_outbox(ports::ActivationWrite& write, const ota::Effect& effect) {
  const ActivationId id = write.after.id;
  if (const auto* send = std::get_if<ota::SendCommand>(&effect)) {
    write.ledger = ledger_after(slot_of(write.after).ledger, *send);
  } else if (const auto* busy = std::get_if<ota::KeepVehicleBusy>(&effect)) {
    write.ledger = slot_of(write.after).ledger;
    write.ledger->version += 1;
    write.ledger->busy_until = busy->until;
  } else if (const auto* money = std::get_if<ota::MoveMoney>(&effect)) {
    // The key is computed, so that every node, repeat and restart uses the same one.
    std::string key = fmt::format("{}-{}-1", to_string(id), to_string(money->purpose));
    owe_with(write, ports::OutboxEntry::Kind::money, std::move(key)).purpose = money->purpose;
  } else if (const auto* notify = std::get_if<ota::Notify>(&effect)) {
    for (const auto channel : {ota::Channel::email, ota::Channel::push, ota::Channel::display})
      if (ota::is_sent(notify->event, channel)) add_notice(write, notify->event, channel);
  } else if (const auto* ticket = std::get_if<ota::OpenTicket>(&effect)) {
    write.ticket = ticket->ticket;
    write.ticket->version = 1;
  } else if (const auto* spawn = std::get_if<ota::Spawn>(&effect)) {
    const ActivationId follower(fresh_id(spawn->order.vin.shard()));
    ota::Step first = ota::open(spawn->order, follower, spawn->start_at, context(follower.shard()));
    first.entry->node = settings_.node;
    first.entry->hash = chain({}, follower, *first.entry);
    first.next.history_head = first.entry->hash;
    write.followers.push_back(std::move(first.next));
    write.follower_history.push_back(std::move(*first.entry));
  }
}

ports::OutboxEntry& Engine::Impl::owe_with(ports::ActivationWrite& write, ports::OutboxEntry::Kind kind,
                                           std::string key) {
  const ActivationId id = write.after.id;
  write.outbox.push_back(ports::OutboxEntry{
      .id = fresh_id(id.shard()), .activation_id = id, .kind = kind, .key = std::move(key)});
  write.outbox.back().created_at = write.outbox.back().next_try_at = now();
  return write.outbox.back();
}

ports::CommandLedger Engine::Impl::ledger_after(ports::CommandLedger ledger,
                                                const ota::SendCommand& send) const {
  ledger.version += 1;
  ledger.generation = send.generation;
  ledger.last_command_id = send.command_id;
  ledger.busy_until = Instant();
  ledger.sends.push_back(clock_.latest());
  const std::size_t keep = settings_.policy.commands_per_hour;
  if (ledger.sends.size() > keep)
    ledger.sends.erase(ledger.sends.begin(), ledger.sends.end() - static_cast<std::ptrdiff_t>(keep));
  return ledger;
}

/// E-mail is the channel of record: that nothing could be sent is written down there. A channel that this
/// node does not have at all is a fact of its configuration, not of every activation.
void Engine::Impl::add_notice(ports::ActivationWrite& write, ota::NoticeEvent event, ota::Channel channel) {
  const auto& customer = write.after.order->customer;
  using Kind = ports::OutboxEntry::Kind;
  Kind kind = Kind::display;
  std::string_view missing;
  if (channel == ota::Channel::email) {
    kind = Kind::email;
    if (customer.email.empty()) missing = "no address known";
    if (ports_.mail == nullptr) missing = "no mail server configured";
  } else if (channel == ota::Channel::push) {
    if (ports_.push == nullptr) return;
    kind = Kind::push;
    if (customer.push_token.empty()) missing = "no device known";
  } else if (settings_.display_service_id.empty()) {
    return;
  }
  const ActivationId id = write.after.id;
  if (missing.empty()) {
    owe_with(write, kind, fmt::format("{}-{}-{}", to_string(id), to_string(event), to_string(channel)))
        .event = event;
    return;
  }
  write.notices.push_back({.activation_id = id,
                           .event = event,
                           .channel = channel,
                           .outcome = ports::NoticeOutcome::unavailable,
                           .at = now(),
                           .detail = std::string(missing)});
}

void Engine::Impl::committed(ActivationId id, std::uint64_t serial,
                             std::shared_ptr<ports::ActivationWrite> write, std::vector<ota::Effect> effects,
                             Result<ports::WriteOutcome> outcome, ports::Done<Result<ota::Activation>> done) {
  Work* work = find_work(id, serial);
  if (work == nullptr) {
    // Its shard has gone meanwhile: whoever has it now goes on from what was stored.
    if (done) done(fail(changed_meanwhile()));
    return;
  }
  work->writing = false;
  if (!outcome || *outcome != ports::WriteOutcome::applied) {
    // Nothing is assumed about what the store holds now: the truth is read again, and what was lost is found
    // out again.
    counters_.stale_writes += 1;
    log::warn("engine", "{}: a step was not stored: {}", to_string(id),
              outcome ? "a fence refused it" : outcome.error().message());
    // A send intent that may have been stored keeps its vehicle until it is known; so does a command whose
    // mark in the ledger may be missing.
    if (!outcome && outcome.error().applied != Applied::no) read_again(id.shard());
    if (outcome) doubt_lease();
    Error error = outcome ? changed_meanwhile() : std::move(outcome.error());
    if (!outcome && write->ledger) records_[id].state = ota::State::WaitingResponse;
    auto waiting = std::move(work->events);
    reload_later(id);
    if (done) done(std::unexpected(error));
    for (auto& [event, waiter] : waiting)
      if (waiter) waiter(std::unexpected(error));
    return;
  }
  if (write->ledger) slot_of(write->after).ledger = *write->ledger;
  work->activation = std::move(write->after);
  records_[id].state = work->activation.state;
  for (std::size_t i = 0; i < write->followers.size(); ++i) {
    const auto& follower = write->followers[i];
    records_[follower.id].state = follower.state;
    wake_at(follower.id, follower.next_action_at);
    for (const auto& listener : listeners_) listener(follower, write->follower_history[i]);
  }
  for (auto& entry : write->outbox) owe(std::move(entry), false);
  for (const auto& entry : write->history)
    for (const auto& listener : listeners_) listener(work->activation, entry);
  if (done) done(work->activation);
  work = find_work(id, serial);
  if (work == nullptr) return;
  perform(*work, std::move(effects));
  work = find_work(id, serial);
  if (work != nullptr) settle(*work);
}

void Engine::Impl::perform(Work& work, std::vector<ota::Effect> effects) {
  const ActivationId id = work.activation.id;
  const std::uint64_t serial = work.serial;
  for (auto& effect : effects) {
    Work* still = find_work(id, serial);
    if (still == nullptr) return;
    if (const auto* send = std::get_if<ota::SendCommand>(&effect))
      send_command(*still, *send);
    else if (std::holds_alternative<ota::Diagnose>(effect))
      diagnose(*still);
    else if (std::holds_alternative<ota::OpenTicket>(effect))
      counters_.escalated += 1;
  }
  relay();
}

/// After a committed step: the vehicle is handed on, the next wake-up is set, finished rows leave.
void Engine::Impl::settle(Work& work) {
  const ota::Activation& activation = work.activation;
  if (activation.state != ota::State::WaitingResponse) release_slot(activation);
  const bool just_active =
      activation.state == ota::State::Active && activation.confirmed_at == activation.updated_at;
  if (just_active) {
    counters_.confirmed += 1;
    const ota::Order& order = *activation.order;
    // The order that was extended ends with the new one: its own switch-off is taken back.
    if (!order.extends.empty())
      give(order.extends, ota::CancelRequested{.actor = "engine", .reason = "extended", .superseded = true},
           {});
    if (order.reason == "technician" && !order.parent.empty())
      give(order.parent, ota::TicketEnded{.actor = "engine", .delivered = true}, {});
  }
  // A poll that is set already comes earlier than the deadline and stays.
  const bool polls =
      activation.state == ota::State::WaitingResponse && !records_[activation.id].due.is_never();
  if (!polls) wake_at(activation.id, earliest_look(activation));
  if (!work.events.empty()) return run_next_event(work);
  idle(work);
}

void Engine::Impl::reload_later(ActivationId id) {
  const auto found = records_.find(id);
  if (found == records_.end()) return;
  if (found->second.work) {
    const ota::Activation activation = found->second.work->activation;
    release_slot(activation);
    Slot& slot = slot_of(activation);
    if (--slot.users == 0) slots_.erase(activation.order->vin);
    const bool live = found->second.work->live;
    end_sending(*found->second.work);
    found->second.work.reset();
    if (!live) return forget(id);
  }
  wake_at(id, now() + std::chrono::seconds(1));
}

}  // namespace contactor::engine
