#include "engine/charging/recut.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "engine/charging/stream.h"
#include "json/json.h"

namespace contactor::engine {
namespace {

using charging::ChargingEvent;
using EventId = charging::IdOf<ChargingEvent>;

/// In an order of its own, so that the same session is the same text.
charging::JsonObject info_of(const charging::Session& session) {
  // What an open session will have charged is told once, when it ends.
  if (!session.event.ended_at) return {};
  json::object info{{"energy_method", charging::spelled(session.method)}};
  if (session.energy) info["energy_micro_watt_hours"] = session.energy->count();
  if (session.odometer) info["odometer_meters"] = session.odometer->count();
  return {.text = json::serialize(info)};
}

class Recut {
 public:
  Recut(const StreamRead& read, const std::set<EventId>& told, Instant now) : read_(read), told_(told) {
    for (const auto& stored : read.events) stored_.emplace(stored.event.id, &stored);
    charging::SessionBuilder builder;
    for (const StreamStat& it : read.stats) CTR_ASSERT(builder.take(it.stat));
    cut_.quarantined = builder.quarantined();
    for (const auto& it : cut_.quarantined)
      if (it.fault != charging::StatFault::register_off_line) unused_.insert(it.id);
    for (charging::Session& session : builder.sessions(now)) keep(std::move(session));
  }

  StreamCut finish() {
    for (const auto& [id, event] : current_) compare(event);
    for (const auto& [id, stored] : stored_)
      if (stored->is_computed && !stored->event.quarantined && !current_.contains(id) && !told_.contains(id))
        withdraw(stored->event);
    note_sessions_of_stats();
    return std::move(cut_);
  }

 private:
  void keep(charging::Session session) {
    session.event.provider_info = info_of(session);
    // Two that begin in one second have one name: the first one has it.
    const EventId id = session.event.id;
    if (current_.emplace(id, session.event).second) in_order_.push_back(std::move(session.event));
  }

  void compare(const ChargingEvent& event) {
    if (told_.contains(event.id)) return;
    const auto stored = stored_.find(event.id);
    if (stored == stored_.end()) {
      cut_.created += 1;
      return write(event);
    }
    if (!stored->second->is_computed) return;
    ChargingEvent next = next_version(stored->second->event, event);
    if (next.version == stored->second->event.version) return;
    cut_.updated += 1;
    write(std::move(next));
  }

  void withdraw(ChargingEvent event) {
    cut_.withdrawn += 1;
    event.supersedes = event.version;
    event.version += 1;
    event.quarantined = true;
    event.same_as = cover_of(event);
    write(std::move(event));
  }

  /// The session that now tells of what a withdrawn one told.
  [[nodiscard]] std::optional<EventId> cover_of(const ChargingEvent& gone) const {
    const Instant gone_end = gone.ended_at.value_or(Instant::never());
    for (const ChargingEvent& event : in_order_)
      if (event.started_at <= gone_end && gone.started_at <= event.ended_at.value_or(Instant::never()))
        return event.id;
    return std::nullopt;
  }

  void write(ChargingEvent event) {
    cut_.events.push_back({.event = std::move(event), .stream = read_.stream, .is_computed = true});
  }

  /// A stat between two sessions belongs to the one that it begins.
  void note_sessions_of_stats() {
    std::size_t next = 0;
    for (const StreamStat& it : read_.stats) {
      const Instant at = it.stat.measured_at;
      while (next < in_order_.size() && in_order_[next].started_at <= at) ++next;
      std::optional<EventId> belongs;
      if (next > 0 && at <= in_order_[next - 1].ended_at.value_or(Instant::never()) &&
          !unused_.contains(it.stat.id))
        belongs = in_order_[next - 1].id;
      if (!it.is_new && belongs == it.stat.charging_event_id) continue;
      cut_.stats.push_back({.stat = it.stat, .stream = read_.stream});
      cut_.stats.back().stat.charging_event_id = belongs;
    }
  }

  const StreamRead& read_;
  const std::set<EventId>& told_;
  std::map<EventId, const ports::StoredEvent*> stored_;
  std::map<EventId, ChargingEvent> current_;
  std::vector<ChargingEvent> in_order_;
  std::set<charging::IdOf<charging::ChargingStat>> unused_;
  StreamCut cut_;
};

}  // namespace

StreamCut recut(const StreamRead& read, const std::set<EventId>& told, Instant now) {
  return Recut(read, told, now).finish();
}

ComputedInfo computed_info(const ChargingEvent& event) {
  ComputedInfo info;
  const auto parsed = json::parse(event.provider_info.text);
  if (!parsed || !parsed->is_object()) return info;
  if (const auto energy = json::integer_at(parsed->get_object(), "energy_micro_watt_hours"))
    info.energy = charging::MicroWattHours(*energy);
  if (const auto metres = json::integer_at(parsed->get_object(), "odometer_meters"))
    info.odometer = charging::Metres(*metres);
  return info;
}

}  // namespace contactor::engine
