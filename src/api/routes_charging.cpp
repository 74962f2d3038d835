// The ten common models: one set of routes, made once for each model of the catalogue.

#include "api/charging_body.h"
#include "api/charging_edits.h"
#include "api/charging_records.h"
#include "api/charging_soh.h"
#include "api/charging_taking.h"
#include "api/environment.h"
#include "api/fields.h"
#include "charging/json_schema.h"
#include "json/json.h"

namespace contactor::api {
namespace {

using namespace charging;

constexpr Policy kReaders = Policy::roles({Role::viewer, Role::operator_, Role::technician, Role::admin});
/// Service accounts too: they see what their client may see.
constexpr Policy kSubscribers =
    Policy::roles({Role::viewer, Role::operator_, Role::technician, Role::admin, Role::service});
constexpr Policy kOperators = Policy::roles({Role::operator_, Role::admin});
constexpr Policy kAdmins = Policy::roles({Role::admin});
constexpr std::size_t kRecordsBytesMax = 10 << 20;

template <class Model>
constexpr bool is_taken_in = std::is_same_v<Model, ChargingEvent> || std::is_same_v<Model, ChargingStat>;
template <class Model>
constexpr bool is_subscribed =
    std::is_same_v<Model, Client> || std::is_same_v<Model, ClientService> || std::is_same_v<Model, Service> ||
    std::is_same_v<Model, EventLog> || std::is_same_v<Model, ChargingEvent>;
template <class Model>
constexpr Policy readers_of() {
  if (std::is_same_v<Model, Credential>) return kOperators;
  return is_subscribed<Model> ? kSubscribers : kReaders;
}
template <class Model>
constexpr Policy writers_of() {
  return std::is_same_v<Model, Credential> || std::is_same_v<Model, Client> ? kAdmins : kOperators;
}

/// Names of routes and components that are made of a model's; they live as long as the program.
template <class Model>
struct Names {
  std::string all = std::string("/v1/charging/") + std::string(Table<Model>::route);
  std::string one = all + "/{id}";
  std::string component = component_name(*find_model(Table<Model>::name));
  std::string list = component + "List";
  std::string title = std::string(Table<Model>::title);
  std::string summary_list = title + ": a list, newest first";
  std::string summary_one = title + ": one";
  std::string summary_create = title + ": put one on record";
  std::string summary_take = title + ": one object, an array or NDJSON";
  std::string summary_change = title + ": change the members that are named; null empties";
};
template <class Model>
const Names<Model>& names_of() {
  static const Names<Model> names;
  return names;
}

// -- deliveries are made by the program; people may have one sent again
// --------------------------------------

void replay(const CallPtr& call, const EventLog& log, int status) {
  ports::DeliveryReplay again{.event_log_ids = {log.id}, .at = call->env->time.now()};
  charging_store(*call).replay(
      std::move(again),
      or_refuse<ports::DeliveriesReplayed>(call, [call, id = log.id, status](const auto& replayed) {
        if (replayed.moved == 0)
          return call->refuse(Error{
              .kind = ErrorKind::conflict, .origin = "charging", .detail = "it is being delivered just now"});
        charging_store(*call).template of<EventLog>().find(
            {id}, or_refuse<std::vector<EventLog>>(call, [call, status](const std::vector<EventLog>& found) {
              if (found.empty()) return call->refuse(no_such_thing());
              call->reply(status, seen_record(*call, found.front()));
            }));
      }));
}

/// `{"status": "pending"}`: send it again.
void change_delivery(CallPtr call) {
  const auto body = Body::parse(call->request.body);
  if (!body) return call->refuse(body.error());
  Faults faults;
  Fields fields(body->object(), "", faults);
  const std::string status = fields.text("status", kNameRule);
  if (faults.empty() && status != "pending")
    fields.blame("status", "can only become pending: it is sent again then");
  fields.refuse_unknown();
  if (!faults.empty()) return call->refuse(validation_problem(std::move(faults)));
  find_record<EventLog>(call, [call](const EventLog& log) { replay(call, log, 200); });
}

/// Names an event and a subscription: what is on record of them is sent again.
void deliver_again(CallPtr call) {
  const auto body = Body::parse(call->request.body);
  if (!body) return call->refuse(body.error());
  auto wanted = charging_json::decode<EventLog>(body->object(), charging_json::Speaker::anyone);
  if (!wanted.good()) return call->refuse(validation_problem(to_faults(wanted.faults, "")));
  ports::ChargingFilter filter{.charging_event_id = wanted.model.charging_event_id,
                               .client_service_id = wanted.model.client_service_id,
                               .limit = 500};
  charging_store(*call).of<EventLog>().list(
      std::move(filter),
      or_refuse<ports::ChargingPage<EventLog>>(call, [call, version = wanted.model.charging_event_version](
                                                         const ports::ChargingPage<EventLog>& page) {
        const auto log = std::ranges::find(page.items, version, &EventLog::charging_event_version);
        if (log == page.items.end())
          return call->refuse(Error{.kind = ErrorKind::conflict,
                                    .origin = "charging",
                                    .detail = "this subscription was not due that version of the event"});
        replay(call, *log, 201);
      }));
}

// -- the table --------------------------------------------------------------------------------------------

template <class Model>
Route post_route() {
  const auto& names = names_of<Model>();
  Route route{.method = "POST",
              .pattern = names.all,
              .policy = writers_of<Model>(),
              .handle = nullptr,
              .summary = names.summary_create,
              .tag = "charging",
              .response_schema = names.component,
              .success = 201,
              .body = BodyRule::json,
              .request_schema = names.component,
              .needs_key = true};
  if constexpr (is_taken_in<Model>) {
    route.handle = take_records<Model>;
    route.summary = names.summary_take;
    route.response_schema = "ChargingTaken";
    route.body = BodyRule::records;
    route.needs_key = false;
    route.query = taking_query();
    route.body_bytes_max = kRecordsBytesMax;
  } else if constexpr (std::is_same_v<Model, EventLog>) {
    route.handle = deliver_again;
    route.needs_key = false;
  } else {
    route.handle = create_record<Model>;
  }
  return route;
}

template <class Model>
Route patch_route() {
  const auto& names = names_of<Model>();
  Route route{.method = "PATCH",
              .pattern = names.one,
              .policy = writers_of<Model>(),
              .handle = nullptr,
              .summary = names.summary_change,
              .tag = "charging",
              .response_schema = names.component,
              .body = BodyRule::json,
              .request_schema = "ChargingChange"};
  if constexpr (is_taken_in<Model>)
    route.handle = correct_record<Model>;
  else if constexpr (std::is_same_v<Model, EventLog>)
    route.handle = change_delivery;
  else
    route.handle = change_record<Model>;
  return route;
}

template <class Model>
void add_routes(std::vector<Route>& table) {
  const auto& names = names_of<Model>();
  table.push_back({.method = "GET",
                   .pattern = names.all,
                   .policy = readers_of<Model>(),
                   .handle = list_records<Model>,
                   .summary = names.summary_list,
                   .tag = "charging",
                   .response_schema = names.list,
                   .query = list_query<Model>()});
  table.push_back(post_route<Model>());
  table.push_back({.method = "GET",
                   .pattern = names.one,
                   .policy = readers_of<Model>(),
                   .handle = show_record<Model>,
                   .summary = names.summary_one,
                   .tag = "charging",
                   .response_schema = names.component});
  table.push_back(patch_route<Model>());
}

}  // namespace

std::vector<Route> charging_routes() {
  std::vector<Route> table;
  for_each_model([&]<class Model>() { add_routes<Model>(table); });
  table.push_back({.method = "GET",
                   .pattern = "/v1/charging/events/{id}/versions",
                   .policy = kSubscribers,
                   .handle = show_versions,
                   .summary = "Every version of an event that is kept, the oldest first",
                   .tag = "charging",
                   .response_schema = "ChargingEventList"});
  table.push_back({.method = "GET",
                   .pattern = "/v1/charging/soh/{vin}",
                   .policy = kReaders,
                   .handle = show_soh,
                   .summary = "State of health with its interval and the sessions used",
                   .tag = "charging",
                   .response_schema = "ChargingSoh"});
  return table;
}

}  // namespace contactor::api
