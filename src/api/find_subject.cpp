// One search box that takes any id.

#include "api/environment.h"
#include "api/explain.h"
#include "api/fields.h"
#include "api/find.h"
#include "json/json.h"

namespace contactor::api {
namespace {

using Then = std::move_only_function<void(const CallPtr&, ota::Activation)>;
using Found = std::optional<ota::Activation>;

void answer(const CallPtr& call, Found found, Then& then) {
  if (!found || !call->principal().sees(found->order->ordered_by)) return call->refuse(no_such_thing());
  then(call, std::move(*found));
}

ports::Done<Result<Found>> ending(const CallPtr& call, Then then) {
  return or_refuse<Found>(
      call, [call, then = std::move(then)](Found found) mutable { answer(call, std::move(found), then); });
}

/// The newest that still moves says most; where all have ended, the newest.
void list_by_vin(const CallPtr& call, const Vin& vin, std::move_only_function<void(Found)> then) {
  ports::ActivationFilter filter{.vin = vin, .limit = 100};
  if (!call->principal().sees_all()) filter.ordered_by = call->principal().subject();
  call->env->store.list(filter,
                        or_refuse<std::vector<ota::Activation>>(
                            call, [then = std::move(then)](const std::vector<ota::Activation>& all) mutable {
                              if (all.empty()) return then(std::nullopt);
                              const auto moving = std::ranges::find_if(all, [](const ota::Activation& each) {
                                return !ota::is_final(each.state) && each.state != ota::State::Scheduled;
                              });
                              then(moving == all.end() ? all.front() : *moving);
                            }));
}

void find_by_ticket(const CallPtr& call, TicketId id, Then then) {
  call->env->store.find_ticket(
      id, or_refuse<std::optional<ota::Ticket>>(
              call, [call, then = std::move(then)](const std::optional<ota::Ticket>& ticket) mutable {
                if (!ticket) return call->refuse(no_such_thing());
                call->env->store.find(ticket->activation_id, ending(call, std::move(then)));
              }));
}

void find_by_foreign_id(const CallPtr& call, const std::string& id, Then then) {
  call->env->store.find_order(OrderId(id),
                              or_refuse<Found>(call, [call, id, then = std::move(then)](Found found) mutable {
                                if (found) return answer(call, std::move(found), then);
                                call->env->store.find_payment(id, ending(call, std::move(then)));
                              }));
}

}  // namespace

namespace {

using Explain = std::move_only_function<void(const CallPtr&, const Explained&)>;

void explain_order(const CallPtr& call, ota::Activation activation, Explained known, Explain then) {
  read_story(
      call, std::move(activation),
      [known = std::move(known), then = std::move(then)](const CallPtr& reader, Story story) mutable {
        reader->env->store.incidents(
            20, or_refuse<std::vector<ports::Incident>>(
                    reader, [reader, story = std::move(story), known = std::move(known),
                             then = std::move(then)](const std::vector<ports::Incident>& incidents) mutable {
                      const Environment& env = *reader->env;
                      known.order = explain(story, incidents, env.engine.settings().policy, env.time.now());
                      then(reader, known);
                    }));
      });
}

void explain_vin(const CallPtr& call, const Vin& vin, Explained known, Explain then) {
  list_by_vin(call, vin, [call, known = std::move(known), then = std::move(then)](Found newest) mutable {
    if (newest) return explain_order(call, std::move(*newest), std::move(known), std::move(then));
    if (!known.vehicle) return call->refuse(no_such_thing());
    then(call, known);
  });
}

}  // namespace

void explain_subject(const CallPtr& call, Explain then) {
  const auto vin = Vin::parse(call->path_value("id"));
  if (!vin)
    return find_subject(call, [then = std::move(then)](const CallPtr& asked, ota::Activation found) mutable {
      explain_order(asked, std::move(found), {}, std::move(then));
    });
  // A service account knows of its own orders, and not of the fleet.
  if (!call->principal().sees_all() || call->env->fleet == nullptr)
    return explain_vin(call, *vin, {}, std::move(then));
  call->env->fleet->parts().store.find_vehicles(
      {*vin}, or_refuse<std::vector<fleet::Vehicle>>(call, [call, vin = *vin, then = std::move(then)](
                                                               std::vector<fleet::Vehicle> found) mutable {
        const engine::FleetSettings& settings = call->env->fleet->parts().settings;
        const Instant now = call->env->time.now();
        Explained known;
        if (!found.empty())
          known.vehicle = explain(engine::survey_of(std::move(found.front()), settings, now), settings, now);
        explain_vin(call, vin, std::move(known), std::move(then));
      }));
}

std::string explained_json(const Explained& explained, const Environment& env) {
  json::object out;
  if (explained.vehicle)
    out = explanation_object(*explained.vehicle, env.fleet->parts().settings, env.time.now());
  if (explained.order) {
    json::object of_order = explanation_object(*explained.order);
    if (auto* const vehicle = out.if_contains("fleet")) of_order["fleet"] = std::move(*vehicle);
    out = std::move(of_order);
  }
  return json::serialize(out);
}

std::string explained_text(const Explained& explained) {
  std::string out;
  if (explained.order) out += explanation_text(*explained.order);
  if (explained.order && explained.vehicle) out += '\n';
  if (explained.vehicle) out += explanation_text(*explained.vehicle);
  return out;
}

void find_subject(const CallPtr& call, Then then) {
  const std::string& id = call->path_value("id");
  ports::Store& store = call->env->store;
  if (const auto activation = parse_id<ActivationTag>(id); !activation.empty())
    return store.find(activation, ending(call, std::move(then)));
  if (const auto ticket = parse_id<TicketTag>(id); !ticket.empty())
    return find_by_ticket(call, ticket, std::move(then));
  if (const auto command = ota::parse_command_id(id))
    return store.find(command->activation, ending(call, std::move(then)));
  if (const auto vin = Vin::parse(id))
    return list_by_vin(call, *vin, [call, then = std::move(then)](Found newest) mutable {
      answer(call, std::move(newest), then);
    });
  if (why_not(id, {.min = 1, .max = 255, .kind = TextRule::Kind::visible_ascii}))
    return call->refuse(no_such_thing());
  find_by_foreign_id(call, id, std::move(then));
}

}  // namespace contactor::api
