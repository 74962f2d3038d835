// The catalogue of paid features.

#include "api/environment.h"
#include "api/fields.h"
#include "api/service_document.h"

namespace contactor::api {
namespace {

constexpr Policy kReaders =
    Policy::roles({Role::viewer, Role::operator_, Role::technician, Role::admin, Role::service});
constexpr Policy kKeepers = Policy::roles({Role::operator_, Role::admin});

std::vector<ports::Service> page_of(const Catalogue& catalogue) {
  std::vector<ports::Service> services;
  for (const auto& [id, service] : catalogue) services.push_back(service);
  std::ranges::sort(services, {}, &ports::Service::id);
  return services;
}

void list_services(CallPtr call) {
  Faults faults;
  const Page page = read_page(*call, faults);
  if (!faults.empty()) return call->refuse(validation_problem(std::move(faults)));
  call->env->catalogue->get(or_refuse<Refreshed<Catalogue>::Shared>(
      call, [call, page](const Refreshed<Catalogue>::Shared& catalogue) {
        const auto services = page_of(*catalogue);
        // The catalogue is small and read as a whole: its cursor counts entries.
        const auto first = std::min(static_cast<std::size_t>(page.after), services.size());
        const auto last = std::min(first + page.limit, services.size());
        std::vector<std::string> items;
        for (std::size_t i = first; i < last; ++i) items.push_back(service_json(services[i]));
        const bool more = last < services.size();
        call->reply(200, list_json(items, more ? std::optional(write_cursor(static_cast<std::int64_t>(last)))
                                               : std::nullopt));
      }));
}

void show_service(CallPtr call) {
  call->env->catalogue->get(
      or_refuse<Refreshed<Catalogue>::Shared>(call, [call](const Refreshed<Catalogue>::Shared& catalogue) {
        const auto found = catalogue->find(ServiceId(call->path_value("id")));
        if (found == catalogue->end()) return call->refuse(no_such_thing());
        call->reply(200, service_json(found->second),
                    {{"ETag", "\"" + std::to_string(found->second.version) + "\""}});
      }));
}

void put_service(CallPtr call) {
  const auto body = Body::parse(call->request.body);
  if (!body) return call->refuse(body.error());
  auto service = read_service(call->path_value("id"), body->object());
  if (!service) return call->refuse(validation_problem(std::move(service.error())));
  service->updated_at = call->env->time.now();
  call->env->store.put_service(
      std::move(*service), or_refuse<ports::Service>(call, [call](const ports::Service& stored) {
        call->env->catalogue->drop();
        call->reply(200, service_json(stored), {{"ETag", "\"" + std::to_string(stored.version) + "\""}});
      }));
}

}  // namespace

std::vector<Route> catalogue_routes() {
  return {
      {.method = "GET",
       .pattern = "/v1/ota/services",
       .policy = kReaders,
       .handle = list_services,
       .summary = "The catalogue of paid features",
       .tag = "catalogue",
       .response_schema = "ServiceList",
       .query = {"limit", "cursor"}},
      {.method = "GET",
       .pattern = "/v1/ota/services/{id}",
       .policy = kReaders,
       .handle = show_service,
       .summary = "One entry of the catalogue",
       .tag = "catalogue",
       .response_schema = "Service"},
      {.method = "PUT",
       .pattern = "/v1/ota/services/{id}",
       .policy = kKeepers,
       .handle = put_service,
       .summary = "Create or replace an entry; each change is a new version",
       .tag = "catalogue",
       .response_schema = "Service",
       .body = BodyRule::json,
       .request_schema = "ServiceDocument"},
  };
}

}  // namespace contactor::api
