#include "gateways/iot_api/wire.h"

#include <algorithm>

#include "gateways/iot_api/fields.h"
#include "gateways/iot_api/snapshot.h"
#include "json/json.h"
#include "ports/http_error.h"
#include "ports/retry_after.h"

namespace contactor::gateways::iot_api {
namespace {

constexpr std::size_t kFeaturesMax = 1000;
constexpr std::size_t kHistoryMax = 10'000;

/// `{"error":{"code","message"}}` into the facts; true where it is there.
bool read_error(const json::object& body, ota::AnswerFacts& facts) {
  const auto* error = json::object_at(body, "error");
  if (error == nullptr) return false;
  facts.error_code = json::short_text_at(*error, "code", 64);
  if (facts.error_code.empty()) return false;
  facts.error_message = text_of(*error, "message", 512).value_or("");
  return true;
}

bool has_documented_types(const json::object& body) {
  const auto* confirmed = body.if_contains("confirmed");
  return json::string_at(body, "status").has_value() && (confirmed == nullptr || confirmed->is_bool());
}

/// An answer that is not 200, as an error. Reading changes nothing, so `applied` is no.
Error fold_error(const ports::HttpResponse& response, Instant now) {
  ota::AnswerFacts facts;
  if (const auto body = parse_object(response.body)) read_error(*body, facts);
  ErrorKind kind = ports::kind_of_status(response.status);
  if (response.status >= 400 && facts.error_code == "rate_limited") kind = ErrorKind::rate_limited;
  return {.kind = kind,
          .applied = Applied::no,
          .retry_after = ports::parse_retry_after(response.header("Retry-After"), now),
          .origin = "iot_api",
          .detail = fmt::format("answered {} {}", response.status, facts.error_code)};
}

Result<json::object> body_of(const ports::HttpResponse& response, Instant now) {
  if (response.status != 200) return fail(fold_error(response, now));
  CTR_TRY(body, parse_object(response.body));
  if (ota::AnswerFacts facts; read_error(body, facts))
    return not_documented("a 200 with the error " + facts.error_code);
  return body;
}

Result<std::vector<ota::FeatureState>> read_features(const json::object& body) {
  std::vector<ota::FeatureState> features;
  const auto* listed = body.if_contains("features");
  if (listed == nullptr || listed->is_null()) return features;
  if (!listed->is_object() || listed->get_object().size() > kFeaturesMax) return not_documented("features");
  for (const auto& [id, value] : listed->get_object()) {
    if (!value.is_object()) return not_documented("a feature is not an object");
    CTR_TRY(state, text_of(value.get_object(), "state"));
    CTR_TRY(generation, number_of(value.get_object(), "generation"));
    if (generation.value_or(0) < 0) return not_documented("a generation below zero");
    features.push_back({.service_id = std::string(id),
                        .active = state == "active",
                        .generation = static_cast<std::uint64_t>(generation.value_or(0))});
  }
  return features;
}

/// Fills in what the answer says of our command; of another one it says nothing to us.
Status read_command(const json::object& body, std::string_view command_id, ota::VehicleStatus& status) {
  const auto* listed = body.if_contains("command");
  if (listed == nullptr || listed->is_null() || command_id.empty()) return {};
  if (!listed->is_object()) return not_documented("command is not an object");
  const auto& command = listed->get_object();
  CTR_TRY(id, text_of(command, "commandId"));
  if (id != command_id) return {};
  CTR_TRY(command_status, status_of(command, "status"));
  status.command = command_status;
  status.command_failure = failure_of(command, command_status);
  return {};
}

Status check_vehicle(const json::object& body, const Vin& vin) {
  CTR_TRY(text, text_of(body, "vin"));
  const auto named = Vin::parse(text);
  if (!named || *named != vin) return not_documented("it is about another vehicle");
  return {};
}

/// Nothing for an action that is neither of the two: other systems may write their own lines into this
/// history.
Result<std::optional<ota::IotHistoryItem>> read_item(const json::value& value) {
  if (!value.is_object()) return not_documented("a history item is not an object");
  const auto& item = value.get_object();
  CTR_TRY(command_id, text_of(item, "commandId"));
  CTR_TRY(service_id, text_of(item, "serviceId"));
  CTR_TRY(action, text_of(item, "action"));
  CTR_TRY(status, status_of(item, "status"));
  CTR_TRY(at, moment_of(item, "at"));
  CTR_TRY(source, text_of(item, "source"));
  if (action != "enable" && action != "disable") return std::optional<ota::IotHistoryItem>();
  if (!at) return not_documented("a history item without its time");
  return std::optional(ota::IotHistoryItem{.command_id = std::move(command_id),
                                           .service_id = std::move(service_id),
                                           .enable = action == "enable",
                                           .status = status,
                                           .at = *at,
                                           .source = std::move(source)});
}

}  // namespace

ota::AnswerFacts read_configure(const ports::HttpResponse& response, std::string_view command_id,
                                Instant now) {
  ota::AnswerFacts facts{.http_status = response.status,
                         .status = {},
                         .retry_after = ports::parse_retry_after(response.header("Retry-After"), now)};
  const auto body = parse_object(response.body);
  if (!body) return facts;
  if (read_error(*body, facts)) {
    facts.body_understood = true;
    return facts;
  }
  if (json::string_at(*body, "commandId") != command_id || !has_documented_types(*body)) return facts;
  facts.body_understood = true;
  facts.status = status_of(*body, "status").value_or(ota::CommandStatus::unknown);
  facts.confirmed = json::bool_at(*body, "confirmed").value_or(false);
  return facts;
}

Result<ota::VehicleStatus> read_status(const ports::HttpResponse& response, const Vin& vin,
                                       std::string_view command_id, Instant now) {
  CTR_TRY(body, body_of(response, now));
  CTR_CHECK(check_vehicle(body, vin));
  CTR_TRY(online, flag_of(body, "online"));
  if (!online) return not_documented("online is missing");
  CTR_TRY(signal, number_of(body, "signalStrengthDbm"));
  CTR_TRY(firmware, text_of(body, "firmwareVersion"));
  CTR_TRY(drive_state, text_of(body, "state"));
  CTR_TRY(features, read_features(body));
  ota::VehicleStatus status{.online = *online,
                            .signal_strength_dbm = signal,
                            .firmware_version = std::move(firmware),
                            .drive_state = std::move(drive_state),
                            .features = std::move(features)};
  CTR_CHECK(read_command(body, command_id, status));
  status.snapshot = snapshot_of(std::move(body));
  return status;
}

Result<ota::VehicleHealth> read_health(const ports::HttpResponse& response, Instant now) {
  CTR_TRY(body, body_of(response, now));
  CTR_TRY(reachable, flag_of(body, "reachable"));
  if (!reachable) return not_documented("reachable is missing");
  CTR_TRY(last_seen_at, moment_of(body, "lastSeenAt"));
  CTR_TRY(signal, number_of(body, "signalStrengthDbm"));
  CTR_TRY(network, text_of(body, "network"));
  return ota::VehicleHealth{.reachable = *reachable,
                            .last_seen_at = last_seen_at,
                            .signal_strength_dbm = signal,
                            .network = std::move(network)};
}

Result<std::vector<ota::IotHistoryItem>> read_history(const ports::HttpResponse& response, Instant now) {
  CTR_TRY(body, body_of(response, now));
  const auto* listed = json::array_at(body, "items");
  if (listed == nullptr) return not_documented("items is missing");
  std::vector<ota::IotHistoryItem> items;
  for (const auto& value : *listed) {
    CTR_TRY(item, read_item(value));
    if (item) items.push_back(std::move(*item));
  }
  std::ranges::stable_sort(items, {}, &ota::IotHistoryItem::at);
  if (items.size() > kHistoryMax) items.erase(items.begin(), items.end() - kHistoryMax);
  return items;
}

}  // namespace contactor::gateways::iot_api
