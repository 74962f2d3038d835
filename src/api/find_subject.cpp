// One search box that takes any id.

#include "api/environment.h"
#include "api/explain.h"
#include "api/fields.h"
#include "api/find.h"

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
void find_by_vin(const CallPtr& call, const Vin& vin, Then then) {
  ports::ActivationFilter filter{.vin = vin, .limit = 100};
  if (!call->principal().sees_all()) filter.ordered_by = call->principal().subject();
  call->env->store.list(
      filter, or_refuse<std::vector<ota::Activation>>(
                  call, [call, then = std::move(then)](const std::vector<ota::Activation>& all) mutable {
                    if (all.empty()) return call->refuse(no_such_thing());
                    const auto moving = std::ranges::find_if(all, [](const ota::Activation& each) {
                      return !ota::is_final(each.state) && each.state != ota::State::Scheduled;
                    });
                    then(call, moving == all.end() ? all.front() : *moving);
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

void explain_subject(const CallPtr& call,
                     std::move_only_function<void(const CallPtr&, const Explanation&)> then) {
  find_subject(call, [then = std::move(then)](const CallPtr& asked, ota::Activation activation) mutable {
    read_story(
        asked, std::move(activation), [then = std::move(then)](const CallPtr& reader, Story story) mutable {
          reader->env->store.incidents(
              20, or_refuse<std::vector<ports::Incident>>(
                      reader, [reader, story = std::move(story), then = std::move(then)](
                                  const std::vector<ports::Incident>& incidents) mutable {
                        const Environment& env = *reader->env;
                        then(reader, explain(story, incidents, env.engine.settings().policy, env.time.now()));
                      }));
        });
  });
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
  if (const auto vin = Vin::parse(id)) return find_by_vin(call, *vin, std::move(then));
  if (why_not(id, {.min = 1, .max = 255, .kind = TextRule::Kind::visible_ascii}))
    return call->refuse(no_such_thing());
  find_by_foreign_id(call, id, std::move(then));
}

}  // namespace contactor::api
