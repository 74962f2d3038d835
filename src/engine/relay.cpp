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
constexpr Millis kReadingPause = Millis(50);            ///< until everything of its shard is in memory
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

bool Engine::Impl::can_deliver() const { return !stopping_ && may_act() && deliveries_ < kDeliveriesMax; }

void Engine::Impl::owe(ports::OutboxEntry entry, bool look_first) {
  const std::int64_t id = entry.id;
  if (owed_.contains(id) || !shards_.has(entry.activation_id.shard())) return;
  owed_due_.emplace(entry.next_try_at, id);
  owed_.emplace(id, Owed{.entry = std::move(entry), .serial = ++serials_, .look_first = look_first});
  arm();
}

Owed* Engine::Impl::find_owed(OwedRef ref) {
  const auto found = owed_.find(ref.id);
  return found == owed_.end() || found->second.serial != ref.serial ? nullptr : &found->second;
}

void Engine::Impl::relay() {
  while (can_deliver() && !owed_due_.empty() && owed_due_.begin()->first <= now()) {
    const std::int64_t id = owed_due_.begin()->second;
    owed_due_.erase(owed_due_.begin());
    const auto found = owed_.find(id);
    if (found == owed_.end() || found->second.calling) continue;
    const std::uint8_t shard = found->second.entry.activation_id.shard();
    if (shards_.hold(shard) == Shards::Hold::reading) owed_due_.emplace(now() + kReadingPause, id);
    if (!shards_.works_on(shard)) continue;
    found->second.calling = true;
    deliveries_ += 1;
    deliver(found->second);
  }
}

void Engine::Impl::deliver(Owed& owed) {
  const OwedRef ref = owed.ref();
  ports_.store.find(owed.entry.activation_id,
                    [self = self_, ref](const Result<std::optional<ota::Activation>>& found) {
                      if (!*self) return;
                      Impl& engine = **self;
                      Owed* owed_now = engine.find_owed(ref);
                      if (owed_now == nullptr) return;
                      // Nobody outside was asked: a store that is away is no try of this entry's.
                      if (!found || !*found || !engine.may_act()) return engine.leave_owed(*owed_now);
                      const ota::Activation& activation = **found;
                      if (owed_now->entry.kind == Kind::money)
                        engine.move_money(*owed_now, activation);
                      else
                        engine.tell(*owed_now, activation);
                    });
}

void Engine::Impl::leave_owed(Owed& owed) {
  owed.calling = false;
  deliveries_ -= 1;
  owed_due_.emplace(now() + std::chrono::seconds(1), owed.entry.id);
  arm();
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
    return postpone(owed.ref(), std::chrono::minutes(10), false);
  }
  if (ota::purpose_of(activation.money_state) != entry.purpose) return discharge(owed.ref(), {});
  const bool key_is_old = entry.first_try_at.millis() != 0 && now() - entry.first_try_at > kKeyTrusted;
  if (owed.look_first || entry.unknown || key_is_old) return look_up_money(owed, activation);
  if (!may_act()) return leave_owed(owed);
  if (entry.first_try_at.millis() == 0) entry.first_try_at = now();
  ports::MoneyRequest request{.purpose = entry.purpose,
                              .transaction_id = activation.order->payment.transaction_id,
                              .idempotency_key = money_key(entry),
                              .reference = to_string(activation.id),
                              .amount = activation.order->payment.amount};
  payments->move(std::move(request), respond_by(),
                 [self = self_, ref = owed.ref(), activation](Status status) {
                   if (*self) (*self)->money_answered(ref, activation, std::move(status));
                 });
}

void Engine::Impl::money_answered(OwedRef ref, ota::Activation activation, Status status) {
  Owed* found = find_owed(ref);
  if (found == nullptr) return;
  ports::OutboxEntry& entry = found->entry;
  if (status && entry.purpose == ota::MoneyPurpose::capture)
    return money_ended(ref, activation.id, ota::MoneyState::captured, "the provider took the held amount");
  if (status && entry.purpose == ota::MoneyPurpose::release)
    return money_ended(ref, activation.id, ota::MoneyState::released, "the provider released the hold");
  // A refund may still fail after it was taken on: it counts when the provider's books show it.
  if (status && payments_of(activation) == ports_.stripe) return look_up_money(*found, activation);
  if (status)
    return money_ended(ref, activation.id, ota::MoneyState::refunded, "the shop acknowledged the reversal");
  const Error& error = status.error();
  log::warn("engine", "{}: {} not done: {}", to_string(activation.id), to_string(entry.purpose),
            error.message());
  // A state that forbids the movement is looked up, as is everything that may have had its effect.
  const bool ask =
      error.applied != Applied::no || error.kind == ErrorKind::conflict || error.kind == ErrorKind::invalid;
  postpone(ref, pause_after(entry, error), ask);
}

void Engine::Impl::look_up_money(Owed& owed, const ota::Activation& activation) {
  payments_of(activation)
      ->look_up(activation.order->payment.transaction_id, respond_by(),
                [self = self_, ref = owed.ref(), activation](Result<ports::PaymentFacts> facts) {
                  if (*self) (*self)->money_looked_up(ref, activation, std::move(facts));
                });
}

