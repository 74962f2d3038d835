// Orders, cancellations, the desk, and what comes from outside unasked.

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "engine/history_chain.h"
#include "engine/impl.h"
#include "ota/ticket_desk.h"

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
  accepting_ += 1;
  const Vin vin = order.vin;
  ports_.store.vehicle_context(
      vin, [self = self_, order = std::move(order), reply = std::move(reply),
            done = std::move(done)](Result<ports::Store::VehicleContext> context) mutable {
        if (!*self) return;
        auto counted = [self, done = std::move(done)](Result<Accepted> accepted) mutable {
          (*self)->accepting_ -= 1;
          done(std::move(accepted));
        };
        if (!context) return counted(std::unexpected(std::move(context.error())));
        (*self)->accept_beside(std::move(order), std::move(reply), std::move(*context), std::move(counted));
      });
}

void Engine::Impl::accept_beside(ota::Order order, std::optional<ReplyTemplate> reply,
                                 ports::Store::VehicleContext context, ports::Done<Result<Accepted>> done) {
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
  store_new(std::move(order), std::move(reply), std::move(context.ledger), std::move(done));
}

void Engine::Impl::store_new(ota::Order order, std::optional<ReplyTemplate> reply,
                             ports::CommandLedger ledger, ports::Done<Result<Accepted>> done) {
  const ActivationId id(fresh_id(order.vin.shard()));
  ota::Step step = ota::open(std::move(order), id, now(), context());
  step.entry->node = settings_.node;
  step.entry->hash = chain({}, id, *step.entry);
  step.next.history_head = step.entry->hash;
  auto write = std::make_shared<ports::ActivationWrite>();
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
  ports_.store.write(write, [self = self_, write, reply = std::move(reply), ledger = std::move(ledger),
                             done = std::move(done)](Result<ports::WriteOutcome> outcome) mutable {
    if (!*self) return;
    Impl& engine = **self;
    if (!outcome) {
      if (outcome.error().applied != Applied::no) engine.read_again();
      return done(std::unexpected(std::move(outcome.error())));
    }
    if (*outcome != ports::WriteOutcome::applied)
      return engine.find_repeated(*outcome, *write->after.order, std::move(reply), std::move(done));
    engine.counters_.accepted += 1;
    Record& record = engine.records_[write->after.id];
    record.state = write->after.state;
    for (auto& entry : write->outbox) engine.owe(std::move(entry), false);
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
  if (outcome == ports::WriteOutcome::stale)
    return done(fail(ErrorKind::conflict, "engine", "this node no longer owns the vehicle's shard"));
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

// -- the desk ---------------------------------------------------------------------------------------------

void Engine::Impl::act_on_ticket(TicketId id, TicketOrder order, ports::Done<Result<TicketOutcome>> done) {
  ports_.store.find_ticket(id, [self = self_, order = std::move(order),
                                done = std::move(done)](Result<std::optional<ota::Ticket>> found) mutable {
    if (!*self) return;
    if (!found) return done(std::unexpected(std::move(found.error())));
    if (!*found) return done(fail(ErrorKind::not_found, "desk", "no such ticket"));
    auto after = ota::act(**found, order.action, order.actor, order.text, (*self)->now());
    if (!after) return done(std::unexpected(std::move(after.error())));
    const bool starts =
        order.action == ota::TicketAction::retry || order.action == ota::TicketAction::modify_payload;
    if (starts) return (*self)->start_from_ticket(std::move(*after), std::move(order), std::move(done));
    (*self)->finish_ticket_action(std::move(*after), order, {}, std::move(done));
  });
}

void Engine::Impl::start_from_ticket(ota::Ticket ticket, TicketOrder order,
                                     ports::Done<Result<TicketOutcome>> done) {
  if (order.grant && order.text.empty())
    return done(fail(ErrorKind::invalid, "desk", "a free activation needs a reason"));
  if (order.grant == order.payment.has_value())
    return done(
        fail(ErrorKind::invalid, "desk", "say who pays: grant, or a new authorization of the customer"));
  if (order.action == ota::TicketAction::modify_payload) {
    const bool second_person =
        ticket.proposed_configuration == order.configuration && ticket.proposed_by != order.actor;
    if (ticket.proposed_configuration.empty() || !second_person) {
      // An edited payload reaches a car only after a second person asked for the same one (T60).
      ticket.proposed_configuration = order.configuration;
      ticket.proposed_by = order.actor;
      return finish_ticket_action(std::move(ticket), order, {}, std::move(done));
    }
  }
  const ActivationId failed = ticket.activation_id;
  ports_.store.find(failed, [self = self_, ticket = std::move(ticket), order = std::move(order),
                             done = std::move(done)](Result<std::optional<ota::Activation>> found) mutable {
    if (!*self) return;
    if (!found) return done(std::unexpected(std::move(found.error())));
    if (!*found) return done(fail(ErrorKind::not_found, "desk", "the ticket's activation is not on record"));
    if ((*found)->order->action == ota::Action::deactivate && order.payment)
      return done(
          fail(ErrorKind::invalid, "desk", "switching a service off costs nothing: nobody pays for it"));
    ota::Order again = *(*found)->order;
    again.order_id = OrderId(fmt::format("{}/technician-{}", again.order_id.str(), ticket.version));
    again.parent = (*found)->id;
    again.reason = "technician";
    again.requested_at = (*self)->now();
    again.extends = {};
    again.extends_from.reset();
    if (order.payment)
      again.payment = *order.payment;
    else
      again.payment.state = ota::PaidAs::none;
    if (order.action == ota::TicketAction::modify_payload) again.configuration = order.configuration;
    (*self)->accept(
        std::move(again), {},
        [self, ticket = std::move(ticket), order, done = std::move(done)](Result<Accepted> accepted) mutable {
          if (!accepted) return done(std::unexpected(std::move(accepted.error())));
          (*self)->finish_ticket_action(std::move(ticket), order, std::move(accepted->activation),
                                        std::move(done));
        });
  });
}

void Engine::Impl::finish_ticket_action(ota::Ticket ticket, const TicketOrder& order,
                                        std::optional<ota::Activation> started,
                                        ports::Done<Result<TicketOutcome>> done) {
  const bool ends = order.action == ota::TicketAction::resolve || order.action == ota::TicketAction::close;
  ports_.store.put_ticket(
      ticket, [self = self_, ticket, actor = order.actor, ends, started = std::move(started),
               done = std::move(done)](Status status) mutable {
        if (!*self) return;
        if (!status) return done(std::unexpected(std::move(status.error())));
        if (ends)
          (*self)->give(ticket.activation_id, ota::TicketEnded{.actor = actor, .delivered = false}, {});
        done(TicketOutcome{.ticket = std::move(ticket), .started = std::move(started)});
      });
}

// -- reports from outside ---------------------------------------------------------------------------------

void Engine::Impl::vehicle_reported(VehicleReport report, ports::Done<Status> done) {
  const auto ref = ota::parse_command_id(report.command_id);
  if (!ref) return done(fail(ErrorKind::not_found, "engine", "no such command"));
  ports_.store.find(
      ref->activation, [self = self_, ref = *ref, report = std::move(report),
                        done = std::move(done)](Result<std::optional<ota::Activation>> found) mutable {
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
  ports_.store.first_sight(
      report.event_id, now(), [self = self_, report, done = std::move(done)](Result<bool> fresh) mutable {
        if (!*self) return;
        if (!fresh) return done(std::unexpected(std::move(fresh.error())));
        if (!*fresh) return done({});
        (*self)->ports_.store.find_payment(
            report.transaction_id,
            [self, done = std::move(done)](Result<std::optional<ota::Activation>> found) mutable {
              if (!*self) return;
              if (!found) return done(std::unexpected(std::move(found.error())));
              // An event is only a reason to look: the books are asked now rather than at the next try.
              if (*found)
                for (auto& [id, owed] : (*self)->owed_)
                  if (owed.entry.activation_id == (*found)->id &&
                      owed.entry.kind == ports::OutboxEntry::Kind::money && !owed.calling) {
                    owed.look_first = true;
                    (*self)->owed_due_.emplace((*self)->now(), id);
                  }
              (*self)->arm();
              done({});
            });
      });
}

}  // namespace contactor::engine
