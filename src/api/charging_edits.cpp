// Records that people put on record one by one: vehicles, credentials, clients, subscriptions, services,
// marks of jobs, places.

#include "api/charging_edits.h"

#include <fmt/format.h>

#include "api/environment.h"
#include "api/fields.h"
#include "api/repeatable.h"
#include "charging/shape.h"
#include "json/json.h"

namespace contactor::api {
namespace {

using namespace charging;

template <class Model>
constexpr std::string_view kPrefix = "rec";
template <>
constexpr std::string_view kPrefix<Vehicle> = "veh";
template <>
constexpr std::string_view kPrefix<Credential> = "cred";
template <>
constexpr std::string_view kPrefix<Client> = "cli";
template <>
constexpr std::string_view kPrefix<ClientService> = "sub";
template <>
constexpr std::string_view kPrefix<Service> = "svc";
template <>
constexpr std::string_view kPrefix<LastRunTime> = "run";
template <>
constexpr std::string_view kPrefix<Location> = "loc";

template <class Model>
IdOf<Model> fresh_id(const Call& call) {
  return IdOf<Model>(fmt::format("{}_{}", kPrefix<Model>, encode_base32(call.env->entropy.next() >> 1)));
}

/// Addresses that are sent to; whom they may reach is looked at when something is sent.
template <class Model>
void check_addresses(const Model& model, Faults& faults) {
  const auto check = [&](std::string_view name, const std::string& address, bool may_be_path) {
    const bool is_url = address.starts_with("https://") || address.starts_with("http://");
    if (!is_url && !(may_be_path && address.starts_with('/')))
      faults.push_back({fmt::format("/{}", name), "must begin with https:// or http://"});
    const auto authority = address.substr(0, address.find('/', 8));
    if (is_url && authority.contains('@'))
      faults.push_back({fmt::format("/{}", name), "must not carry a user or a password"});
  };
  if constexpr (std::is_same_v<Model, Service>) check("url", model.url, false);
  if constexpr (std::is_same_v<Model, ClientService>)
    if (model.endpoint) check("endpoint", *model.endpoint, true);
}

/// Seals the secrets that the body names; those that were stored are sealed already.
template <class Model>
Status seal_secrets(const Call& call, const json::object& body, Model& model) {
  Status sealed;
  for_each_field<Model>([&]<class Value>(const Field<Model, Value>& field) {
    if constexpr (std::is_same_v<Value, std::optional<Secret>>) {
      std::optional<Secret>& secret = model.*field.member;
      if (!secret || !body.contains(field.name) || !sealed) return;
      if (!call.env->seal) {
        sealed = fail(ErrorKind::unavailable, "charging", "there is no key to seal secrets with");
        return;
      }
      auto text = call.env->seal(secret->reveal(),
                                 fmt::format("{}/{}/{}", Table<Model>::name, model.id.str(), field.name));
      if (text)
        secret = Secret(std::move(*text));
      else
        sealed = fail(std::move(text.error()));
    }
  });
  return sealed;
}

template <class Model>
void note_rotation(const Call& call, const json::object& body, Model& model) {
  if constexpr (requires { model.rotated_at; })
    if (body.contains("secret")) model.rotated_at = call.env->time.now();
}

/// A subscription names a client and a service that are there.
template <class Model>
void with_references(const CallPtr& call, const Model& model, std::move_only_function<void()> then) {
  if constexpr (!std::is_same_v<Model, ClientService>) {
    then();
  } else {
    auto& store = charging_store(*call);
    const auto refuse = [call](std::string_view member) {
      call->refuse(validation_problem({{fmt::format("/{}", member), "is not on record"}}));
    };
    store.of<Client>().find(
        {model.client_id},
        or_refuse<std::vector<Client>>(
            call, [call, refuse, &store, service = model.service_id,
                   then = std::move(then)](const std::vector<Client>& clients) mutable {
              if (clients.empty()) return refuse("client_id");
              store.of<Service>().find(
                  {service},
                  or_refuse<std::vector<Service>>(
                      call, [refuse, then = std::move(then)](const std::vector<Service>& found) mutable {
                        if (found.empty()) return refuse("service_id");
                        then();
                      }));
            }));
  }
}

template <class Model>
void put_record(const CallPtr& call, Model model, std::optional<Instant> base, ports::Done<Model> then) {
  const Model asked = model;
  with_references(call, asked, [call, model = std::move(model), base, then = std::move(then)]() mutable {
    charging_store(*call).editable<Model>().put(std::move(model), base, call->env->time.now(),
                                                or_refuse<Model>(call, std::move(then)));
  });
}

}  // namespace

template <class Model>
void create_record(CallPtr call) {
  const auto body = Body::parse(call->request.body);
  if (!body) return call->refuse(body.error());
  auto decoded = charging_json::decode<Model>(body->object(), charging_json::Speaker::anyone);
  Faults faults = to_faults(decoded.faults, "");
  if (faults.empty()) check_addresses(decoded.model, faults);
  if (!faults.empty()) return call->refuse(validation_problem(std::move(faults)));
  Model model = std::move(decoded.model);
  model.id = fresh_id<Model>(*call);
  if (auto sealed = seal_secrets(*call, body->object(), model); !sealed) return call->refuse(sealed.error());
  note_rotation(*call, body->object(), model);
  answer_once(call, [call, model = std::move(model)](AnswerOnce answer) mutable {
    put_record<Model>(call, std::move(model), std::nullopt,
                      [call, answer = std::move(answer)](const Model& stored) mutable {
                        answer(201, seen_record(*call, stored));
                      });
  });
}

template <class Model>
void change_record(CallPtr call) {
  const auto body = Body::parse(call->request.body);
  if (!body) return call->refuse(body.error());
  find_record<Model>(call, [call, body = *body](Model stored) {
    const auto base = stored.updated_at;
    auto changed = charging_json::change(std::move(stored), body.object(), charging_json::Speaker::anyone);
    Faults faults = to_faults(changed.faults, "");
    if (faults.empty()) check_addresses(changed.model, faults);
    if (!faults.empty()) return call->refuse(validation_problem(std::move(faults)));
    Model model = std::move(changed.model);
    if (auto sealed = seal_secrets(*call, body.object(), model); !sealed) return call->refuse(sealed.error());
    note_rotation(*call, body.object(), model);
    put_record<Model>(call, std::move(model), base.value_or(Instant()),
                      [call](const Model& after) { call->reply(200, seen_record(*call, after)); });
  });
}

#define CTR_INSTANTIATE(Model)                 \
  template void create_record<Model>(CallPtr); \
  template void change_record<Model>(CallPtr);

CTR_INSTANTIATE(charging::Vehicle)
CTR_INSTANTIATE(charging::Credential)
CTR_INSTANTIATE(charging::Client)
CTR_INSTANTIATE(charging::ClientService)
CTR_INSTANTIATE(charging::Service)
CTR_INSTANTIATE(charging::LastRunTime)
CTR_INSTANTIATE(charging::Location)
#undef CTR_INSTANTIATE

}  // namespace contactor::api
