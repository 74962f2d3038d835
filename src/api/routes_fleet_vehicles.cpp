// Vehicles of the fleet and what people want of them.

#include "api/activation_codec.h"
#include "api/environment.h"
#include "api/fields.h"
#include "api/repeatable.h"
#include "api/vehicle_codec.h"
#include "json/json.h"

namespace contactor::api {
namespace {

constexpr Policy kReaders = Policy::roles({Role::viewer, Role::operator_, Role::technician, Role::admin});
constexpr Policy kOperators = Policy::roles({Role::operator_, Role::admin});
constexpr std::size_t kWishedMax = 10'000;
constexpr std::size_t kHistoryMax = 1000;

std::string seen_by(const Call& call, const engine::Surveyed& surveyed) {
  const engine::FleetSettings& settings = call.env->fleet->parts().settings;
  std::string text =
      json::serialize(vehicle_object(surveyed, call.env->time.now(), settings.pace.silent_after));
  return call.principal().sees_personal_data() ? text : mask_vin(std::move(text), surveyed.vehicle.vin);
}

engine::Surveyed surveyed(const Call& call, fleet::Vehicle vehicle) {
  return engine::survey_of(std::move(vehicle), call.env->fleet->parts().settings, call.env->time.now());
}

ports::FleetStore& store_of(const Call& call) { return call.env->fleet->parts().store; }

/// The vehicle that the path names; every refusal is answered here.
template <class Then>
void find_vehicle(const CallPtr& call, Then then) {
  const auto vin = Vin::parse(call->path_value("vin"));
  if (!vin) return call->refuse(validation_problem({{"?vin", vin.error().detail}}));
  store_of(*call).find_vehicles(
      {*vin}, or_refuse<std::vector<fleet::Vehicle>>(
                  call, [call, then = std::move(then)](std::vector<fleet::Vehicle> found) mutable {
                    if (found.empty()) return call->refuse(no_such_thing());
                    then(std::move(found.front()));
                  }));
}

// -- reading ----------------------------------------------------------------------------------------------

std::optional<bool> read_flag(std::string_view text, std::string_view name, Faults& faults) {
  if (text == "true") return true;
  if (text == "false") return false;
  faults.push_back({"?" + std::string(name), "must be true or false"});
  return std::nullopt;
}

void list_vehicles(CallPtr call) {
  Faults faults;
  ports::VehicleFilter filter;
  filter.limit = read_limit(*call, faults) + 1;
  filter.fleet = call->query_value("fleet").value_or("");
  filter.after = call->query_value("cursor").value_or("");
  if (!filter.after.empty() && !Vin::parse(filter.after)) faults.push_back({"?cursor", "is not one of ours"});
  if (const auto text = call->query_value("oem")) {
    filter.oem = fleet::parse_oem(*text);
    if (!filter.oem)
      faults.push_back({"?oem", "must be one of: tesla, bmw, renault, stellantis, volkswagen, kia, hm"});
  }
  if (const auto text = call->query_value("status")) filter.status = read_flag(*text, "status", faults);
  if (!faults.empty()) return call->refuse(validation_problem(std::move(faults)));
  const std::size_t limit = filter.limit - 1;
  store_of(*call).vehicles(
      std::move(filter),
      or_refuse<std::vector<fleet::Vehicle>>(call, [call, limit](std::vector<fleet::Vehicle> found) {
        const bool more = found.size() > limit;
        if (more) found.resize(limit);
        const std::optional<std::string> cursor =
            more ? std::optional(std::string(found.back().vin.str())) : std::nullopt;
        std::vector<std::string> items;
        for (fleet::Vehicle& vehicle : found)
          items.push_back(seen_by(*call, surveyed(*call, std::move(vehicle))));
        call->reply(200, list_json(items, cursor));
      }));
}

void show_vehicle(CallPtr call) {
  find_vehicle(call, [call](fleet::Vehicle vehicle) {
    call->reply(200, seen_by(*call, surveyed(*call, std::move(vehicle))));
  });
}

void show_history(CallPtr call) {
  find_vehicle(call, [call](const fleet::Vehicle& vehicle) {
    store_of(*call).vehicle_history(vehicle.vin, kHistoryMax,
                                    or_refuse<std::vector<fleet::HistoryEntry>>(
                                        call, [call](const std::vector<fleet::HistoryEntry>& history) {
                                          std::vector<std::string> items;
                                          for (const auto& entry : history)
                                            items.push_back(json::serialize(vehicle_entry_object(entry)));
                                          call->reply(200, list_json(items, std::nullopt));
                                        }));
  });
}

// -- wishes -----------------------------------------------------------------------------------------------

json::object outcome_object(const engine::WishOutcome& outcome) {
  json::object object{{"vin", outcome.vin.str()}, {"outcome", engine::to_string(outcome.kind)}};
  if (outcome.kind == engine::WishOutcome::Kind::claimed) object["claimed_by"] = outcome.fleet;
  return object;
}

engine::WishParts wish_parts(const Call& call) {
  return {.store = store_of(call), .time = call.env->time, .who = "people:" + call.principal().subject()};
}

/// One vehicle answers as itself, many with what became of each.
void put_vehicles(const CallPtr& call, std::vector<engine::WishedVehicle> wished, bool is_list,
                  AnswerOnce answer) {
  engine::put_wishes(
      wish_parts(*call), std::move(wished), false,
      or_refuse<std::vector<engine::WishOutcome>>(
          call, [call, is_list,
                 answer = std::move(answer)](const std::vector<engine::WishOutcome>& outcomes) mutable {
            if (is_list) {
              json::array items;
              for (const auto& outcome : outcomes) items.push_back(outcome_object(outcome));
              return answer(200, json::serialize(json::object{{"items", std::move(items)}}));
            }
            const engine::WishOutcome& only = outcomes.front();
            if (only.kind == engine::WishOutcome::Kind::claimed)
              return call->refuse(Error{.kind = ErrorKind::conflict,
                                        .retry_after = {},
                                        .origin = "fleet",
                                        .detail = "the vehicle belongs to the fleet " + only.fleet});
            const int status = only.kind == engine::WishOutcome::Kind::created ? 201 : 200;
            store_of(*call).find_vehicles(
                {only.vin},
                or_refuse<std::vector<fleet::Vehicle>>(call, [call, status, answer = std::move(answer)](
                                                                 std::vector<fleet::Vehicle> found) mutable {
                  if (found.empty()) return call->refuse(no_such_thing());
                  answer(status, seen_by(*call, surveyed(*call, std::move(found.front()))));
                }));
          }));
}

/// `{"items":[…]}` or one vehicle. Everything is read before anything is taken.
std::expected<std::vector<engine::WishedVehicle>, Faults> read_wished(const json::object& body,
                                                                      bool is_list) {
  std::vector<engine::WishedVehicle> wished;
  Faults faults;
  const auto read_one = [&](const json::value& value, std::string pointer) {
    if (!value.is_object()) return faults.push_back({pointer, "must be an object"});
    auto one = read_wished_vehicle(value.get_object(), std::move(pointer));
    if (one) return wished.push_back(std::move(*one));
    std::ranges::move(one.error(), std::back_inserter(faults));
  };
  if (!is_list) {
    auto one = read_wished_vehicle(body, "");
    if (!one) return std::unexpected(std::move(one.error()));
    return std::vector{std::move(*one)};
  }
  const json::value& items = body.at("items");
  if (!items.is_array() || items.get_array().empty() || items.get_array().size() > kWishedMax ||
      body.size() != 1)
    return std::unexpected(Faults{{"/items", "must be a list of 1 to 10000 vehicles, and stand alone"}});
  constexpr std::size_t kFaultsShown = 100;
  for (std::size_t i = 0; i < items.get_array().size() && faults.size() < kFaultsShown; ++i)
    read_one(items.get_array()[i], "/items/" + std::to_string(i));
  if (!faults.empty()) return std::unexpected(std::move(faults));
  return wished;
}

void create_vehicles(CallPtr call) {
  const auto body = Body::parse(call->request.body);
  if (!body) return call->refuse(body.error());
  const bool is_list = body->object().contains("items");
  auto wished = read_wished(body->object(), is_list);
  if (!wished) return call->refuse(validation_problem(std::move(wished.error())));
  answer_once(call, [call, is_list, wished = std::move(*wished)](AnswerOnce answer) mutable {
    put_vehicles(call, std::move(wished), is_list, std::move(answer));
  });
}

void change_vehicle(CallPtr call) {
  const auto body = Body::parse(call->request.body);
  if (!body) return call->refuse(body.error());
  find_vehicle(call, [call, body = *body](const fleet::Vehicle& vehicle) {
    auto wish = read_wish_change(body.object(), vehicle.wish);
    if (!wish) return call->refuse(validation_problem(std::move(wish.error())));
    engine::put_wishes(wish_parts(*call), {{.vin = vehicle.vin, .wish = std::move(*wish)}}, true,
                       or_refuse<std::vector<engine::WishOutcome>>(
                           call, [call](const std::vector<engine::WishOutcome>&) { show_vehicle(call); }));
  });
}

}  // namespace

std::vector<Route> fleet_vehicle_routes() {
  return {
      {.method = "GET",
       .pattern = "/v1/fleet/vehicles",
       .policy = kReaders,
       .handle = list_vehicles,
       .summary = "Vehicles in VIN order",
       .tag = "fleet",
       .response_schema = "VehicleList",
       .query = {"fleet", "oem", "status", "limit", "cursor"}},
      {.method = "POST",
       .pattern = "/v1/fleet/vehicles",
       .policy = kOperators,
       .handle = create_vehicles,
       .summary = "Put a vehicle and what is wanted of it on record, or up to 10000 as items",
       .tag = "fleet",
       .response_schema = "VehicleOrOutcomes",
       .success = 201,
       .body = BodyRule::json,
       .request_schema = "WishedVehicle",
       .needs_key = true,
       .body_bytes_max = 8 << 20},
      {.method = "GET",
       .pattern = "/v1/fleet/vehicles/{vin}",
       .policy = kReaders,
       .handle = show_vehicle,
       .summary = "One vehicle: wish, observation, reason, next look",
       .tag = "fleet",
       .response_schema = "Vehicle"},
      {.method = "PATCH",
       .pattern = "/v1/fleet/vehicles/{vin}",
       .policy = kOperators,
       .handle = change_vehicle,
       .summary = "Change what is wanted; null empties a member",
       .tag = "fleet",
       .response_schema = "Vehicle",
       .body = BodyRule::json,
       .request_schema = "WishChange"},
      {.method = "GET",
       .pattern = "/v1/fleet/vehicles/{vin}/history",
       .policy = kReaders,
       .handle = show_history,
       .summary = "Everything that happened to a vehicle, oldest first",
       .tag = "fleet",
       .response_schema = "VehicleHistory"},
  };
}

}  // namespace contactor::api
