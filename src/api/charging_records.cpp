#include "api/charging_records.h"

#include "api/activation_codec.h"
#include "api/environment.h"
#include "charging/shape.h"
#include "crypto/encoding.h"

namespace contactor::api {
namespace {

using namespace charging;

constexpr std::int64_t kCoarse = 100'000;  // a hundredth of a degree, about a kilometre

TenMillionthDegrees coarse(TenMillionthDegrees at) {
  return TenMillionthDegrees(*scaled(at.count(), 1, kCoarse) * kCoarse);
}

template <class Model>
void make_coarse(Model& model) {
  for_each_field<Model>([&]<class Value>(const Field<Model, Value>& field) {
    Value& value = model.*field.member;
    if constexpr (std::is_same_v<Value, TenMillionthDegrees>)
      value = coarse(value);
    else if constexpr (std::is_same_v<Value, std::optional<TenMillionthDegrees>>)
      value = value ? std::optional(coarse(*value)) : std::nullopt;
    else if constexpr (std::is_same_v<Value, JsonObject>)
      value = JsonObject();
  });
  if constexpr (std::is_same_v<Model, Location>) model.address.reset();
}

// -- filters ----------------------------------------------------------------------------------------------

/// Reads the parameters of a list that are given.
class FilterReader {
 public:
  FilterReader(const Call& call, Faults& faults) : call_(call), faults_(faults) {}

  void text(std::string_view name, std::string& into) {
    if (auto value = call_.query_value(name)) into = std::move(*value);
  }
  template <class Model>
  void id(std::string_view name, IdOf<Model>& into) {
    if (auto value = call_.query_value(name)) into = IdOf<Model>(std::move(*value));
  }
  void moment(std::string_view name, std::optional<Instant>& into) {
    const auto value = call_.query_value(name);
    if (!value) return;
    into = parse_rfc3339(*value);
    if (!into) blame(name, "must be a moment like 2026-11-21T06:38:14Z");
  }
  void read(ports::ChargingFilter& filter) {
    if (const auto value = call_.query_value("vin")) {
      const auto vin = Vin::parse(*value);
      if (vin)
        filter.vin = *vin;
      else
        blame("vin", vin.error().detail);
    }
    if (const auto value = call_.query_value("quarantined")) {
      if (*value == "true" || *value == "false")
        filter.quarantined = *value == "true";
      else
        blame("quarantined", "must be true or false");
    }
    if (const auto value = call_.query_value("status")) {
      filter.status = parse_spelled<DeliveryStatus>(*value);
      if (!filter.status)
        blame("status", "must be one of: pending, delivering, delivered, retrying, dead, paused, skipped");
    }
    if (const auto value = call_.query_value("cursor")) {
      const auto cursor = crypto::from_base64url(*value);
      if (cursor && !cursor->empty())
        filter.cursor = *cursor;
      else
        blame("cursor", "is not one of ours");
    }
  }

