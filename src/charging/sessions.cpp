#include "charging/sessions.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "charging/identity.h"
#include "charging/rules.h"
#include "charging/sessions_cut.h"
#include "charging/sessions_event.h"

namespace contactor::charging {
namespace {

/// Everything that a stat says, for an order in which the winner does not depend on who came first. What we
/// received later is the correction; the rest only decides between stats that we cannot tell apart.
auto rank(const ChargingStat& s) {
  return std::tuple(s.created_at.value_or(Instant()), s.measured_at, s.energy, s.charging, s.state_of_charge,
                    s.voltage, s.current, s.charging_power, s.odometer, s.latitude, s.longitude,
                    s.battery_temperature, std::string_view(s.telemetry.text), to_string(s.quality),
                    s.vehicle_id, s.credential_id, s.id);
}

std::string stream_of(const ChargingStat& stat) { return stat.provider + '\n' + stat.device_id.value_or(""); }

IdOf<ChargingStat> id_of(const ChargingStat& stat) { return stat.id.empty() ? identity_of(stat) : stat.id; }

void number_as_next(ChargingEvent& event, const ChargingEvent& before) {
  event.version = before.version + 1;
  event.supersedes = before.version;
}

/// The session that now tells of what a withdrawn one told.
std::optional<IdOf<ChargingEvent>> cover_of(const ChargingEvent& withdrawn,
                                            const std::vector<Session>& sessions) {
  for (const Session& session : sessions) {
    const ChargingEvent& event = session.event;
    const Instant withdrawn_end = withdrawn.ended_at.value_or(Instant::never());
    const Instant end = event.ended_at.value_or(Instant::never());
    if (event.provider == withdrawn.provider && event.device_id == withdrawn.device_id &&
        event.started_at <= withdrawn_end && withdrawn.started_at <= end)
      return event.id;
  }
  return std::nullopt;
}

}  // namespace

void SessionBuilder::remember(ChargingEvent published) {
  const auto id = published.id;
  const bool is_withdrawn = published.quarantined;
  published_[id] = {.event = std::move(published), .is_withdrawn = is_withdrawn};
}

Status SessionBuilder::take(ChargingStat stat) {
  auto id = id_of(stat);
  const auto known = stats_.find(id);
  if (known == stats_.end()) {
    if (stats_.size() >= kStatsMax)
      return fail(ErrorKind::exhausted, "charging", "one vehicle has too many stats to look at at once");
    stats_.emplace(std::move(id), std::move(stat));
  } else if (rank(known->second) < rank(stat)) {
    known->second = std::move(stat);
  }
  return {};
}

std::optional<StatFault> SessionBuilder::fault_with(const ChargingStat& cleaned) const {
  if (vin_ && cleaned.vin && *cleaned.vin != *vin_) return StatFault::other_vehicle;
  return fault_of(cleaned);
}

SessionBuilder::Sorted SessionBuilder::sorted() const {
  std::map<std::string, std::vector<const ChargingStat*>> by_stream;
  for (const auto& [id, stat] : stats_) by_stream[stream_of(stat)].push_back(&stat);
  Sorted found;
  for (auto& [name, stats] : by_stream) {
    std::ranges::sort(stats, [](const ChargingStat* a, const ChargingStat* b) {
      return a->measured_at != b->measured_at ? a->measured_at < b->measured_at : rank(*a) < rank(*b);
    });
    auto& readings = found.streams[name];
    for (const ChargingStat* stat : stats) {
      ChargingStat cleaned = without_placeholders(*stat);
      if (const auto fault = fault_with(cleaned)) {
        found.quarantined.push_back({id_of(*stat), stat->measured_at, *fault});
        continue;
      }
      if (!cleaned.vin) cleaned.vin = vin_;
      // The last one of a moment ranks highest.
      if (!readings.empty() && readings.back().at() == cleaned.measured_at) readings.pop_back();
      readings.push_back(read_stat(std::move(cleaned)));
    }
    for (const std::size_t i : drop_lone_registers(readings))
      found.quarantined.push_back({id_of(readings[i].stat), readings[i].at(), StatFault::register_off_line});
  }
  return found;
}

std::vector<Session> SessionBuilder::sessions(Instant now) const {
  std::vector<Session> found;
  const Sorted all = sorted();
  for (const auto& [name, readings] : all.streams)
    for (const Stretch& stretch : cut_sessions(readings)) found.push_back(session_of(readings, stretch, now));
  link_same(found, now);
  return found;
}

std::vector<QuarantinedStat> SessionBuilder::quarantined() const {
  std::vector<QuarantinedStat> found = sorted().quarantined;
  std::ranges::sort(found, {}, [](const QuarantinedStat& q) { return std::tuple(q.measured_at, q.id); });
  return found;
}

std::vector<SessionChange> SessionBuilder::publish(Instant now) {
  const std::vector<Session> current = sessions(now);
  std::vector<SessionChange> changes;
  std::unordered_map<IdOf<ChargingEvent>, bool> is_there;
  for (const Session& session : current) {
    is_there[session.event.id] = true;
    const auto before = published_.find(session.event.id);
    if (before != published_.end() && same_content(before->second.event, session.event)) continue;
    SessionChange& change = changes.emplace_back(SessionChange::Kind::created, session);
    if (before == published_.end()) continue;
    change.kind = SessionChange::Kind::updated;
    number_as_next(change.session.event, before->second.event);
  }
  for (const auto& [id, before] : published_) {
    if (before.is_withdrawn || is_there.contains(id)) continue;
    SessionChange& change =
        changes.emplace_back(SessionChange::Kind::withdrawn, Session{.event = before.event});
    change.session.event.quarantined = true;
    change.session.event.same_as = cover_of(before.event, current);
    number_as_next(change.session.event, before.event);
  }
  std::ranges::sort(changes, {}, [](const SessionChange& c) {
    return std::tuple(c.session.event.started_at, c.session.event.id);
  });
  for (const SessionChange& change : changes)
    published_[change.session.event.id] = {change.session.event,
                                           change.kind == SessionChange::Kind::withdrawn};
  return changes;
}

}  // namespace contactor::charging
