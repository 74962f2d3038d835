// The technician's desk, and why something is as it is.

#include "api/environment.h"
#include "api/explain.h"
#include "api/fields.h"
#include "api/ticket_codec.h"
#include "json/json.h"

namespace contactor::api {
namespace {

constexpr Policy kReaders = Policy::roles({Role::viewer, Role::operator_, Role::technician, Role::admin});
constexpr Policy kTechnicians = Policy::roles({Role::technician, Role::admin});
constexpr Policy kAll =
    Policy::roles({Role::viewer, Role::operator_, Role::technician, Role::admin, Role::service});

std::string seen_by(const Call& call, const ota::Ticket& ticket) {
  return ticket_json(ticket, call.env->time.now(), call.principal().sees_personal_data());
}

void list_tickets(CallPtr call) {
  Faults faults;
  const Page page = read_page(*call, faults);
  ports::TicketFilter filter{.limit = page.limit + 1, .after = TicketId(page.after)};
  if (const auto text = call->query_value("state")) {
    filter.state = ota::parse_ticket_state(*text);
    if (!filter.state)
      faults.push_back({"?state", "must be one of: open, waiting_customer, resolved, closed"});
  }
  if (!faults.empty()) return call->refuse(validation_problem(std::move(faults)));
  call->env->store.list_tickets(
      filter, or_refuse<std::vector<ota::Ticket>>(call, [call, page](std::vector<ota::Ticket> found) {
        const bool more = found.size() > page.limit;
        if (more) found.resize(page.limit);
        std::vector<std::string> items;
        for (const auto& ticket : found) items.push_back(seen_by(*call, ticket));
        call->reply(200, list_json(items, more ? std::optional(write_cursor(found.back().id.value()))
                                               : std::nullopt));
      }));
}

void show_ticket(CallPtr call) {
  const auto id = parse_id<TicketTag>(call->path_value("id"));
  if (id.empty()) return call->refuse(no_such_thing());
  call->env->store.find_ticket(
      id, or_refuse<std::optional<ota::Ticket>>(call, [call](const std::optional<ota::Ticket>& found) {
        if (!found) return call->refuse(no_such_thing());
        call->reply(200, seen_by(*call, *found));
      }));
}

void act_on_ticket(CallPtr call) {
  const auto id = parse_id<TicketTag>(call->path_value("id"));
  if (id.empty()) return call->refuse(no_such_thing());
  const auto body = Body::parse(call->request.body);
  if (!body) return call->refuse(body.error());
  auto order = read_ticket_order(body->object(), call->principal().subject());
  if (!order) return call->refuse(validation_problem(std::move(order.error())));
  call->env->engine.act_on_ticket(
      id, std::move(*order),
      or_refuse<engine::TicketOutcome>(call, [call](const engine::TicketOutcome& outcome) {
        json::object out;
        out["ticket"] = ticket_object(outcome.ticket, call->env->time.now());
        out["started"] =
            outcome.started ? json::value(activation_object(*outcome.started)) : json::value(nullptr);
        call->reply(200, json::serialize(out));
      }));
}

void show_explanation(CallPtr call) {
  explain_subject(call, [](const CallPtr& asked, const Explained& explained) {
    const std::string text = explained_json(explained, *asked->env);
    const Vin& vin =
        explained.order ? explained.order->activation.order->vin : explained.vehicle->vehicle.vehicle.vin;
    asked->reply(200, asked->principal().sees_personal_data() ? text : mask_vin(text, vin));
  });
}

}  // namespace

std::vector<Route> support_routes() {
  return {
      {.method = "GET",
       .pattern = "/v1/support/tickets",
       .policy = kReaders,
       .handle = list_tickets,
       .summary = "Tickets, newest first",
       .tag = "support",
       .response_schema = "TicketList",
       .query = {"state", "limit", "cursor"}},
      {.method = "GET",
       .pattern = "/v1/support/tickets/{id}",
       .policy = kReaders,
       .handle = show_ticket,
       .summary = "One ticket with all its diagnostics",
       .tag = "support",
       .response_schema = "Ticket"},
      {.method = "POST",
       .pattern = "/v1/support/tickets/{id}/actions",
       .policy = kTechnicians,
       .handle = act_on_ticket,
       .summary = "Act on a ticket",
       .tag = "support",
       .response_schema = "TicketOutcome",
       .body = BodyRule::json,
       .request_schema = "TicketOrder"},
      {.method = "GET",
       .pattern = "/v1/explain/{id}",
       .policy = kAll,
       .handle = show_explanation,
       .summary = "What is wanted, what was observed, what blocks it, what happens next",
       .tag = "support",
       .response_schema = "Explanation"},
  };
}

}  // namespace contactor::api
