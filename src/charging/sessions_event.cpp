#include "charging/sessions_event.h"

#include <algorithm>
#include <ranges>
#include <tuple>
#include <utility>

#include "charging/rules.h"

namespace contactor::charging {
namespace {

/// A state of charge read so much inside of the session still speaks for its edge.
constexpr Millis kEdge = std::chrono::minutes(10);

template <class Unit, class Member>
std::optional<Quantity<Unit>> mean(std::span<const Reading> readings, Member member,
                                   std::optional<Quantity<Unit>>) {
  __int128 sum = 0;
  std::int64_t count = 0;
  for (const Reading& reading : readings) {
    const auto& value = reading.stat.*member;
    if (!value || reading.flow == Flow::none) continue;
    sum += value->count();
    ++count;
  }
  if (count == 0) return std::nullopt;
  const auto rounded = scaled(static_cast<std::int64_t>(sum), 1, count);
  return rounded ? std::optional(Quantity<Unit>(*rounded)) : std::nullopt;
}

/// The first value within kEdge of the front; readings may be given in reverse.
template <class Range>
std::optional<MilliPercent> charge_at_edge(const Range& readings, Instant edge) {
  for (const Reading& reading : readings) {
    const Millis away = reading.at() > edge ? reading.at() - edge : edge - reading.at();
    if (away > kEdge) break;
    if (reading.stat.state_of_charge) return reading.stat.state_of_charge;
  }
  return std::nullopt;
}

void put_place_and_identity(ChargingEvent& event, std::span<const Reading> readings) {
  const ChargingStat& first = readings.front().stat;
  event.provider = first.provider;
  event.device_id = first.device_id;
  event.vehicle_id = first.vehicle_id;
  event.vin = first.vin;
  event.credential_id = first.credential_id;
  event.started_at = first.measured_at;
  for (const Reading& reading : readings) {
    if (!event.vehicle_id) event.vehicle_id = reading.stat.vehicle_id;
    if (!event.vin) event.vin = reading.stat.vin;
    if (!event.latitude && reading.stat.latitude) {
      event.latitude = reading.stat.latitude;
      event.longitude = reading.stat.longitude;
    }
  }
}

bool is_charging(const Reading& reading) { return reading.flow == Flow::in || reading.flow == Flow::out; }

/// Is it known that nothing flowed right before the session?
bool begins_in_sight(std::span<const Reading> readings, const Stretch& stretch) {
  const Reading& first = readings[stretch.first];
  if (!is_charging(first))
    return stretch.last == stretch.first || readings[stretch.first + 1].at() - first.at() <= kSilenceMax;
  if (stretch.first == 0 || stretch.has_lead) return false;
  return first.at() - readings[stretch.first - 1].at() <= kSilenceMax;
}

void put_end(Session& session, std::span<const Reading> inside, const Stretch& stretch) {
  ChargingEvent& event = session.event;
  event.ended_at = inside.back().at();
  const std::int64_t millis = (*event.ended_at - event.started_at).count();
  event.duration = Seconds(*scaled(millis, 1, 1000));
  event.end_state_of_charge = charge_at_edge(std::views::reverse(inside), *event.ended_at);
  if (stretch.end_register) event.end_energy = MicroWattHours(*stretch.end_register);
  event.voltage = mean(inside, &ChargingStat::voltage, event.voltage);
  event.current = mean(inside, &ChargingStat::current, event.current);
  if (!stretch.energy_uwh) return;
  session.energy = MicroWattHours(*stretch.energy_uwh);
  event.energy = to_watt_hours(*session.energy);
  // µWh in ms to W: 3 600 000 ms are an hour, 1 000 000 µWh a watt-hour.
  if (millis > 0)
    if (const auto watts = scaled(*stretch.energy_uwh, 36, millis * 10)) event.charging_power = Watts(*watts);
}

EnergyMethod method_of(const Stretch& stretch) {
  if (stretch.has_registered) return stretch.has_integrated ? EnergyMethod::mixed : EnergyMethod::register_;
  return stretch.has_integrated ? EnergyMethod::integrated : EnergyMethod::none;
}

void add_flags(Quality& quality, Quality more) {
  for (int i = 0; i < kFlags; ++i)
    if (more.has(static_cast<Flag>(i))) quality.add(static_cast<Flag>(i));
}

Instant end_of(const ChargingEvent& event, Instant now) { return event.ended_at.value_or(now); }

}  // namespace

Session session_of(std::span<const Reading> readings, const Stretch& stretch, Instant now) {
  const auto inside = readings.subspan(stretch.first, stretch.last - stretch.first + 1);
  Session session{.method = method_of(stretch), .stats = inside.size()};
  ChargingEvent& event = session.event;
  put_place_and_identity(event, inside);
  event.direction = stretch.direction;
  if (stretch.start_register) event.start_energy = MicroWattHours(*stretch.start_register);
  // What was charged in a silence before was charged from another state of charge.
  if (!stretch.has_lead) event.start_state_of_charge = charge_at_edge(inside, event.started_at);
  for (const Reading& reading : inside) {
    add_flags(event.quality, reading.stat.quality);
    if (reading.stat.odometer) session.odometer = reading.stat.odometer;
  }
  if (!begins_in_sight(readings, stretch)) event.quality.add(Flag::cut_at_start);
  const bool is_last = stretch.last + 1 == readings.size();
  const bool goes_on = is_charging(inside.back());
  // Still open: what it will have charged is told once, when it ends.
  if (is_last && goes_on && !now.is_never() && now - inside.back().at() <= kSilenceMax) {
    event = settled(std::move(event));
    return session;
  }
  add_flags(event.quality, stretch.quality);
  if (goes_on) event.quality.add(Flag::cut_at_end);
  put_end(session, inside, stretch);
  event = settled(std::move(event));
  return session;
}

void link_same(std::vector<Session>& sessions, Instant now) {
  const auto name = [](const Session& s) { return std::tuple(s.event.provider, s.event.device_id); };
  std::ranges::sort(sessions, {},
                    [&](const Session& s) { return std::tuple(s.event.started_at, name(s), s.event.id); });
  // Sessions of one device do not overlap, so only a few are under way at any moment.
  std::vector<std::size_t> under_way;
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    std::erase_if(under_way, [&](std::size_t j) {
      return end_of(sessions[j].event, now) <= sessions[i].event.started_at;
    });
    for (const std::size_t j : under_way) {
      if (!tell_the_same(sessions[i].event, sessions[j].event, now)) continue;
      Session& later = name(sessions[i]) < name(sessions[j]) ? sessions[j] : sessions[i];
      const Session& earlier = &later == &sessions[i] ? sessions[j] : sessions[i];
      if (!later.event.same_as) later.event.same_as = earlier.event.id;
    }
    under_way.push_back(i);
  }
}

}  // namespace contactor::charging
