// Orders, cancellations, and what comes from outside unasked.

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "engine/history_chain.h"
#include "engine/impl.h"

namespace contactor::engine {
namespace {

bool same_service(const ota::Activation& activation, const ServiceId& service) {
  return activation.order->service_id == service;
}

/// The newest activation that decides whether a service is on, on its way, or off.
const ota::Activation* holder_of(const std::vector<ota::Activation>& newest_first, const ServiceId& service) {
  for (const auto& activation : newest_first) {
    if (!same_service(activation, service) || activation.state == ota::State::Scheduled) continue;
    if (activation.state == ota::State::Failed || activation.state == ota::State::Canceled) continue;
    return &activation;
  }
  return nullptr;
}

bool is_on(const ota::Activation* holder) {
  return holder != nullptr && holder->order->action == ota::Action::activate;
}

/// The switch-off that waits for the end of the running period.
const ota::Activation* scheduled_end(const std::vector<ota::Activation>& all, const ServiceId& service) {
  const auto found = std::ranges::find_if(all, [&](const ota::Activation& activation) {
    return same_service(activation, service) && activation.state == ota::State::Scheduled;
  });
  return found == all.end() ? nullptr : &*found;
}

Status check_neighbours(const ota::Order& order, const std::vector<ota::Activation>& all) {
  for (const auto& needed : order.requirements.requires_services) {
    const auto* holder = holder_of(all, needed);
    if (!is_on(holder) || holder->state != ota::State::Active)
      return fail(ErrorKind::conflict, "ota",
                  fmt::format("service {} must be active on this vehicle first", needed.str()));
  }
  for (const auto& unwanted : order.requirements.conflicts_services)
    if (is_on(holder_of(all, unwanted)))
      return fail(ErrorKind::conflict, "ota",
                  fmt::format("service {} excludes this one on the same vehicle", unwanted.str()));
  return {};
}

/// Two orders are the same where everything the shop said of them is.
bool same_facts(const ota::Order& a, const ota::Order& b) {
  return a.vin == b.vin && a.customer.id == b.customer.id && a.service_id == b.service_id &&
         a.action == b.action && a.duration == b.duration && a.origin == b.origin &&
         a.payment.provider == b.payment.provider && a.payment.transaction_id == b.payment.transaction_id &&
         a.payment.amount == b.payment.amount && a.payment.state == b.payment.state &&
         a.ordered_by == b.ordered_by;
}

}  // namespace

// -- orders -----------------------------------------------------------------------------------------------

void Engine::Impl::accept(ota::Order order, std::optional<ReplyTemplate> reply,
                          ports::Done<Result<Accepted>> done) {
  if (stopping_ || accepting_ >= settings_.queue_max) {
    auto error = fail(ErrorKind::exhausted, "engine",
                      stopping_ ? "this node is shutting down" : "too many orders at once");
    error.error().retry_after = std::chrono::seconds(2);
    return done(std::move(error));
  }
  if (order.action == ota::Action::deactivate && ota::money_at_entry(order.payment) != ota::MoneyState::none)
    return done(
        fail(ErrorKind::invalid, "ota", "switching a service off costs nothing: its order has no payment"));
  const Vin vin = order.vin;
  const std::uint8_t shard = vin.shard();
  if (auto why = turn_away(shard)) return done(fail(std::move(*why)));
  accepting_ += 1;
  ports_.store.vehicle_context(
      vin, [self = self_, order = std::move(order), reply = std::move(reply), epoch = shards_.epoch(shard),
            done = counted(shard, std::move(done))](Result<ports::Store::VehicleContext> context) mutable {
        if (!*self) return;
        auto counted = [self, done = std::move(done)](Result<Accepted> accepted) mutable {
          (*self)->accepting_ -= 1;
          done(std::move(accepted));
        };
        if (!context) return counted(std::unexpected(std::move(context.error())));
        (*self)->accept_beside(std::move(order), std::move(reply), *context, epoch, std::move(counted));
      });
}

void Engine::Impl::accept_beside(ota::Order order, std::optional<ReplyTemplate> reply,
                                 const ports::Store::VehicleContext& context, std::uint64_t epoch,
                                 ports::Done<Result<Accepted>> done) {
  const auto same_order = [&](const ota::Activation& activation) {
    return activation.order->order_id == order.order_id;
  };
  const bool repeated = std::ranges::any_of(context.activations, same_order);
  if (!repeated && order.action == ota::Action::activate) {
    const ota::Activation* holder = holder_of(context.activations, order.service_id);
    if (is_on(holder)) {
      const ota::Activation* end = scheduled_end(context.activations, order.service_id);
      const bool extends = holder->state == ota::State::Active && end != nullptr && order.duration &&
                           holder->order->customer.id == order.customer.id;
      if (!extends)
        return done(fail(ErrorKind::conflict, "ota",
                         holder->state == ota::State::Active
                             ? "the service is active on this vehicle already"
                             : "another order is activating this service on this vehicle"));
      order.extends = end->id;
      order.extends_from = holder->ends_at;
      order.reason = "extension";
    }
    if (auto fits = check_neighbours(order, context.activations); !fits)
      return done(std::unexpected(std::move(fits.error())));
  }
  if (!repeated && order.action == ota::Action::deactivate) {
    // The newest wish wins: what still tries to switch it on stops now, what waits to switch it off is no
    // longer needed.
    for (const auto& other : context.activations) {
      const bool rival =
          same_service(other, order.service_id) && !is_final(other.state) &&
          (other.order->action == ota::Action::activate || other.state == ota::State::Scheduled);
      if (rival)
        give(other.id,
             ota::CancelRequested{.actor = order.ordered_by,
                                  .reason = "order " + order.order_id.str() + " switches it off",
                                  .superseded = true},
             {});
    }
  }
  store_new(std::move(order), std::move(reply), epoch, std::move(done));
}

void Engine::Impl::store_new(ota::Order order, std::optional<ReplyTemplate> reply, std::uint64_t epoch,
                             ports::Done<Result<Accepted>> done) {
  const ActivationId id(fresh_id(order.vin.shard()));
  ota::Step step = ota::open(std::move(order), id, now(), context(id.shard()));
  step.entry->node = settings_.node;
  step.entry->hash = chain({}, id, *step.entry);
  step.next.history_head = step.entry->hash;
  auto write = std::make_shared<ports::ActivationWrite>();
  write->epoch = epoch;
  write->after = std::move(step.next);
  write->history.push_back(std::move(*step.entry));
  for (const auto& effect : step.effects) add_outbox(*write, effect);
  if (reply) {
    auto [status, body] = reply->render(write->after);
    write->reply = ports::IdempotentReply{.principal = reply->principal,
                                          .route = reply->route,
                                          .key = reply->key,
                                          .request_digest = reply->request_digest,
                                          .status = status,
                                          .body = std::move(body),
                                          .at = now()};
  }
  ports_.store.write(write, [self = self_, write, reply = std::move(reply),
                             done = std::move(done)](Result<ports::WriteOutcome> outcome) mutable {
    if (!*self) return;
    Impl& engine = **self;
    if (!outcome) {
      if (outcome.error().applied != Applied::no) engine.read_again(write->after.id.shard());
      return done(std::unexpected(std::move(outcome.error())));
    }
    if (*outcome != ports::WriteOutcome::applied)
      return engine.find_repeated(*outcome, *write->after.order, std::move(reply), std::move(done));
    engine.counters_.accepted += 1;
    if (engine.shards_.has(write->after.id.shard())) {
      engine.records_[write->after.id].state = write->after.state;
      for (auto& entry : write->outbox) engine.owe(std::move(entry), false);
    }
    for (const auto& listener : engine.listeners_) listener(write->after, write->history.front());
    const ota::Activation activation = std::move(write->after);
    engine.wake_at(activation.id, activation.next_action_at);
    done(Accepted{.activation = activation, .repeated = false, .stored_reply = {}});
    engine.relay();
  });
}

/// The order or the key is on record: the same facts get the same answer, other facts a refusal.
void Engine::Impl::find_repeated(ports::WriteOutcome outcome, const ota::Order& order,
                                 std::optional<ReplyTemplate> reply, ports::Done<Result<Accepted>> done) {
  if (outcome == ports::WriteOutcome::stale) {
    // Nothing but the lease can refuse a first write.
    doubt_lease();
    return done(fail(moved(order.vin.shard())));
  }
  if (outcome == ports::WriteOutcome::duplicate_key && reply) {
    return ports_.store.find_reply(
        reply->principal, reply->route, reply->key,
        [done = std::move(done)](Result<std::optional<ports::IdempotentReply>> found) mutable {
          if (!found || !*found)
            return done(fail(ErrorKind::unavailable, "store", "the stored reply cannot be read"));
          done(Accepted{.activation = {}, .repeated = true, .stored_reply = std::move(**found)});
        });
  }
  ports_.store.find_order(
      order.order_id, [order, done = std::move(done)](Result<std::optional<ota::Activation>> found) mutable {
        if (!found) return done(std::unexpected(std::move(found.error())));
        if (!*found)
          return done(fail(ErrorKind::unavailable, "store", "the order is on record but cannot be read"));
        if (!same_facts(*(*found)->order, order))
          return done(
              fail(ErrorKind::conflict, "ota", "an order with this order_id is on record with other facts"));
        done(Accepted{.activation = std::move(**found), .repeated = true, .stored_reply = {}});
      });
}

// -- events for one activation, wherever it is ------------------------------------------------------------

void Engine::Impl::give(ActivationId id, ota::Event event, ports::Done<Result<ota::Activation>> done) {
  if (Work* work = find_work(id)) return happen(*work, std::move(event), std::move(done));
  ports_.store.load({id}, [self = self_, id, event = std::move(event),
                           done = std::move(done)](Result<std::vector<ports::Loaded>> loaded) mutable {
    if (!*self) return;
    Impl& engine = **self;
    const auto refuse = [&](Error error) {
      if (done) done(std::unexpected(std::move(error)));
    };
    if (!loaded) return refuse(std::move(loaded.error()));
    if (!engine.shards_.has(id.shard())) return refuse(engine.moved(id.shard()));
    if (!loaded->empty()) {
      engine.bring(std::move(loaded->front()), true);
      return engine.happen(*engine.find_work(id), std::move(event), std::move(done));
    }
    engine.ports_.store.find(id, [self, event = std::move(event), done = std::move(done)](
                                     Result<std::optional<ota::Activation>> found) mutable {
      if (!*self) return;
      if (!found || !*found) {
        if (!done) return;
        if (!found) return done(std::unexpected(std::move(found.error())));
        return done(fail(ErrorKind::not_found, "engine", "no such activation"));
      }
      const ActivationId archived = (*found)->id;
      if (!(*self)->shards_.has(archived.shard())) {
        if (done) done(fail((*self)->moved(archived.shard())));
        return;
      }
      (*self)->bring(ports::Loaded{.activation = std::move(**found), .ledger = {}}, false);
      (*self)->happen(*(*self)->find_work(archived), std::move(event), std::move(done));
    });
  });
}

/// Makes a Work of what was read, unless one is there already.
void Engine::Impl::bring(ports::Loaded loaded, bool live) {
  Record& record = records_[loaded.activation.id];
  if (record.work) return;
  Slot& slot = slots_[loaded.activation.order->vin];
  if (loaded.ledger.version >= slot.ledger.version && live) slot.ledger = std::move(loaded.ledger);
  slot.users += 1;
  record.work = std::make_unique<Work>();
  record.work->activation = std::move(loaded.activation);
  record.work->serial = ++serials_;
  record.work->live = live;
  record.state = record.work->activation.state;
  if (record.state == ota::State::WaitingResponse) slot.holder = record.work->activation.id;
}

// -- reports from outside ---------------------------------------------------------------------------------

void Engine::Impl::vehicle_reported(VehicleReport report, ports::Done<Status> done) {
  const auto ref = ota::parse_command_id(report.command_id);
  if (!ref) return done(fail(ErrorKind::not_found, "engine", "no such command"));
  const std::uint8_t shard = ref->activation.shard();
  if (auto why = turn_away(shard)) return done(fail(std::move(*why)));
  ports_.store.find(ref->activation, [self = self_, ref = *ref, report = std::move(report),
                                      done = counted(shard, std::move(done))](
                                         Result<std::optional<ota::Activation>> found) mutable {
    if (!*self) return;
    if (!found) return done(std::unexpected(std::move(found.error())));
    const bool is_ours =
        *found && (*found)->order->vin == report.vin && ref.ordinal <= (*found)->command_ordinal;
    if (!is_ours)
      return done(fail(ErrorKind::not_found, "engine", "no such command was sent to this vehicle"));
    (*self)->give(ref.activation,
                  ota::Observed{.source = "callback",
                                .ordinal = ref.ordinal,
                                .status = report.status,
                                .failure = std::move(report.failure)},
                  [done = std::move(done)](Result<ota::Activation> known) mutable {
                    if (known) return done({});
                    done(std::unexpected(std::move(known.error())));
                  });
  });
}

void Engine::Impl::payment_reported(PaymentReport report, ports::Done<Status> done) {
  // Whose it is comes first: only the owner of its shard may call the event seen.
  ports_.store.find_payment(report.transaction_id, [self = self_, report, done = std::move(done)](
                                                       Result<std::optional<ota::Activation>> found) mutable {
    if (!*self) return;
    if (!found) return done(std::unexpected(std::move(found.error())));
    if (!*found) return done({});
    const std::uint8_t shard = (*found)->id.shard();
    if (auto why = (*self)->turn_away(shard)) return done(fail(std::move(*why)));
    (*self)->report_to((*found)->id, report, (*self)->counted(shard, std::move(done)));
  });
}

void Engine::Impl::report_to(ActivationId id, const PaymentReport& report, ports::Done<Status> done) {
  ports_.store.first_sight(report.event_id, now(),
                           [self = self_, id, done = std::move(done)](Result<bool> fresh) mutable {
                             if (!*self) return;
                             if (!fresh) return done(std::unexpected(std::move(fresh.error())));
                             if (!*fresh) return done({});
                             // An event is only a reason to look: the books are asked now rather than at the
                             // next try.
                             for (auto& [entry_id, owed] : (*self)->owed_)
                               if (owed.entry.activation_id == id &&
                                   owed.entry.kind == ports::OutboxEntry::Kind::money && !owed.calling) {
                                 owed.look_first = true;
                                 (*self)->owed_due_.emplace((*self)->now(), entry_id);
                               }
                             (*self)->arm();
                             done({});
                           });
}

}  // namespace contactor::engine
