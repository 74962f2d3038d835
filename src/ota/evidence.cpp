#include "ota/evidence.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace contactor::ota {
namespace {

const FeatureState* feature_of(const VehicleStatus& status, const ServiceId& service) {
  const auto found = std::ranges::find(status.features, service.str(), &FeatureState::service_id);
  return found == status.features.end() ? nullptr : &*found;
}

/// Takes the next dot-separated part off the front.
std::string_view next_part(std::string_view& version) {
  const std::size_t dot = version.find('.');
  const std::string_view part = version.substr(0, dot);
  version = dot == std::string_view::npos ? std::string_view() : version.substr(dot + 1);
  return part;
}

std::optional<std::uint64_t> number(std::string_view part) {
  if (part.empty()) return 0;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
  if (error != std::errc{} || end != part.data() + part.size()) return std::nullopt;
  return value;
}

}  // namespace

Observed read_status(const VehicleStatus& status, const Activation& activation) {
  Observed seen{.source = "status",
                .ordinal = activation.command_ordinal,
                .status = status.command,
                .failure = status.command_failure};
  seen.contradicted = seen.status == CommandStatus::applied && contradicts(status, activation);
  if (seen.contradicted) seen.status = CommandStatus::delivered;
  return seen;
}

bool contradicts(const VehicleStatus& status, const Activation& activation) {
  const bool wanted = activation.order->action == Action::activate;
  const FeatureState* feature = feature_of(status, activation.order->service_id);
  return feature != nullptr && feature->active != wanted;
}

Observed read_history(const std::vector<IotHistoryItem>& history, const Activation& activation) {
  Observed seen{.source = "history", .ordinal = 0, .status = CommandStatus::unknown, .failure = {}};
  Instant newest;
  for (const auto& item : history) {
    const auto ref = parse_command_id(item.command_id);
    if (!ref || ref->activation != activation.id || item.at < newest) continue;
    newest = item.at;
    seen.ordinal = ref->ordinal;
    seen.status = item.status;
  }
  return seen;
}

bool shows_active(const VehicleStatus& status, const ServiceId& service) {
  const FeatureState* feature = feature_of(status, service);
  return feature != nullptr && feature->active;
}

std::optional<Obstacle> obstacle(const VehicleStatus& status, const Order& order) {
  const auto& needs = order.requirements;
  if (!status.online)
    return Obstacle{.failure = Failure{.category = FailureCategory::VehicleOffline,
                                       .code = "vehicle_offline",
                                       .message = "the vehicle was not online when it was asked"},
                    .wait = {}};
  if (!needs.min_firmware.empty() && is_older_firmware(status.firmware_version, needs.min_firmware))
    return Obstacle{.failure = Failure{.category = FailureCategory::VehicleIncompatible,
                                       .code = "firmware_too_old",
                                       .message = fmt::format("firmware {} is older than {}",
                                                              status.firmware_version, needs.min_firmware)},
                    .wait = {}};
  const bool model_known = !order.vehicle_model.empty() && !needs.compatible_models.empty();
  if (model_known &&
      std::ranges::find(needs.compatible_models, order.vehicle_model) == needs.compatible_models.end())
    return Obstacle{
        .failure = Failure{.category = FailureCategory::VehicleIncompatible,
                           .code = "model_not_supported",
                           .message = fmt::format("the service does not support {}", order.vehicle_model)},
        .wait = {}};
  if (needs.parked && status.drive_state == "driving")
    return Obstacle{.failure = {}, .wait = "the vehicle to be parked"};
  return std::nullopt;
}

bool needs_look(const Activation& activation) {
  const Order& order = *activation.order;
  const Requirements& needs = order.requirements;
  return activation.attempts > 0 || activation.command_ordinal > 0 || needs.parked ||
         !needs.min_firmware.empty() || !needs.compatible_models.empty() || !order.extends.empty();
}

bool is_older_firmware(std::string_view installed, std::string_view required) {
  while (!installed.empty() || !required.empty()) {
    const std::string_view mine = next_part(installed);
    const std::string_view wanted = next_part(required);
    const auto a = number(mine);
    const auto b = number(wanted);
    if (a && b ? *a != *b : mine != wanted) return a && b ? *a < *b : mine < wanted;
  }
  return false;
}

}  // namespace contactor::ota
