#include "engine/charging/stream.h"

#include "charging/rules.h"
#include "json/json.h"

namespace contactor::engine {
namespace {

template <class Model>
std::optional<std::string> stream_named_by(const Model& model) {
  if (model.device_id) return model.provider + "\nd:" + *model.device_id;
  if (model.vin) return model.provider + "\nv:" + std::string(model.vin->str());
  return std::nullopt;
}

/// A database may write an object in its own order.
bool same_object(const charging::JsonObject& a, const charging::JsonObject& b) {
  if (a == b) return true;
  const auto left = json::parse(a.text);
  const auto right = json::parse(b.text);
  return left && right && *left == *right;
}

}  // namespace

std::optional<std::string> stream_of(const charging::ChargingStat& stat) { return stream_named_by(stat); }
std::optional<std::string> stream_of(const charging::ChargingEvent& event) {
  auto stream = stream_named_by(event);
  if (!stream && event.provider_event_id) stream = event.provider + "\ne:" + *event.provider_event_id;
  return stream;
}

bool same_measurement(const charging::ChargingStat& a, const charging::ChargingStat& b) {
  if (!same_object(a.telemetry, b.telemetry)) return false;
  charging::ChargingStat other = b;
  other.telemetry = a.telemetry;
  other.created_at = a.created_at;
  other.charging_event_id = a.charging_event_id;
  other.vehicle_id = a.vehicle_id;
  other.credential_id = a.credential_id;
  return a == other;
}

charging::ChargingEvent next_version(const charging::ChargingEvent& stored, charging::ChargingEvent next) {
  if (same_object(stored.provider_info, next.provider_info)) next.provider_info = stored.provider_info;
  return charging::corrected(stored, std::move(next));
}

}  // namespace contactor::engine