 private:
  void blame(std::string_view name, std::string what) {
    faults_.push_back({"?" + std::string(name), std::move(what)});
  }
  const Call& call_;
  Faults& faults_;
};

/// @return false where a service account belongs to no client, and so sees nothing.
bool restrict_to_own(const Call& call, ports::ChargingFilter& filter) {
  if (call.principal().sees_all()) return true;
  if (call.principal().client.empty()) return false;
  filter.client_id = IdOf<Client>(call.principal().client);
  return true;
}

ports::ChargingFilter read_filter(const Call& call, Faults& faults) {
  ports::ChargingFilter filter;
  filter.limit = read_limit(call, faults);
  FilterReader reader(call, faults);
  reader.read(filter);
  reader.text("provider", filter.provider);
  reader.text("device_id", filter.device_id);
  reader.text("name", filter.name);
  reader.text("job_name", filter.name);
  reader.moment("from", filter.from);
  reader.moment("until", filter.until);
  reader.id("credential_id", filter.credential_id);
  reader.id("charging_event_id", filter.charging_event_id);
  reader.id("location_id", filter.location_id);
  reader.id("client_service_id", filter.client_service_id);
  if (auto client = call.query_value("client_id")) filter.client_id = IdOf<Client>(std::move(*client));
  return filter;
}

}  // namespace

ports::ChargingStore& charging_store(const Call& call) { return call.env->charging->store(); }

Faults to_faults(const std::vector<charging_json::Fault>& faults, const std::string& pointer) {
  Faults out;
  for (const auto& fault : faults) out.push_back({pointer + "/" + fault.member, fault.what});
  return out;
}

template <class Model>
std::string seen_record(const Call& call, const Model& model) {
  if (call.principal().sees_personal_data()) return charging_json::encode(model);
  Model shown = model;
  make_coarse(shown);
  std::string text = charging_json::encode(shown);
  if constexpr (requires { model.vin; })
    if (model.vin) return mask_vin(std::move(text), *model.vin);
  return text;
}

template <class Model>
std::vector<std::string_view> list_query() {
  std::vector<std::string_view> names{"limit", "cursor"};
  const auto add = [&](std::initializer_list<std::string_view> more) { names.insert(names.end(), more); };
  if constexpr (requires(Model m) { m.vin; }) add({"vin", "device_id", "credential_id"});
  if constexpr (requires(Model m) { m.provider; }) add({"provider"});
  if constexpr (requires(Model m) { m.name; }) add({"name"});
  if constexpr (std::is_same_v<Model, ChargingEvent>) add({"location_id", "quarantined"});
  if constexpr (std::is_same_v<Model, ChargingEvent> || std::is_same_v<Model, ChargingStat>)
    add({"from", "until"});
  if constexpr (requires(Model m) { m.charging_event_id; }) add({"charging_event_id"});
  if constexpr (std::is_same_v<Model, EventLog>) add({"client_service_id", "status", "from", "until"});
  if constexpr (std::is_same_v<Model, EventLog> || std::is_same_v<Model, ClientService>) add({"client_id"});
  if constexpr (std::is_same_v<Model, LastRunTime>) add({"credential_id", "job_name"});
  return names;
}

template <class Model>
void list_records(CallPtr call) {
  Faults faults;
  ports::ChargingFilter filter = read_filter(*call, faults);
  if (!faults.empty()) return call->refuse(validation_problem(std::move(faults)));
  if (!restrict_to_own(*call, filter)) return call->reply(200, list_json({}, std::nullopt));
  charging_store(*call).of<Model>().list(
      std::move(filter),
      or_refuse<ports::ChargingPage<Model>>(call, [call](const ports::ChargingPage<Model>& page) {
        std::vector<std::string> items;
        for (const Model& model : page.items) items.push_back(seen_record(*call, model));
        const auto cursor = page.next.empty() ? std::nullopt : std::optional(crypto::to_base64url(page.next));
        call->reply(200, list_json(items, cursor));
      }));
}

template <class Model>
void find_record(const CallPtr& call, ports::Done<Model> then) {
  const IdOf<Model> id(call->path_value("id"));
  const auto found = [call](std::vector<Model> models, ports::Done<Model>& go_on) {
    if (models.empty()) return call->refuse(no_such_thing());
    go_on(std::move(models.front()));
  };
  ports::ChargingFilter filter{.id = id.str(), .limit = 1};
  if (!restrict_to_own(*call, filter)) return call->refuse(no_such_thing());
  if (!filter.client_id)
    return charging_store(*call).of<Model>().find(
        {id}, or_refuse<std::vector<Model>>(
                  call, [found, then = std::move(then)](std::vector<Model> models) mutable {
                    found(std::move(models), then);
                  }));
  charging_store(*call).of<Model>().list(
      std::move(filter), or_refuse<ports::ChargingPage<Model>>(
                             call, [found, then = std::move(then)](ports::ChargingPage<Model> page) mutable {
                               found(std::move(page.items), then);
                             }));
}

template <class Model>
void show_record(CallPtr call) {
  find_record<Model>(call, [call](const Model& model) { call->reply(200, seen_record(*call, model)); });
}

#define CTR_INSTANTIATE(Model)                                          \
  template std::string seen_record(const Call&, const Model&);          \
  template void list_records<Model>(CallPtr);                           \
  template void show_record<Model>(CallPtr);                            \
  template void find_record<Model>(const CallPtr&, ports::Done<Model>); \
  template std::vector<std::string_view> list_query<Model>();

CTR_INSTANTIATE(charging::ChargingEvent)
CTR_INSTANTIATE(charging::ChargingStat)
CTR_INSTANTIATE(charging::Vehicle)
CTR_INSTANTIATE(charging::Credential)
CTR_INSTANTIATE(charging::Client)
CTR_INSTANTIATE(charging::ClientService)
CTR_INSTANTIATE(charging::Service)
CTR_INSTANTIATE(charging::EventLog)
CTR_INSTANTIATE(charging::LastRunTime)
CTR_INSTANTIATE(charging::Location)
#undef CTR_INSTANTIATE

}  // namespace contactor::api
