#include "fleet/alerts.h"

#include <fmt/format.h>

#include <algorithm>

#include "fleet/decide.h"
#include "fleet/names.h"

namespace contactor::fleet {
namespace {

constexpr auto kKinds = names_of<AlertKind>(
    {"model_missing", "model_by_hand", "unmapped", "refused", "silent", "make_not_served"});

constexpr auto kSentences = names_of<AlertKind>({
    "active without a model: no state of health without a battery capacity. Give them a model, or deactivate "
    "them",
    "with a model that was entered by hand: their state of health is only as good as that. This is not told "
    "again",
    "of a make that no cloud serves. Check the VIN, or give the make a route",
    "refused by their cloud, until somebody acts",
    "asked for long ago, and their cloud says nothing",
    "of a make that their cloud does not serve. Give the make another route",
});

constexpr AlertKind kAllKinds[] = {AlertKind::unmapped, AlertKind::make_not_served, AlertKind::refused,
                                   AlertKind::silent,   AlertKind::model_missing,   AlertKind::model_by_hand};
constexpr std::size_t kNamedMax = 20;
constexpr std::string_view kNotServed = "make_not_served";

bool belongs(const Alert& alert, AlertKind kind, bool digest) {
  if (alert.kind != kind || alert.ended_at != Instant()) return false;
  // RULINGS T52: exactly once for each VIN and model, so never in a reminder.
  return digest ? kind != AlertKind::model_by_hand : alert.told_at == Instant();
}

std::string line_of(const std::vector<Alert>& alerts, AlertKind kind, bool digest) {
  std::size_t count = 0;
  std::string names;
  for (const Alert& alert : alerts) {
    if (!belongs(alert, kind, digest) || ++count > kNamedMax) continue;
    const bool tells_more = kind != AlertKind::model_by_hand && !alert.about.empty();
    names += fmt::format("{}{}{}", names.empty() ? "" : ", ", alert.vin.masked(),
                         tells_more ? " (" + alert.about + ")" : "");
  }
  if (count == 0) return {};
  if (count > kNamedMax) names += fmt::format(" and {} more", count - kNamedMax);
  return fmt::format("{} {} {}: {}\n", count, count == 1 ? "vehicle" : "vehicles", kSentences.text(kind),
                     names);
}

}  // namespace

std::string_view to_string(AlertKind kind) { return kKinds.text(kind); }
std::optional<AlertKind> parse_alert_kind(std::string_view name) { return kKinds.parse(name); }

std::vector<Alert> alerts_of(const Vehicle& vehicle, std::string_view make, Instant now,
                             Millis silent_after) {
  std::vector<Alert> alerts;
  const auto raise = [&](AlertKind kind, std::string_view about) {
    alerts.push_back({.kind = kind,
                      .vin = vehicle.vin,
                      .about = std::string(about),
                      .oem = vehicle.oem,
                      .raised_at = now,
                      .told_at = {},
                      .ended_at = {}});
  };
  if (!vehicle.oem) raise(AlertKind::unmapped, make);
  if (vehicle.blocked)
    raise(vehicle.cloud.reason == kNotServed ? AlertKind::make_not_served : AlertKind::refused,
          vehicle.cloud.reason == kNotServed ? make : std::string_view(vehicle.cloud.reason));
  if (is_silent(vehicle, silent_after, now)) raise(AlertKind::silent, "");
  if (vehicle.status != true || !has_soh(make)) return alerts;
  if (!vehicle.model_id) raise(AlertKind::model_missing, make);
  if (vehicle.model_id && vehicle.model_by_hand)
    raise(AlertKind::model_by_hand, std::to_string(*vehicle.model_id));
  return alerts;
}

std::string message_of(const std::vector<Alert>& alerts, bool digest) {
  std::string text;
  for (const AlertKind kind : kAllKinds) text += line_of(alerts, kind, digest);
  if (text.empty()) return text;
  text.pop_back();
  return (digest ? "Still so:\n" : "") + text;
}

}  // namespace contactor::fleet
