#include "world/iot/iot_cloud.h"

#include "world/iot/answers.h"

namespace contactor::world {
namespace {

constexpr std::size_t huge_body_bytes = 3 << 20;

/// Cuts a JSON member `"name":value` with a string value out of a flat answer.
void cut_member(std::string& body, std::string_view name) {
  const auto first = body.find(fmt::format("\"{}\":", name));
  if (first == std::string::npos) return;
  const auto end = body.find_first_of(",}", first);
  if (end == std::string::npos) return;
  body.erase(first, end - first + (body[end] == ',' ? 1 : 0));
}

}  // namespace

Reply IotCloud::handle(const ports::HttpRequest& request, std::string_view path, std::string_view query,
                       Instant now) {
  Reply reply{.response = {}, .at = now + context_.between(Millis(5), Millis(40))};
  Faults& faults = context_.faults;
  if (faults.strikes(FaultKind::iot_lost_before)) {
    reply.fate = Fate::lost_before;
    return reply;
  }
  const std::string_view kind = take_segment(path);
  const auto vin = Vin::parse(take_segment(path));
  if (kind != "vehicle" || !vin) {
    reply.response = iot_error(kind == "vehicle" ? 400 : 404, "invalid_configuration", "no such resource");
    return reply;
  }
  Call call{request, path, query, *vin, now, reply.at};
  if (auto refusal = refuse_by_fault()) {
    note_unread(call, refusal->status == 429 ? ArrivalOutcome::rate_limited : ArrivalOutcome::refused);
    reply.response = std::move(*refusal);
    return reply;
  }
  const bool hangs = faults.strikes(FaultKind::iot_hang);
  if (hangs && faults.dice().chance(0.5)) {
    note_unread(call, ArrivalOutcome::refused);
  } else {
    reply.response = act(call);
    distort(reply.response, call);
  }
  reply.at = call.answer_at;
  if (hangs)
    reply.fate = Fate::hang;
  else if (faults.strikes(FaultKind::iot_lost_after))
    reply.fate = Fate::lost_after;
  if (faults.strikes(FaultKind::iot_slow))
    reply.at = reply.at + context_.between(std::chrono::seconds(2), std::chrono::seconds(60));
  return reply;
}

std::optional<ports::HttpResponse> IotCloud::refuse_by_fault() {
  Faults& faults = context_.faults;
  if (faults.strikes(FaultKind::iot_client_error)) {
    constexpr std::array<std::string_view, 2> codes{"invalid_configuration", "vehicle_incompatible"};
    return iot_error(codes[faults.dice().below(codes.size())], "refused");
  }
  if (faults.strikes(FaultKind::iot_server_error)) {
    constexpr std::array<std::string_view, 3> codes{"internal", "network_congestion", "vehicle_offline"};
    return iot_error(codes[faults.dice().below(codes.size())], "try again later");
  }
  if (faults.strikes(FaultKind::iot_rate_limited)) {
    constexpr std::array<std::string_view, 5> waits{"0", "1", "30", "86400", "soon"};
    auto response = iot_error("rate_limited", "too many calls");
    response.headers.push_back({"Retry-After", std::string(waits[faults.dice().below(waits.size())])});
    return response;
  }
  if (faults.strikes(FaultKind::iot_html_error)) return html_response(502, "Bad Gateway");
  if (faults.strikes(FaultKind::iot_redirect)) {
    auto response = html_response(307, "Temporary Redirect");
    response.headers.push_back({"Location", "http://127.0.0.1:1/elsewhere"});
    return response;
  }
  if (faults.strikes(FaultKind::iot_error_in_200)) return iot_error(200, "internal", "failed behind a proxy");
  return std::nullopt;
}

ports::HttpResponse IotCloud::act(Call& call) {
  if (!sign_in_.accepts(call.request, call.now)) {
    note_unread(call, ArrivalOutcome::unauthorized);
    auto response = iot_error("unauthorized", "the access token is missing, unknown or expired");
    response.headers.push_back({"WWW-Authenticate", "Bearer error=\"invalid_token\""});
    return response;
  }
  const bool sends = call.action == "configure";
  if (!sends && call.action != "status" && call.action != "health" && call.action != "history")
    return iot_error(404, "invalid_configuration", "no such resource");
  if (call.request.method != (sends ? "POST" : "GET"))
    return iot_error(405, "invalid_configuration", "method not allowed");
  if (sends) return configure(call);
  const auto index = vehicles_.find_or_make(call.vin, call.now);
  if (!index || vehicles_.at(*index).mood == Mood::unknown)
    return iot_error(404, "vehicle_incompatible", "no such vehicle");
  const Car& car = vehicles_.at(*index);
  if (call.action == "status") return status(call, car);
  return json_response(200,
                       call.action == "health" ? health_body(car, call.now) : history_body(car, commands_));
}

ports::HttpResponse IotCloud::status(const Call& call, const Car& car) {
  const auto id = std::string(field_of(parse_form(call.query), "commandId"));
  const Command* command = id.empty() ? nullptr : commands_.find(id);
  if (command != nullptr && vehicles_.at(command->car).vin != car.vin) command = nullptr;
  const bool stale = context_.faults.strikes(FaultKind::iot_stale_cache);
  return json_response(200, status_body(car, command, stale, call.now));
}

ports::HttpResponse IotCloud::configure(Call& call) {
  auto asked = parse_configure(call.request.body);
  if (!asked) {
    note_unread(call, ArrivalOutcome::refused);
    return iot_error("invalid_configuration", asked.error().detail);
  }
  const auto index = vehicles_.find_or_make(call.vin, call.now);
  if (!index || vehicles_.at(*index).mood == Mood::unknown) {
    note(call, *asked, ArrivalOutcome::refused);
    return iot_error(404, "vehicle_incompatible", "no such vehicle");
  }
  if (auto known = known_command(call, *asked)) return std::move(*known);
  if (auto refusal = refuse(call, *asked, vehicles_.at(*index))) return std::move(*refusal);
  return take(call, std::move(*asked), *index);
}

std::optional<ports::HttpResponse> IotCloud::known_command(const Call& call, const ConfigureRequest& asked) {
  const Command* known = commands_.find(asked.command_id);
  if (known == nullptr) return std::nullopt;
  const bool same = known->payload_hash == asked.payload_hash && vehicles_.at(known->car).vin == call.vin;
  note(call, asked, same ? ArrivalOutcome::repeated : ArrivalOutcome::conflicting);
  if (same) return configure_answer(*known);
  return iot_error(409, "invalid_configuration", "this commandId was used for another command");
}

std::optional<ports::HttpResponse> IotCloud::refuse(const Call& call, const ConfigureRequest& asked,
                                                    Car& car) {
  if (asked.expires_at <= call.now) {
    note(call, asked, ArrivalOutcome::refused);
    return iot_error("invalid_configuration", "expiresAt has passed");
  }
  const Instant allowed = CommandQueue::next_allowed(car);
  if (allowed > call.now) {
    note(call, asked, ArrivalOutcome::rate_limited);
    auto response = iot_error("rate_limited", "ten configuration commands a vehicle in any hour");
    response.headers.push_back({"Retry-After", std::to_string(((allowed - call.now).count() + 999) / 1000)});
    return response;
  }
  // From here on the API has worked for this command: it counts, whatever its answer.
  CommandQueue::count(car, call.now);
  const bool refused_by_kind = car.mood == Mood::failing && car.nature % 2 == 0;
  const bool offline = !car.online(call.now) && context_.params.offline_share > 0 &&
                       context_.faults.dice().chance(context_.params.offline_share);
  if (!refused_by_kind && !offline) return std::nullopt;
  note(call, asked, ArrivalOutcome::refused);
  if (refused_by_kind) return iot_error(car.failing_code(), "refused for this vehicle");
  return iot_error("vehicle_offline", "the vehicle cannot be reached");
}

ports::HttpResponse IotCloud::take(Call& call, ConfigureRequest asked, std::uint32_t car_index) {
  Car& car = vehicles_.at(car_index);
  note(call, asked, ArrivalOutcome::accepted);
  // Every feature is installed and dormant until it is switched on: a car lists it as such.
  for (auto* features : {&car.features, &car.shown, &car.shown_before})
    if (find_feature(*features, asked.service_id) == nullptr) features->push_back(Feature{asked.service_id, false, 0});
  const auto index = commands_.add(Command{.car = car_index,
                                           .id = std::move(asked.command_id),
                                           .service_id = std::move(asked.service_id),
                                           .enable = asked.enable,
                                           .generation = asked.generation,
                                           .expires_at = asked.expires_at,
                                           .callback_url = std::move(asked.callback_url),
                                           .payload_hash = asked.payload_hash,
                                           .accepted_at = call.now,
                                           .changed_at = call.now},
                                   car);
  start(call, index, car);
  callbacks_.forge(commands_.at(index), car.vin, call.now);
  return configure_answer(commands_.at(index));
}

void IotCloud::start(Call& call, std::uint32_t index, Car& car) {
  Faults& faults = context_.faults;
  Command& command = commands_.at(index);
  if (car.mood == Mood::online && context_.params.fast_share > 0 &&
      faults.dice().chance(context_.params.fast_share)) {
    command.answered_confirmed = broker_.apply_at_once(index, call.now);
    call.answer_at = call.answer_at + context_.between(Millis(200), Millis(1500));
  } else if (car.mood == Mood::online && faults.strikes(FaultKind::callback_before_answer)) {
    broker_.dispatch_in_a_flash(index, call.now);
    call.answer_at = call.answer_at + context_.between(Millis(600), Millis(2000));
  } else {
    // A liar says so at once, or in the status a second after delivery.
    command.answered_applied = car.mood == Mood::lying && faults.dice().chance(0.5);
    command.claims_applied = command.answered_applied;
    broker_.dispatch(index, call.now);
  }
}

void IotCloud::distort(ports::HttpResponse& response, const Call& call) {
  if (response.status >= 300) return;
  Faults& faults = context_.faults;
  if (faults.strikes(FaultKind::iot_html_error_after))
    response = html_response(504, "Gateway Timeout");
  else if (faults.strikes(FaultKind::iot_broken_body))
    response.body.resize(response.body.size() * 2 / 3);
  else if (faults.strikes(FaultKind::iot_empty_body))
    response.body.clear();
  else if (faults.strikes(FaultKind::iot_html_ok))
    response = html_response(200, "Welcome to this network");
  else if (faults.strikes(FaultKind::iot_missing_id))
    cut_member(response.body, "commandId");
  else if (faults.strikes(FaultKind::iot_huge_body))
    response.body.append(huge_body_bytes, ' ');
  else if (call.action == "status" && faults.strikes(FaultKind::iot_wrong_vin)) {
    const auto at = response.body.find(call.vin.str());
    if (at != std::string::npos) response.body.replace(at, 17, "WBAZZZ00000000001");
  }
}

void IotCloud::note(const Call& call, const ConfigureRequest& asked, ArrivalOutcome outcome) {
  context_.logs.arrivals.push_back({.vin = call.vin,
                                    .command_id = asked.command_id,
                                    .service_id = asked.service_id,
                                    .enable = asked.enable,
                                    .generation = asked.generation,
                                    .expires_at = asked.expires_at,
                                    .at = call.now,
                                    .outcome = outcome});
}

void IotCloud::note_unread(const Call& call, ArrivalOutcome outcome) {
  if (call.action != "configure") return;
  const auto asked = parse_configure(call.request.body);
  note(call, asked ? *asked : ConfigureRequest{}, outcome);
}

}  // namespace contactor::world
