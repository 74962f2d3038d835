#include <fmt/format.h>

#include <cmath>

#include "charging/decimal.h"
#include "charging_json/write_value.h"
#include "charging_ocpi/ocpi.h"
#include "charging_ocpi/periods.h"
#include "charging_ocpi/read.h"
#include "json/json.h"

namespace contactor::charging_ocpi {
namespace {

using namespace charging;

/// One deeper than the list it came in.
constexpr std::size_t kKeptDepthMax = 64;

/// Numbers as people write them, 7.4 and not 7.4E0; all else as it is.
void write_value(std::string& out, const json::value& value);

void write_members(std::string& out, const json::object& members) {
  out += '{';
  for (bool first = true; const auto& member : members) {
    if (!std::exchange(first, false)) out += ',';
    charging_json::write_text(out, member.key());
    out += ':';
    write_value(out, member.value());
  }
  out += '}';
}

void write_value(std::string& out, const json::value& value) {
  if (const auto* number = value.if_double()) {
    const std::string text = fmt::format("{}", *number);
    out += text;
    if (text.find_first_of(".e") == std::string::npos) out += ".0";
  } else if (const auto* list = value.if_array()) {
    out += '[';
    for (bool first = true; const auto& element : *list) {
      if (!std::exchange(first, false)) out += ',';
      write_value(out, element);
    }
    out += ']';
  } else if (const auto* members = value.if_object()) {
    write_members(out, *members);
  } else {
    out += json::serialize(value);
  }
}

/// A number with decimals. Up to 15 digits are exact in a double, and so come out as they went in.
json::value number(std::int64_t count, int decimals) {
  return json::value(std::strtod(decimal_text(count, decimals).c_str(), nullptr));
}
json::value kilowatt_hours(const ChargingEvent& event) {
  return number(event.energy.value_or(WattHours()).count(), KilowattHourUnit::decimals);
}
json::value hours(const ChargingEvent& event) {
  return number(*scaled(event.duration.value_or(Seconds()).count(), 10'000, 3600), 4);
}
/// OCPI's regular expression wants five to seven decimals, and its length leaves room for six.
json::value degrees(std::optional<TenMillionthDegrees> angle) {
  return json::value(
      fmt::format("{:.6f}", static_cast<double>(angle.value_or(TenMillionthDegrees()).count()) * 1e-7));
}
json::object coordinates(const ChargingEvent& event) {
  return {{"latitude", degrees(event.latitude)}, {"longitude", degrees(event.longitude)}};
}
json::value moment(std::optional<Instant> at) { return json::value(to_rfc3339(at.value_or(Instant()))); }

/// What OCPI brought of an event, if it did. Of what was kept, what was left out is missing.
struct Origin {
  json::object cdr;
  json::object session;
  [[nodiscard]] bool has(Object object) const { return !(object == Object::cdr ? cdr : session).empty(); }
  [[nodiscard]] const json::object& any() const { return cdr.empty() ? session : cdr; }
};
Origin origin_of(const ChargingEvent& event) {
  Origin origin;
  const auto info = json::parse(event.provider_info.text, {.depth = kKeptDepthMax});
  const auto* members = info ? info->if_object() : nullptr;
  if (members == nullptr) return origin;
  if (const auto* kept = json::object_at(*members, kept_as(Object::cdr))) origin.cdr = *kept;
  if (const auto* kept = json::object_at(*members, kept_as(Object::session))) origin.session = *kept;
  return origin;
}

/// Members that both objects have under one name.
void copy(json::object& to, const json::object& from, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names)
    if (const auto* value = from.if_contains(name)) to[name] = *value;
}

json::array one_period(const ChargingEvent& event) {
  json::array dimensions{json::object{{"type", "ENERGY"}, {"volume", kilowatt_hours(event)}}};
  if (event.charging_power)
    dimensions.push_back(json::object{
        {"type", "MAX_POWER"}, {"volume", number(event.charging_power->count(), KilowattUnit::decimals)}});
  return {json::object{{"start_date_time", moment(event.started_at)}, {"dimensions", std::move(dimensions)}}};
}

/// What CDR and Session have in common, of an event that OCPI did not bring as this object.
json::object common_part(const ChargingEvent& event, const Party& party, const json::object& other) {
  const std::string_view uid = event.vin ? event.vin->str() : std::string_view("unknown");
  json::object made{{"country_code", party.country_code},
                    {"party_id", party.party_id},
                    {"start_date_time", moment(event.started_at)},
                    {"cdr_token",
                     {{"country_code", party.country_code},
                      {"party_id", party.party_id},
                      {"uid", uid},
                      {"type", "OTHER"},
                      {"contract_id", uid}}},
                    {"auth_method", "WHITELIST"},
                    // ISO 4217's word for "none".
                    {"currency", std::string(3, 'X')},
                    {"charging_periods", one_period(event)},
                    {"last_updated", moment(event.updated_at ? event.updated_at : event.ended_at)}};
  copy(made, other,
       {"country_code", "party_id", "cdr_token", "auth_method", "authorization_reference", "meter_id",
        "currency", "charging_periods"});
  return made;
}

std::string_view text_or(const json::object& from, std::string_view member, std::string_view otherwise) {
  return json::string_at(from, member).value_or(otherwise);
}

json::object new_cdr(const ChargingEvent& event, const Party& party, const json::object& session) {
  json::object made = common_part(event, party, session);
  const std::string_view device = event.device_id ? std::string_view(*event.device_id) : "unknown";
  made["id"] = event.id.str();
  if (const auto id = json::string_at(session, "id")) made["session_id"] = *id;
  made["end_date_time"] = moment(event.ended_at);
  made["cdr_location"] = {{"id", text_or(session, "location_id", "unknown")},
                          {"address", "unknown"},
                          {"city", "unknown"},
                          {"country", "ZZZ"},
                          {"coordinates", coordinates(event)},
                          {"evse_uid", device},
                          {"evse_id", device},
                          {"connector_id", text_or(session, "connector_id", "1")},
                          {"connector_standard", "IEC_62196_T2"},
                          {"connector_format", "SOCKET"},
                          {"connector_power_type", "AC_3_PHASE"}};
  made["total_cost"] = json::object{{"excl_vat", 0}};
  copy(made, session, {"total_cost"});
  made["total_energy"] = kilowatt_hours(event);
  made["total_time"] = hours(event);
  return made;
}

json::object new_session(const ChargingEvent& event, const Party& party, const json::object& cdr) {
  json::object made = common_part(event, party, cdr);
  const auto* location = json::object_at(cdr, "cdr_location");
  const json::object nowhere;
  const json::object& where = location == nullptr ? nowhere : *location;
  made["id"] = text_or(cdr, "session_id", event.id.str());
  if (event.ended_at) made["end_date_time"] = moment(event.ended_at);
  made["kwh"] = kilowatt_hours(event);
  made["location_id"] = text_or(where, "id", "unknown");
  made["evse_uid"] =
      event.device_id ? std::string_view(*event.device_id) : text_or(where, "evse_uid", "unknown");
  made["connector_id"] = text_or(where, "connector_id", "1");
  copy(made, cdr, {"total_cost"});
  made["status"] = event.ended_at ? "COMPLETED" : "ACTIVE";
  return made;
}

/// The object that was read, with what the event says otherwise by now.
json::object corrected_origin(Object object, json::object kept, const ChargingEvent& event) {
  const OneRead before = read_one(object, kept);
  const ChargingEvent was = before.event.value_or(ChargingEvent{});
  const bool is_cdr = object == Object::cdr;
  const bool other_energy = was.energy != event.energy || was.charging_power != event.charging_power;
  // A CDR must have them; they may have been left out for their length.
  if (kept.contains("charging_periods") ? other_energy : is_cdr) kept["charging_periods"] = one_period(event);
  if (other_energy) kept[is_cdr ? "total_energy" : "kwh"] = kilowatt_hours(event);
  if (was.started_at != event.started_at) kept["start_date_time"] = moment(event.started_at);
  if (was.ended_at != event.ended_at) {
    kept.erase("end_date_time");
    if (event.ended_at) kept["end_date_time"] = moment(event.ended_at);
    if (!is_cdr) kept["status"] = event.ended_at ? "COMPLETED" : "ACTIVE";
  }
  if (is_cdr && was.duration != event.duration) {
    kept.erase("total_parking_time");
    kept["total_time"] = hours(event);
  }
  if (is_cdr && (was.latitude != event.latitude || was.longitude != event.longitude)) {
    json::value& location = kept["cdr_location"];
    if (!location.is_object()) location.emplace_object();
    location.as_object()["coordinates"] = coordinates(event);
  }
  return kept;
}

}  // namespace

std::optional<std::string> write(Object object, const ChargingEvent& event, const Party& party) {
  if (event.quarantined || (object == Object::cdr && !event.ended_at)) return std::nullopt;
  Origin origin = origin_of(event);
  json::object made;
  if (origin.has(object)) {
    made = corrected_origin(object, std::move(object == Object::cdr ? origin.cdr : origin.session), event);
  } else {
    made =
        object == Object::cdr ? new_cdr(event, party, origin.session) : new_session(event, party, origin.cdr);
  }
  std::string out;
  write_members(out, made);
  return out;
}

std::string write_list(Object object, std::span<const ChargingEvent> events, const Party& party,
                       Instant now) {
  std::string out = R"({"data":[)";
  bool first = true;
  for (const ChargingEvent& event : events) {
    const auto one = write(object, event, party);
    if (!one) continue;
    if (!std::exchange(first, false)) out += ',';
    out += *one;
  }
  return out + R"(],"status_code":1000,"timestamp":")" + to_rfc3339(now) + "\"}";
}

}  // namespace contactor::charging_ocpi
