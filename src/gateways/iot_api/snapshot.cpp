#include "gateways/iot_api/snapshot.h"

#include <array>
#include <charconv>
#include <cmath>

#include "json/json.h"

namespace contactor::gateways::iot_api {
namespace {

constexpr std::array<std::string_view, 14> kPositionKeys{
    "lat",      "latitude", "lon", "lng", "long",  "longitude",   "coordinates",
    "location", "position", "gps", "geo", "point", "gpslocation", "lastposition"};
constexpr std::array<std::string_view, 4> kLongNames{"latitude", "longitude", "position", "location"};

std::string folded(std::string_view key) {
  std::string text;
  for (const char c : key) {
    if (c >= 'A' && c <= 'Z') text += static_cast<char>(c - 'A' + 'a');
    if (c >= 'a' && c <= 'z') text += c;
  }
  return text;
}

/// `vehicleLatitude`, `gps_latitude` and the like are found by their ending.
bool names_position(std::string_view key) {
  const std::string name = folded(key);
  const auto ends = [&name](std::string_view ending) { return name.ends_with(ending); };
  return std::ranges::find(kPositionKeys, name) != kPositionKeys.end() ||
         std::ranges::any_of(kLongNames, ends);
}

double rounded(double degrees) { return std::round(degrees * 10) / 10; }

/// A position written as text is rounded where it is one number, and withheld otherwise: it may be an
/// address.
void coarsen_text(json::value& value) {
  const std::string_view text = value.get_string();
  double degrees = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), degrees);
  if (error == std::errc{} && end == text.data() + text.size() && std::isfinite(degrees))
    value = rounded(degrees);
  else
    value = "withheld";
}

void coarsen(json::value& value, bool is_position) {
  if (auto* object = value.if_object()) {
    for (auto& member : *object) coarsen(member.value(), is_position || names_position(member.key()));
  } else if (auto* array = value.if_array()) {
    for (auto& item : *array) coarsen(item, is_position);
  } else if (is_position && value.is_double()) {
    value = rounded(value.get_double());
  } else if (is_position && value.is_string()) {
    coarsen_text(value);
  }
}

}  // namespace

std::string snapshot_of(json::object status) {
  // A feature may well be called "location"; its state is no position.
  for (auto& member : status)
    if (member.key() != "features" && member.key() != "command")
      coarsen(member.value(), names_position(member.key()));
  json::value document(std::move(status));
  std::string text = json::serialize(document);
  if (text.size() <= kSnapshotMax) return text;
  document.get_object().erase("telemetry");
  text = json::serialize(document);
  return text.size() <= kSnapshotMax ? text : R"({"withheld":"the status answer is too large to keep"})";
}

}  // namespace contactor::gateways::iot_api
