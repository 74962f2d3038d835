#include "api/fleet_explain.h"

#include <fmt/format.h>

#include "api/activation_codec.h"
#include "api/vehicle_codec.h"
#include "fleet/reasons.h"
#include "json/json.h"

namespace contactor::api {
namespace {

bool is_set(Instant at) { return !at.is_never() && at != Instant(); }

std::string subject_words(const engine::Surveyed& of) {
  std::string words = fmt::format("data connection of {}", of.vehicle.vin.str());
  if (of.route.oem) words += fmt::format(" at {}", fleet::shown(*of.route.oem));
  if (const auto& fleet = of.vehicle.wish.fleet; !fleet.empty()) words += ", fleet " + fleet;
  return words;
}

std::string wanted_words(const fleet::Wanted& wanted) {
  std::string words = fmt::format("{} ({})",
                                  !wanted.decided ? "nothing"
                                  : wanted.active ? "on"
                                                  : "off",
                                  fleet::to_string(wanted.why));
  if (is_set(wanted.until)) words += fmt::format(", until {}", to_rfc3339(wanted.until));
  return words;
}

std::string observed_words(const fleet::Vehicle& vehicle, Millis silent_after, Instant now) {
  std::string words(fleet::to_string(vehicle.cloud.standing));
  words += is_set(vehicle.observed_at) ? fmt::format(", read {}", to_rfc3339(vehicle.observed_at))
                                       : std::string(", never read");
  if (fleet::is_silent(vehicle, silent_after, now)) words += "; asked for long ago, and nothing came";
  if (vehicle.intent != fleet::Intent::none)
    words += fmt::format("; a call to {} it was begun, and its outcome is not known",
                         fleet::to_string(vehicle.intent));
  return words;
}

std::vector<std::string> obstacles(const engine::Surveyed& of) {
  const fleet::Vehicle& vehicle = of.vehicle;
  if (!of.route.oem) return {"no cloud serves this make"};
  if (vehicle.cloud.reason.empty())
    return vehicle.blocked ? std::vector<std::string>{"refused"} : std::vector<std::string>{};
  const fleet::Reason& reason = fleet::find_reason(*of.route.oem, vehicle.cloud.reason);
  std::string words = fmt::format("{} {} ({})", reason.text, reason.todo, fleet::to_string(reason.who));
  if (!vehicle.cloud.detail.empty()) words += "; the cloud said: " + vehicle.cloud.detail;
  return {std::move(words)};
}

void say_what_is_next(FleetExplanation& out, Instant now) {
  const fleet::Vehicle& vehicle = out.vehicle.vehicle;
  if (!out.vehicle.route.oem) {
    out.next = "nothing, until its make has a route";
  } else if (vehicle.blocked) {
    const bool lacks_consent = vehicle.cloud.reason.starts_with("consent_");
    out.next = lacks_consent ? "nothing, until a new consent of its owner is imported"
                             : "nothing, until its wish changes";
  } else if (engine::is_due(vehicle, now)) {
    out.next = "the next run looks at it";
  } else {
    out.next = "a run looks at it";
    out.next_at = vehicle.next_check_at;
  }
}

}  // namespace

FleetExplanation explain(engine::Surveyed vehicle, const engine::FleetSettings& settings, Instant now) {
  FleetExplanation out;
  out.subject = subject_words(vehicle);
  out.wanted = wanted_words(vehicle.wanted);
  out.observed = observed_words(vehicle.vehicle, settings.pace.silent_after, now);
  out.blocked_by = obstacles(vehicle);
  out.vehicle = std::move(vehicle);
  say_what_is_next(out, now);
  return out;
}

json::object explanation_object(const FleetExplanation& explanation, const engine::FleetSettings& settings,
                                Instant now) {
  json::object words{
      {"wanted", explanation.wanted},
      {"observed", explanation.observed},
      {"blocked_by", json::array(explanation.blocked_by.begin(), explanation.blocked_by.end())},
      {"next", explanation.next},
      {"next_at", moment_value(explanation.next_at)}};
  json::object vehicle = vehicle_object(explanation.vehicle, now, settings.pace.silent_after);
  vehicle["explanation"] = words;
  words["subject"] = explanation.vehicle.vehicle.vin.str();
  words["fleet"] = std::move(vehicle);
  return words;
}

std::string explanation_text(const FleetExplanation& explanation) {
  std::string out = fmt::format("{}\n  wanted    {}\n  observed  {}\n", explanation.subject,
                                explanation.wanted, explanation.observed);
  for (const auto& obstacle : explanation.blocked_by) out += fmt::format("  blocked   {}\n", obstacle);
  if (explanation.blocked_by.empty()) out += "  blocked   nothing\n";
  out += fmt::format("  next      {}", explanation.next);
  return out + (is_set(explanation.next_at) ? fmt::format(", {}\n", to_rfc3339(explanation.next_at)) : "\n");
}

}  // namespace contactor::api
