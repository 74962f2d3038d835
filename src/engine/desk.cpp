// What technicians ask of a ticket.

#include <fmt/format.h>

#include "base/log.h"
#include "engine/impl.h"
#include "ota/ticket_desk.h"

namespace contactor::engine {

void Engine::Impl::act_on_ticket(TicketId id, TicketOrder order, ports::Done<Result<TicketOutcome>> done) {
  ports_.store.find_ticket(id, [self = self_, order = std::move(order),
                                done = std::move(done)](Result<std::optional<ota::Ticket>> found) mutable {
    if (!*self) return;
    if (!found) return done(std::unexpected(std::move(found.error())));
    if (!*found) return done(fail(ErrorKind::not_found, "desk", "no such ticket"));
    const std::uint8_t shard = (*found)->activation_id.shard();
    if (auto why = (*self)->turn_away(shard)) return done(fail(std::move(*why)));
    done = (*self)->counted(shard, std::move(done));
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
        TicketOutcome outcome{.ticket = std::move(ticket), .started = std::move(started)};
        if (!ends) return done(std::move(outcome));
        const ActivationId id = outcome.ticket.activation_id;
        // Answered when the activation knows it as well: who asked may end with the answer.
        (*self)->give(id, ota::TicketEnded{.actor = actor, .delivered = false},
                      [id, outcome = std::move(outcome),
                       done = std::move(done)](const Result<ota::Activation>& told) mutable {
                        if (!told)
                          log::warn("engine", "{} does not know that its ticket has ended: {}", to_string(id),
                                    told.error().message());
                        done(std::move(outcome));
                      });
      });
}

}  // namespace contactor::engine