void Engine::Impl::money_looked_up(OwedRef ref, ota::Activation activation,
                                   Result<ports::PaymentFacts> facts) {
  using Phase = ports::PaymentFacts::Phase;
  using ota::MoneyPurpose;
  using ota::MoneyState;
  Owed* found = find_owed(ref);
  if (found == nullptr) return;
  Owed& owed = *found;
  const auto ended = [&](MoneyState to, std::string_view why) {
    money_ended(ref, activation.id, to, std::string(why));
  };
  if (!facts) {
    // A shop that moves the money itself has no books for us: its webhook carries the same id, so repeating
    // is safe.
    const bool no_books = facts.error().kind == ErrorKind::invalid;
    owed.look_first = owed.look_first && !no_books;
    if (no_books) owed.entry.first_try_at = Instant();
    return postpone(ref, no_books ? Millis(1000) : pause_after(owed.entry, facts.error()), !no_books);
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
      if (facts->refund_pending > 0) return postpone(ref, std::chrono::minutes(1), true);
      break;
  }
  if (was_asked && ++owed.fruitless_looks > 1) {
    owed.entry.detail = next_ordinal(owed.entry);
    owed.fruitless_looks = 0;
  }
  // A look that only a restart made necessary is no failed try: a node that keeps crashing neither delays a
  // payment nor gives it up.
  if (after_restart) return move_money(owed, activation);
  postpone(ref, pause_after(owed.entry, Error{.kind = ErrorKind::unavailable}), false);
}

void Engine::Impl::money_ended(OwedRef ref, ActivationId activation, ota::MoneyState to, std::string detail) {
  if (to == ota::MoneyState::captured) counters_.captured += 1;
  if (to == ota::MoneyState::released) counters_.released += 1;
  if (to == ota::MoneyState::refunded) counters_.refunded += 1;
  // The activation learns it first: a crash in between finds the entry again, and the books tell the same.
  give(activation, ota::MoneyMoved{.to = to, .detail = std::move(detail)},
       [this, ref](const Result<ota::Activation>& known) {
         if (known) return discharge(ref, {});
         Owed* found = find_owed(ref);
         if (found == nullptr) return;
         found->entry.unknown = true;
         leave_owed(*found);
       });
}

// -- words ------------------------------------------------------------------------------------------------

void Engine::Impl::tell(Owed& owed, const ota::Activation& activation) {
  const ports::OutboxEntry& entry = owed.entry;
  const ota::Channel channel = channel_of(entry.kind);
  const auto dropped = [&](std::string why) {
    discharge(owed.ref(), ports::NoticeRecord{.activation_id = entry.activation_id,
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
  const auto done = [self = self_, ref = owed.ref()](Status status) {
    if (*self) (*self)->told(ref, std::move(status));
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

void Engine::Impl::told(OwedRef ref, Status status) {
  const Owed* found = find_owed(ref);
  if (found == nullptr) return;
  const ports::OutboxEntry& entry = found->entry;
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
    if (!over) return postpone(ref, pause_after(entry, error), false);
    record.outcome = ports::NoticeOutcome::failed;
    record.detail = error.detail;
  } else {
    counters_.notices_sent += 1;
  }
  discharge(ref, std::move(record));
}

// -- the end or the next try of an entry ------------------------------------------------------------------

void Engine::Impl::postpone(OwedRef ref, Millis wait, bool unknown) {
  Owed* found = find_owed(ref);
  if (found == nullptr) return;
  ports::OutboxEntry& entry = found->entry;
  found->calling = false;
  deliveries_ -= 1;
  entry.tries += 1;
  entry.unknown = unknown;
  entry.next_try_at = now() + wait;
  owed_due_.emplace(entry.next_try_at, ref.id);
  const std::uint64_t epoch = shards_.epoch(entry.activation_id.shard());
  ports_.store.write(
      ports::OutboxWrite{.id = ref.id, .postponed = entry, .notice = {}, .ledger = {}, .epoch = epoch},
      [self = self_](const Status& status) {
        // What is not stored is only how often it was tried: after a restart every entry is looked up first.
        if (*self && !status && status.error().kind == ErrorKind::conflict) (*self)->doubt_lease();
      });
  arm();
}

void Engine::Impl::discharge(OwedRef ref, std::optional<ports::NoticeRecord> notice) {
  const Owed* owed = find_owed(ref);
  if (owed == nullptr) return;
  const std::uint64_t epoch = shards_.epoch(owed->entry.activation_id.shard());
  ports_.store.write(
      ports::OutboxWrite{.id = ref.id, .postponed = {}, .notice = notice, .ledger = {}, .epoch = epoch},
      [self = self_, ref, notice](const Status& status) {
        if (!*self) return;
        Impl& engine = **self;
        if (!status) {
          if (status.error().kind == ErrorKind::conflict) engine.doubt_lease();
          // Only the note of its end is missing; the effect itself is not repeated by this process.
          engine.clock_.call_at(engine.now() + std::chrono::seconds(1), [self, ref, notice] {
            if (*self) (*self)->discharge(ref, notice);
          });
          return;
        }
        if (engine.find_owed(ref) == nullptr) return;
        engine.deliveries_ -= 1;
        engine.owed_.erase(ref.id);
        engine.relay();
        engine.arm();
      });
}

}  // namespace contactor::engine
