#include "world/iot/answers.h"

namespace contactor::world {
namespace {

constexpr std::size_t history_items_max = 100;
constexpr Millis cache_lag_max = std::chrono::seconds(10);

int status_of(std::string_view code) {
  if (code == "invalid_configuration") return 400;
  if (code == "unauthorized") return 401;
  if (code == "vehicle_incompatible") return 422;
  if (code == "rate_limited") return 429;
  if (code == "vehicle_offline" || code == "network_congestion") return 503;
  return 500;
}

void append_features(std::string& out, const std::vector<Feature>& features) {
  out += R"("features":{)";
  for (const Feature& feature : features) {
    if (&feature != features.data()) out += ',';
    append_quoted(out, feature.service_id);
    fmt::format_to(std::back_inserter(out), R"(:{{"state":"{}","generation":{}}})",
                   feature.active ? "active" : "dormant", feature.generation);
  }
  out += '}';
}

void append_command(std::string& out, const Command& command, bool stale) {
  const CommandState state = stale ? command.state_before : command.state;
  out += R"(,"command":{"commandId":)";
  append_quoted(out, command.id);
  const bool open = state == CommandState::accepted || state == CommandState::delivered;
  const std::string_view shown = open && command.claims_applied ? "applied" : to_string(state);
  fmt::format_to(std::back_inserter(out), R"(,"status":"{}")", shown);
  if (state == CommandState::rejected)
    fmt::format_to(std::back_inserter(out),
                   R"(,"error":{{"code":"{0}","message":"the vehicle answered {0}"}})", command.error_code);
  if (state == CommandState::timed_out)
    out += R"(,"error":{"code":"vehicle_offline","message":"the vehicle did not answer in time"})";
  out += '}';
}

}  // namespace

ports::HttpResponse iot_error(int status, std::string_view code, std::string_view message) {
  return json_response(status,
                       fmt::format(R"({{"error":{{"code":"{}","message":{}}}}})", code, quoted(message)));
}

ports::HttpResponse iot_error(std::string_view code, std::string_view message) {
  return iot_error(status_of(code), code, message);
}

ports::HttpResponse configure_answer(const Command& command) {
  std::string body = R"({"commandId":)";
  append_quoted(body, command.id);
  if (command.answered_confirmed)
    return json_response(200, body += R"(,"status":"applied","confirmed":true})");
  if (command.answered_applied) return json_response(200, body += R"(,"status":"applied"})");
  return json_response(202, body += R"(,"status":"accepted"})");
}

std::string status_body(const Car& car, const Command* command, bool stale, Instant now) {
  std::string out;
  out.reserve(512);
  fmt::format_to(std::back_inserter(out),
                 R"({{"vin":"{}","online":{},"signalStrengthDbm":{},"firmwareVersion":"{}","state":"{}",)",
                 car.vin.str(), car.online(now), car.signal_strength_dbm(), car.firmware_version(),
                 car.driving(now) ? "driving" : "parked");
  const bool old_features = stale && now - car.shown_changed_at < cache_lag_max;
  append_features(out, old_features ? car.shown_before : car.shown);
  if (command != nullptr) append_command(out, *command, stale && now - command->changed_at < cache_lag_max);
  fmt::format_to(
      std::back_inserter(out),
      R"(,"telemetry":{{"batteryPercent":{},"odometerKm":{},"location":{{"latitude":{}.{:05},"longitude":{}.{:05}}}}}}})",
      20 + car.nature % 80, 1000 + car.nature % 90'000, 40 + car.nature % 15, car.nature >> 8 & 0xffff,
      car.nature >> 4 & 15, car.nature >> 12 & 0xffff);
  return out;
}

std::string health_body(const Car& car, Instant now) {
  const bool online = car.online(now);
  return fmt::format(R"({{"reachable":{},"lastSeenAt":"{}","signalStrengthDbm":{},"network":"{}"}})", online,
                     to_rfc3339(online ? now : car.last_seen_at), online ? car.signal_strength_dbm() : -120,
                     online ? "lte" : "none");
}

std::string history_body(const Car& car, CommandQueue& commands) {
  std::string out = R"({"items":[)";
  const std::size_t count = car.commands.size();
  for (std::size_t i = count > history_items_max ? count - history_items_max : 0; i < count; ++i) {
    const Command& command = commands.at(car.commands[i]);
    if (out.back() == '}') out += ',';
    out += R"({"commandId":)";
    append_quoted(out, command.id);
    out += R"(,"serviceId":)";
    append_quoted(out, command.service_id);
    const Instant at = command.state == CommandState::accepted ? command.accepted_at : command.changed_at;
    fmt::format_to(std::back_inserter(out), R"(,"action":"{}","status":"{}","at":"{}","source":"api"}})",
                   command.enable ? "enable" : "disable", to_string(command.state), to_rfc3339(at));
  }
  return out += "]}";
}

}  // namespace contactor::world
