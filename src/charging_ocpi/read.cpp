#include "charging_ocpi/read.h"

#include <fmt/format.h>

#include "charging/rules.h"
#include "charging_ocpi/members.h"
#include "charging_ocpi/periods.h"
#include "json/json.h"

namespace contactor::charging_ocpi {
namespace {

using namespace charging;

constexpr std::int64_t kIdBytesMax = 64;  // OCPI says 36 or 39; senders are generous
constexpr int kHourDecimals = 9;
constexpr std::int64_t kNanoHoursMax = kDuration.max / 3600 * 1'000'000'000;
/// So much the energy of the periods may differ from the total: both are rounded, the periods each.
constexpr std::int64_t kRoundingOfAPeriod = 1'000'000;

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

/// `ocpi:DE*ABC`; OCPI does not tell capitals from small letters here.
void read_party(ChargingEvent& event, Members& from) {
  const auto country = from.text("country_code", 2, Need::required);
  const auto party = from.text("party_id", 3, Need::required);
  if (country && party) event.provider = "ocpi:" + upper(*country) + "*" + upper(*party);
}

/// Some fleets hand out the VIN as the card's number. Only a token that is no card can be one: RFID numbers
/// are not chosen by people.
void read_vehicle(ChargingEvent& event, Members& from) {
  const auto uid = from.text("cdr_token.uid", kIdBytesMax, Need::required);
  const auto type = from.text("cdr_token.type", kIdBytesMax, Need::optional);
  if (!uid || type != "OTHER") return;
  if (auto vin = Vin::parse(*uid)) event.vin = *vin;
}

void read_energy(ChargingEvent& event, Members& from, std::string_view member, const Periods& periods) {
  const auto exact = from.number(member, kEnergyDecimals, kRegister, Need::required);
  if (!exact) return;
  event.energy = to_watt_hours(MicroWattHours(*exact));
  if (*exact < 0) event.direction = Direction::export_;
  if (!periods.energy) return;
  const auto apart = checked_subtract(*periods.energy, MicroWattHours(*exact));
  const auto allowed = kRoundingOfAPeriod * static_cast<std::int64_t>(periods.count + 1);
  if (!apart || apart->count() > allowed || apart->count() < -allowed)
    event.quality.add(Flag::energy_mismatch);
}

void read_coordinates(ChargingEvent& event, Members& from) {
  const auto latitude = from.number("cdr_location.coordinates.latitude", 7, kLatitude, Need::optional);
  const auto longitude = from.number("cdr_location.coordinates.longitude", 7, kLongitude, Need::optional);
  if (latitude) event.latitude = TenMillionthDegrees(*latitude);
  if (longitude) event.longitude = TenMillionthDegrees(*longitude);
}

/// Charging, without the parking that OCPI counts as part of the session.
void read_duration(ChargingEvent& event, Members& from) {
  const auto total = from.number("total_time", kHourDecimals, {0, kNanoHoursMax}, Need::required);
  const auto parked = from.number("total_parking_time", kHourDecimals, {0, kNanoHoursMax}, Need::optional);
  if (!total || parked.value_or(0) > *total) return;
  event.duration = Seconds(*scaled(*total - parked.value_or(0), 3600, 1'000'000'000));
}

void read_periods(ChargingEvent& event, const Periods& periods) {
  event.charging_power = periods.power;
  event.start_state_of_charge = periods.first_state_of_charge;
  event.end_state_of_charge = periods.last_state_of_charge;
}

/// The CDR is what was the session, so it takes the session's id where it names one.
void read_cdr(ChargingEvent& event, Members& from, const Periods& periods) {
  const auto id = from.text("id", kIdBytesMax, Need::required);
  event.provider_event_id = from.text("session_id", kIdBytesMax, Need::optional);
  if (!event.provider_event_id && id) event.provider_event_id = "cdr:" + *id;
  event.device_id = from.text("cdr_location.evse_uid", kIdBytesMax, Need::required);
  event.ended_at = from.moment("end_date_time", Need::required);
  read_energy(event, from, "total_energy", periods);
  read_coordinates(event, from);
  read_duration(event, from);
}

void read_session(ChargingEvent& event, Members& from, const Periods& periods, bool is_open) {
  event.provider_event_id = from.text("id", kIdBytesMax, Need::required);
  event.device_id = from.text("evse_uid", kIdBytesMax, Need::required);
  read_energy(event, from, "kwh", periods);
  if (is_open) return;
  event.ended_at = from.moment("end_date_time", Need::optional);
  if (!event.ended_at) event.ended_at = from.moment("last_updated", Need::required);
}

/// Why an object that is right tells of no charging; empty where it does.
std::string no_charging(Object object, Members& from, std::string_view status) {
  if (object == Object::cdr && from.is_true("credit"))
    return "gives money back, and is no charging of its own";
  if (status == "RESERVATION") return "is a reservation";
  if (status == "PENDING") return "has not begun to charge";
  return {};
}

bool is_status(std::string_view text) {
  static constexpr std::array<std::string_view, 5> kAll = {"ACTIVE", "COMPLETED", "INVALID", "PENDING",
                                                           "RESERVATION"};
  return std::ranges::find(kAll, text) != kAll.end();
}

bool has_nul(const json::value& value) {
  const auto in_text = [](std::string_view text) { return text.contains('\0'); };
  if (const auto* text = value.if_string()) return in_text(*text);
  if (const auto* list = value.if_array()) return std::ranges::any_of(*list, has_nul);
  if (const auto* members = value.if_object())
    return std::ranges::any_of(*members,
                               [&](const auto& m) { return in_text(m.key()) || has_nul(m.value()); });
  return false;
}

/// The object itself beside the event. What is too long for that loses its bulky parts, and says so.
void keep(ChargingEvent& event, Object object, const json::object& from, Members& members) {
  json::object kept;
  json::object& copy = kept[kept_as(object)].emplace_object() = from;
  json::array left_out;
  for (const std::string_view bulky : {"", "signed_data", "tariffs", "charging_periods"}) {
    if (!bulky.empty() && copy.erase(bulky) == 0) continue;
    if (!bulky.empty()) left_out.push_back(json::value(bulky));
    if (!left_out.empty()) kept["left_out"] = left_out;
    event.provider_info.text = json::serialize(kept);
    if (std::cmp_less_equal(event.provider_info.text.size(), kObjectText.max)) {
      if (has_nul(kept)) members.blame("a text", "has a control character that cannot be kept");
      return;
    }
  }
  members.blame("the object", "is larger than can be kept");
}

}  // namespace

OneRead read_one(Object object, const boost::json::object& from) {
  ChargingEvent event;
  Members members(from);
  std::string status;
  if (object == Object::session) {
    status = members.text("status", kIdBytesMax, Need::required).value_or("");
    if (!status.empty() && !is_status(status)) members.blame("status", "is none of OCPI's");
  }
  if (auto why = no_charging(object, members, status); !why.empty())
    return {.without_charging = std::move(why)};
  const Periods periods = periods_of(members.list("charging_periods"));
  read_party(event, members);
  read_vehicle(event, members);
  if (const auto started = members.moment("start_date_time", Need::required)) event.started_at = *started;
  if (object == Object::cdr) read_cdr(event, members, periods);
  if (object == Object::session) read_session(event, members, periods, status == "ACTIVE");
  read_periods(event, periods);
  keep(event, object, from, members);
  if (members.fault()) return {.fault = *members.fault()};
  if (periods.fault) return {.fault = *periods.fault};
  return {.event = settled(std::move(event))};
}

namespace {

constexpr std::int64_t kSuccess = 1000, kSuccessEnd = 2000;

Error no_list(std::string detail) {
  return {.kind = ErrorKind::invalid, .origin = "ocpi", .detail = std::move(detail)};
}

/// The elements of whatever a list came as.
Result<json::array> elements_of(json::value document) {
  if (auto* list = document.if_array()) return std::move(*list);
  auto* object = document.if_object();
  if (object == nullptr) return fail(no_list("neither a list nor an object"));
  if (!object->contains("status_code")) return json::array{std::move(document)};
  const auto code = json::integer_at(*object, "status_code");
  if (!code) return fail(no_list("status_code must be a whole number"));
  if (*code < kSuccess || *code >= kSuccessEnd)
    return fail(no_list(fmt::format("the sender says that it failed: {} {}", *code,
                                    json::short_text_at(*object, "status_message", 200))));
  json::value* data = object->if_contains("data");
  if (data == nullptr || data->is_null()) return json::array{};
  if (auto* list = data->if_array()) return std::move(*list);
  if (data->is_object()) return json::array{std::move(*data)};
  return fail(no_list("data is neither a list nor an object"));
}

}  // namespace

Result<Reading> read(Object object, std::string_view text) {
  CTR_TRY(document, json::parse(text, {.bytes = kListBytesMax, .depth = 32}));
  CTR_TRY(elements, elements_of(std::move(document)));
  Reading reading;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const auto* element = elements[i].if_object();
    if (element == nullptr) {
      reading.faults.push_back({i, "", "must be an object"});
      continue;
    }
    OneRead one = read_one(object, *element);
    if (one.event) {
      reading.events.push_back(std::move(*one.event));
      reading.indices.push_back(i);
      continue;
    }
    Remark remark{i, json::short_text_at(*element, "id", 64), std::move(one.fault)};
    auto& list = remark.what.empty() ? reading.without_charging : reading.faults;
    if (remark.what.empty()) remark.what = std::move(one.without_charging);
    list.push_back(std::move(remark));
  }
  return reading;
}

}  // namespace contactor::charging_ocpi
