// What is owed to the outside: money first to last, and words. Every entry has a computed key and stays in
// the store until its end is known.

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "engine/impl.h"

namespace contactor::engine {
namespace {

using Kind = ports::OutboxEntry::Kind;

constexpr Millis kKeyTrusted = std::chrono::hours(12);  ///< half of what providers promise to remember a key
constexpr Millis kNoticeGivenUp = std::chrono::hours(72);

/// 1 s, 2 s, 4 s … money waits five minutes at most and is never given up; words wait an hour at most.
Millis pause_after(const ports::OutboxEntry& entry, const Error& error) {
  const Millis most =
      entry.kind == Kind::money ? Millis(std::chrono::minutes(5)) : Millis(std::chrono::hours(1));
  const Millis grown = Millis(1000) * (1 << std::min(entry.tries, 12U));
  const bool hopeless = error.kind == ErrorKind::unauthorized || error.kind == ErrorKind::invalid;
  return std::max(
      {std::min(grown, most), error.retry_after.value_or(Millis(0)), hopeless ? Millis(60'000) : Millis(0)});
}

ota::Channel channel_of(Kind kind) {
  if (kind == Kind::push) return ota::Channel::push;
  return kind == Kind::display ? ota::Channel::display : ota::Channel::email;
}

/// `<activation>-<purpose>-<ordinal>`. A lost request is repeated under its own key: should it still arrive,
/// it counts once. But a provider answers a known key from memory, refusals too: where its books show no
/// effect a second time, the next ordinal is used. It is kept in the entry's words.
std::string money_key(const ports::OutboxEntry& entry) {
  return entry.detail.empty() ? entry.key : entry.key.substr(0, entry.key.rfind('-') + 1) + entry.detail;
}

std::string next_ordinal(const ports::OutboxEntry& entry) {
  const int ordinal = entry.detail.empty() ? 1 : std::atoi(entry.detail.c_str());
  return std::to_string(ordinal + 1);
}

std::string mail_id(const ports::OutboxEntry& entry) { return fmt::format("{}@contactor", entry.key); }

}  // namespace

bool Engine::Impl::can_deliver() const { return !stopping_ && deliveries_ < kDeliveriesMax; }

void Engine::Impl::owe(ports::OutboxEntry entry, bool look_first) {
  const std::int64_t id = entry.id;
  if (owed_.contains(id)) return;
  owed_due_.emplace(entry.next_try_at, id);
  owed_.emplace(id, Owed{.entry = std::move(entry), .calling = false, .look_first = look_first});
  arm();
}

void Engine::Impl::relay() {
  while (can_deliver() && !owed_due_.empty() && owed_due_.begin()->first <= now()) {
    const std::int64_t id = owed_due_.begin()->second;
    owed_due_.erase(owed_due_.begin());
    const auto found = owed_.find(id);
    if (found == owed_.end() || found->second.calling) continue;
    found->second.calling = true;
    deliveries_ += 1;
    deliver(found->second);
  }
}

void Engine::Impl::deliver(Owed& owed) {
  const std::int64_t id = owed.entry.id;
  ports_.store.find(owed.entry.activation_id,
                    [self = self_, id](Result<std::optional<ota::Activation>> found) {
                      if (!*self) return;
                      Impl& engine = **self;
                      const auto owed_now = engine.owed_.find(id);
                      if (owed_now == engine.owed_.end()) return;
                      // What the last try left open stays open.
                      if (!found || !*found)
                        return engine.postpone(id, std::chrono::seconds(1), owed_now->second.entry.unknown);
                      const ota::Activation& activation = **found;
                      if (owed_now->second.entry.kind == Kind::money)
                        engine.move_money(owed_now->second, activation);
                      else
                        engine.tell(owed_now->second, activation);
                    });
}

// -- money ------------------------------------------------------------------------------------------------

ports::Payments* Engine::Impl::payments_of(const ota::Activation& activation) {
  return activation.order->payment.provider == ota::Provider::stripe ? ports_.stripe : ports_.shop;
}

void Engine::Impl::move_money(Owed& owed, const ota::Activation& activation) {
  ports::OutboxEntry& entry = owed.entry;
  ports::Payments* payments = payments_of(activation);
  if (payments == nullptr) {
    log::error("engine", "{}: no payment provider is configured for its {}", to_string(activation.id),
               to_string(entry.purpose));
    return postpone(entry.id, std::chrono::minutes(10), false);
  }
  if (ota::purpose_of(activation.money_state) != entry.purpose) return discharge(entry.id, {});
  const bool key_is_old = entry.first_try_at.millis() != 0 && now() - entry.first_try_at > kKeyTrusted;
  if (owed.look_first || entry.unknown || key_is_old) return look_up_money(owed, activation);
  if (entry.first_try_at.millis() == 0) entry.first_try_at = now();
  ports::MoneyRequest request{.purpose = entry.purpose,
                              .transaction_id = activation.order->payment.transaction_id,
                              .idempotency_key = money_key(entry),
                              .reference = to_string(activation.id),
                              .amount = activation.order->payment.amount};
  payments->move(std::move(request), respond_by(), [self = self_, id = entry.id, activation](Status status) {
    if (*self) (*self)->money_answered(id, activation, std::move(status));
  });
}

void Engine::Impl::money_answered(std::int64_t id, ota::Activation activation, Status status) {
  const auto found = owed_.find(id);
  if (found == owed_.end()) return;
  ports::OutboxEntry& entry = found->second.entry;
  if (status && entry.purpose == ota::MoneyPurpose::capture)
    return money_ended(id, activation.id, ota::MoneyState::captured, "the provider took the held amount");
  if (status && entry.purpose == ota::MoneyPurpose::release)
    return money_ended(id, activation.id, ota::MoneyState::released, "the provider released the hold");
  // A refund may still fail after it was taken on: it counts when the provider's books show it.
  if (status && payments_of(activation) == ports_.stripe) return look_up_money(found->second, activation);
  if (status)
    return money_ended(id, activation.id, ota::MoneyState::refunded, "the shop acknowledged the reversal");
  const Error& error = status.error();
  log::warn("engine", "{}: {} not done: {}", to_string(activation.id), to_string(entry.purpose),
            error.message());
  // A state that forbids the movement is looked up, as is everything that may have had its effect.
  const bool ask =
      error.applied != Applied::no || error.kind == ErrorKind::conflict || error.kind == ErrorKind::invalid;
  postpone(id, pause_after(entry, error), ask);
}

void Engine::Impl::look_up_money(Owed& owed, const ota::Activation& activation) {
  payments_of(activation)
      ->look_up(activation.order->payment.transaction_id, respond_by(),
                [self = self_, id = owed.entry.id, activation](Result<ports::PaymentFacts> facts) {
                  if (*self) (*self)->money_looked_up(id, activation, std::move(facts));
                });
}

void Engine::Impl::money_looked_up(std::int64_t id, ota::Activation activation,
                                   Result<ports::PaymentFacts> facts) {
  using Phase = ports::PaymentFacts::Phase;
  using ota::MoneyPurpose;
  using ota::MoneyState;
  const auto found = owed_.find(id);
  if (found == owed_.end()) return;
  Owed& owed = found->second;
  const auto ended = [&](MoneyState to, std::string_view why) {
    money_ended(id, activation.id, to, std::string(why));
  };
  if (!facts) {
    // A shop that moves the money itself has no books for us: its webhook carries the same id, so repeating
    // is safe.
    const bool no_books = facts.error().kind == ErrorKind::invalid;
    owed.look_first = owed.look_first && !no_books;
    if (no_books) owed.entry.first_try_at = Instant();
    return postpone(id, no_books ? Millis(1000) : pause_after(owed.entry, facts.error()), !no_books);
  }
  const bool after_restart = owed.look_first;
  const bool was_asked = after_restart || owed.entry.first_try_at.millis() != 0;
  owed.look_first = false;
  owed.entry.unknown = false;
  owed.entry.first_try_at = Instant();
  const bool taken = facts->phase == Phase::captured;
  switch (owed.entry.purpose) {
    case MoneyPurpose::capture:
      if (taken) return ended(MoneyState::captured, "the provider's books show the amount taken");
      if (facts->phase != Phase::held)
        return ended(MoneyState::written_off, "the hold was gone before it could be taken");
      // While the hold stands it is tried again, whatever was refused before: an outage is no reason to give
      // money away.
      break;
    case MoneyPurpose::release:
      if (taken)
        return ended(MoneyState::refunding, "the provider's books show the amount taken: it goes back");
      if (facts->phase != Phase::held)
        return ended(MoneyState::released, "the provider's books show no hold");
      break;
    case MoneyPurpose::refund:
      if (facts->refunded >= facts->captured && facts->phase != Phase::held)
        return ended(MoneyState::refunded, "the provider's books show the amount returned");
      if (facts->refund_pending > 0) return postpone(id, std::chrono::minutes(1), true);
      break;
  }
  if (was_asked && ++owed.fruitless_looks > 1) {
    owed.entry.detail = next_ordinal(owed.entry);
    owed.fruitless_looks = 0;
  }
  // A look that only a restart made necessary is no failed try: a node that keeps crashing neither delays a
  // payment nor gives it up.
  if (after_restart) return move_money(owed, activation);
  postpone(id, pause_after(owed.entry, Error{.kind = ErrorKind::unavailable}), false);
}

void Engine::Impl::money_ended(std::int64_t id, ActivationId activation, ota::MoneyState to,
                               std::string detail) {
  if (to == ota::MoneyState::captured) counters_.captured += 1;
  if (to == ota::MoneyState::released) counters_.released += 1;
  if (to == ota::MoneyState::refunded) counters_.refunded += 1;
  // The activation learns it first: a crash in between finds the entry again, and the books tell the same.
  give(activation, ota::MoneyMoved{.to = to, .detail = std::move(detail)},
       [this, id](Result<ota::Activation> known) {
         if (known)
           discharge(id, {});
         else
           postpone(id, std::chrono::seconds(1), true);
       });
}

// -- words ------------------------------------------------------------------------------------------------

void Engine::Impl::tell(Owed& owed, const ota::Activation& activation) {
  const ports::OutboxEntry& entry = owed.entry;
  const ota::Channel channel = channel_of(entry.kind);
  const auto dropped = [&](std::string why) {
    discharge(entry.id, ports::NoticeRecord{.activation_id = entry.activation_id,
                                            .event = entry.event,
                                            .channel = channel,
                                            .outcome = ports::NoticeOutcome::dropped,
                                            .at = now(),
                                            .detail = std::move(why)});
  };
  // Progress that arrives after the end, or twice, is false: it is better not sent.
  if (entry.event == ota::NoticeEvent::ActivationStarted && is_final(activation.state))
    return dropped("the final outcome was known already");
  if (owed.look_first && !ota::repeats_after_unknown(entry.event, channel))
    return dropped("it may have been sent before a restart");
  const ota::NoticeFacts facts{
      .activation = &activation,
      .now = now(),
      .console_url = settings_.console_url,
      .support_contact = settings_.support_contact,
      .ticket_reference = activation.ticket_id.empty() ? "" : to_string(activation.ticket_id),
      .detail = entry.detail};
  ota::Notice notice = ota::compose(entry.event, facts);
  const auto done = [self = self_, id = entry.id](Status status) {
    if (*self) (*self)->told(id, std::move(status));
  };
  const auto& customer = activation.order->customer;
  if (entry.kind == Kind::display) return display(owed, activation, notice.display);
  if (entry.kind == Kind::email && ports_.mail != nullptr)
    return ports_.mail->send(ports::MailMessage{.message_id = mail_id(entry),
                                                .to = customer.email,
                                                .to_name = customer.name,
                                                .subject = std::move(notice.email_subject),
                                                .text = std::move(notice.email_text),
                                                .html = std::move(notice.email_html)},
                             respond_by(), done);
  if (entry.kind == Kind::push && ports_.push != nullptr)
    return ports_.push->send(ports::PushMessage{.device_token = customer.push_token,
                                                .title = std::move(notice.push_title),
                                                .body = std::move(notice.push_body),
                                                .collapse_key = entry.key},
                             respond_by(), done);
  dropped("the channel is no longer configured");
}

/// A text in the car is a configure command of the lowest class: it goes only where the vehicle is free and
/// most of its hour is unspent.
void Engine::Impl::display(Owed& owed, const ota::Activation& activation, const std::string& text) {
  const std::int64_t id = owed.entry.id;
  const Vin vin = activation.order->vin;
  const Instant expires = now() + std::chrono::minutes(1);
  const auto send = [self = self_, id, vin, text, expires](ports::CommandLedger ledger) {
    Impl& engine = **self;
    ports::ConfigureCommand command{.vin = vin,
                                    .command_id = ledger.last_command_id,
                                    .service_id = ServiceId(engine.settings_.display_service_id),
                                    .enable = true,
                                    .configuration = fmt::format(R"({{"text":"{}"}})", text),
                                    .generation = ledger.generation,
                                    .expires_at = expires};
    const auto answer = [self, id](ota::CommandAnswer reply) {
      if (!*self) return;
      using AnswerKind = ota::CommandAnswer::Kind;
      const bool fine = reply.kind == AnswerKind::accepted || reply.kind == AnswerKind::confirmed;
      (*self)->told(id, fine ? Status()
                             : Status(fail(ErrorKind::invalid, "iot_api", "the display text was not taken")));
    };
    engine.ports_.iot.configure(std::move(command), engine.respond_by(), answer);
  };
  ports_.store.vehicle_context(vin, [self = self_, id, send,
                                     vin](Result<ports::Store::VehicleContext> context) {
    if (!*self) return;
    Impl& engine = **self;
    const auto slot = engine.slots_.find(vin);
    const bool busy = slot != engine.slots_.end() && !slot->second.holder.empty();
    const std::size_t reserve = engine.settings_.policy.commands_per_hour / 2;
    const bool has_room = context && context->ledger.sends.size() < reserve;
    const auto owed_now = engine.owed_.find(id);
    if (owed_now == engine.owed_.end()) return;
    if (busy || !has_room || engine.breaker_.is_open())
      return engine.told(id, fail(ErrorKind::invalid, "engine", "commands for features come first"));
    ports::CommandLedger ledger = std::move(context->ledger);
    ledger.version += 1;
    ledger.generation += 1;
    ledger.last_command_id = "dsp_" + owed_now->second.entry.key;
    ledger.sends.push_back(engine.now());
    const Instant never = Instant::never();
    ports::OutboxWrite intent{.id = id, .postponed = owed_now->second.entry, .notice = {}, .ledger = ledger};
    intent.postponed->next_try_at = never;
    engine.ports_.store.write(std::move(intent), [self, id, send, ledger, vin](Status status) mutable {
      if (!*self) return;
      if (!status) return (*self)->told(id, fail(ErrorKind::invalid, "engine", "another command was faster"));
      const auto slot_now = (*self)->slots_.find(vin);
      if (slot_now != (*self)->slots_.end()) slot_now->second.ledger = ledger;
      send(std::move(ledger));
    });
  });
}

void Engine::Impl::told(std::int64_t id, Status status) {
  const auto found = owed_.find(id);
  if (found == owed_.end()) return;
  const ports::OutboxEntry& entry = found->second.entry;
  const ota::Channel channel = channel_of(entry.kind);
  ports::NoticeRecord record{.activation_id = entry.activation_id,
                             .event = entry.event,
                             .channel = channel,
                             .outcome = ports::NoticeOutcome::sent,
                             .at = now(),
                             .detail = {}};
  if (!status) {
    const Error& error = status.error();
    const bool ambiguous = error.applied != Applied::no && !ota::repeats_after_unknown(entry.event, channel);
    const bool over =
        error.kind == ErrorKind::invalid || now() - entry.created_at > kNoticeGivenUp || ambiguous;
    if (!over) return postpone(id, pause_after(entry, error), false);
    record.outcome = ports::NoticeOutcome::failed;
    record.detail = error.detail;
  } else {
    counters_.notices_sent += 1;
  }
  discharge(id, std::move(record));
}

// -- the end or the next try of an entry ------------------------------------------------------------------

void Engine::Impl::postpone(std::int64_t id, Millis wait, bool unknown) {
  const auto found = owed_.find(id);
  if (found == owed_.end()) return;
  ports::OutboxEntry& entry = found->second.entry;
  found->second.calling = false;
  deliveries_ -= 1;
  entry.tries += 1;
  entry.unknown = unknown;
  entry.next_try_at = now() + wait;
  owed_due_.emplace(entry.next_try_at, id);
  ports_.store.write(ports::OutboxWrite{.id = id, .postponed = entry, .notice = {}, .ledger = {}},
                     [](Status) {
                       // What is not stored is only how often it was tried: after a restart every entry is
                       // looked up first.
                     });
  arm();
}

void Engine::Impl::discharge(std::int64_t id, std::optional<ports::NoticeRecord> notice) {
  ports_.store.write(ports::OutboxWrite{.id = id, .postponed = {}, .notice = notice, .ledger = {}},
                     [self = self_, id, notice](Status status) {
                       if (!*self) return;
                       Impl& engine = **self;
                       const auto found = engine.owed_.find(id);
                       if (found == engine.owed_.end()) return;
                       if (!status) {
                         // Only the note of its end is missing; the effect itself is not repeated by this
                         // process.
                         engine.ports_.time.call_at(engine.now() + std::chrono::seconds(1),
                                                    [self, id, notice] {
                                                      if (*self) (*self)->discharge(id, notice);
                                                    });
                         return;
                       }
                       engine.deliveries_ -= 1;
                       engine.owed_.erase(found);
                       engine.relay();
                       engine.arm();
                     });
}

}  // namespace contactor::engine
