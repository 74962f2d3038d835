#include "app/fleet_words.h"

#include <fmt/format.h>

#include "app/ask.h"
#include "fleet/oem.h"
#include "json/json.h"

namespace contactor::app {
namespace {

std::string wanted_words(const json::object& vehicle) {
  const auto* const wanted = json::object_at(vehicle, "wanted");
  if (wanted == nullptr) return "nothing";
  const bool is_on = json::bool_at(*wanted, "active").value_or(false);
  std::string words = fmt::format("{} ({})", is_on ? "on" : "off", text_at(*wanted, "why"));
  if (const auto until = text_at(*wanted, "until"); !until.empty()) words += fmt::format(", until {}", until);
  return words;
}

std::string observed_words(const json::object& vehicle) {
  const auto at = text_at(vehicle, "observed_at");
  std::string words(text_at(vehicle, "standing"));
  words += at.empty() ? ", never read" : fmt::format(", read {}", at);
  if (json::bool_at(vehicle, "silent").value_or(false)) words += "; asked for long ago, and nothing came";
  if (text_at(vehicle, "intent") != "none")
    words +=
        fmt::format("; a call to {} it was begun, and its outcome is not known", text_at(vehicle, "intent"));
  return words;
}

std::string blocked_words(const json::object& vehicle) {
  const auto* const reason = json::object_at(vehicle, "reason");
  if (text_at(vehicle, "oem").empty()) return "no cloud serves this make";
  if (reason == nullptr) return json::bool_at(vehicle, "blocked").value_or(false) ? "refused" : "nothing";
  std::string words =
      fmt::format("{} {} ({})", text_at(*reason, "text"), text_at(*reason, "todo"), text_at(*reason, "who"));
  if (const auto said = text_at(vehicle, "oem_detail"); !said.empty())
    words += fmt::format("; the cloud said: {}", said);
  return words;
}

std::string next_words(const json::object& vehicle) {
  if (text_at(vehicle, "oem").empty()) return "nothing, until its make has a route";
  if (json::bool_at(vehicle, "blocked").value_or(false)) {
    const auto* const reason = json::object_at(vehicle, "reason");
    const bool lacks_consent = reason != nullptr && text_at(*reason, "key").starts_with("consent_");
    return lacks_consent ? "nothing, until a new consent of its owner is imported"
                         : "nothing, until its wish changes";
  }
  const auto at = text_at(vehicle, "next_check_at");
  return at.empty() ? "looked at with the next run"
                    : fmt::format("looked at with the first run after {}", at);
}

}  // namespace

std::string fleet_words(const json::object& vehicle) {
  const auto oem = fleet::parse_oem(text_at(vehicle, "oem"));
  const auto fleet = text_at(vehicle, "fleet");
  return fmt::format(
      "data connection of {}{}{}\n  wanted    {}\n  observed  {}\n  blocked   {}\n  next      {}\n",
      text_at(vehicle, "vin"), oem ? fmt::format(" at {}", fleet::shown(*oem)) : "",
      fleet.empty() ? "" : fmt::format(", fleet {}", fleet), wanted_words(vehicle), observed_words(vehicle),
      blocked_words(vehicle), next_words(vehicle));
}

}  // namespace contactor::app
