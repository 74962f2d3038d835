#include "store/memory/charging_disk.h"

#include <algorithm>

#include "store/charging/filter.h"

namespace contactor::store::memory {
namespace {

using charging::DeliveryStatus;
using ports::RecordOutcome;

template <class Map>
auto* find_in(Map& map, const typename std::remove_const_t<Map>::key_type& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

template <class T>
void cut(std::vector<T>& rows, std::size_t limit) {
  if (rows.size() > limit) rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(limit), rows.end());
}

/// Where a row stands in a list.
template <class Model>
std::pair<std::int64_t, std::string> place_of(const Model& row, bool is_by_time) {
  return {is_by_time ? listed_at(row).millis() : shard_of(row.id.str()), row.id.str()};
}

Status conflict(std::string_view what) { return fail(ErrorKind::conflict, "store", std::string(what)); }

}  // namespace

// -- what comes in ----------------------------------------------------------------------------------------

std::optional<std::vector<EventDecision>> ChargingDisk::decide_all(const ports::ChargingWrite& write) const {
  for (const auto& fence : write.fences) {
    const auto* version = find_in(streams_, fence.stream);
    if ((version == nullptr ? 0 : *version) != fence.base_version) return std::nullopt;
  }
  std::vector<EventDecision> decisions;
  for (const auto& event : write.events) {
    decisions.push_back(decide(find_in(events_, event.event.id), event, write.at));
    if (decisions.back().stale) return std::nullopt;
  }
  return decisions;
}

Result<ports::ChargingWritten> ChargingDisk::write(const ports::ChargingWrite& write) {
  const auto decisions = decide_all(write);
  ports::ChargingWritten written{.stale = !decisions};
  if (written.stale) return written;
  for (const auto& fence : write.fences) streams_[fence.stream] = fence.base_version + 1;
  // The last one of several with one id counts.
  std::map<charging::IdOf<charging::ChargingStat>, std::size_t> last;
  for (std::size_t i = 0; i < write.stats.size(); ++i) last[write.stats[i].stat.id] = i;
  for (std::size_t i = 0; i < write.stats.size(); ++i)
    written.stats.push_back(last[write.stats[i].stat.id] == i ? store(write.stats[i], write.at)
                                                              : RecordOutcome::unchanged);
  std::vector<ports::StoredEvent> versions;
  for (const auto& decision : *decisions) {
    written.events.push_back(decision.outcome);
    if (decision.outcome == RecordOutcome::unchanged) continue;
    store(decision.after);
    written.changed.push_back(decision.after.event);
    if (decision.outcome != RecordOutcome::linked) versions.push_back(decision.after);
  }
  const auto other = [this](const charging::ChargingEvent& event) -> std::optional<std::string> {
    const auto* found = find_in(events_, *event.same_as);
    return found == nullptr ? std::nullopt : std::optional(found->event.provider);
  };
  for (auto& row : log_rows(versions, subscriptions(), write.at, other)) logs_.try_emplace(row.log.id, row);
  for (auto location : write.locations) {
    location.created_at = location.updated_at = write.at;
    rows<charging::Location>().try_emplace(location.id, location);
  }
  if (write.run) {
    auto& marks = rows<charging::LastRunTime>();
    auto mark = moved(find_in(marks, id_of_mark(*write.run)), *write.run, write.at);
    marks.insert_or_assign(mark.id, std::move(mark));
  }
  return written;
}

RecordOutcome ChargingDisk::store(const ports::StoredStat& stat, Instant at) {
  const auto* before = find_in(stats_, stat.stat.id);
  const bool is_new = before == nullptr;
  auto after = decide(before, stat, at);
  if (!after) return RecordOutcome::unchanged;
  if (!is_new) stats_by_stream_.erase({before->stream, before->stat.measured_at, before->stat.id});
  stats_by_stream_.emplace(after->stream, after->stat.measured_at, after->stat.id);
  stats_.insert_or_assign(stat.stat.id, std::move(*after));
  return is_new ? RecordOutcome::created : RecordOutcome::updated;
}

void ChargingDisk::store(const ports::StoredEvent& event) {
  const auto* before = find_in(events_, event.event.id);
  if (before != nullptr && before->event.version != event.event.version)
    earlier_[event.event.id].push_back(before->event);
  events_.insert_or_assign(event.event.id, event);
}

std::vector<charging::Subscription> ChargingDisk::subscriptions() const {
  std::vector<charging::Subscription> all;
  for (const auto& [id, subscription] : rows<charging::ClientService>()) {
    const auto* client = find_in(rows<charging::Client>(), subscription.client_id);
    const auto* service = find_in(rows<charging::Service>(), subscription.service_id);
    if (client != nullptr && service != nullptr)
      all.push_back({.client = *client, .link = subscription, .service = *service});
  }
  return all;
}

// -- tables -----------------------------------------------------------------------------------------------

template <class Model, class Visit>
void ChargingDisk::each(Visit visit) const {
  if constexpr (std::is_same_v<Model, charging::ChargingEvent>) {
    for (const auto& [id, row] : events_) visit(row.event);
  } else if constexpr (std::is_same_v<Model, charging::ChargingStat>) {
    for (const auto& [id, row] : stats_) visit(row.stat);
  } else if constexpr (std::is_same_v<Model, charging::EventLog>) {
    for (const auto& [id, row] : logs_) visit(row.log);
  } else {
    for (const auto& [id, row] : rows<Model>()) visit(row);
  }
}

template <class Model>
bool ChargingDisk::is_visible(const Model& row, const charging::IdOf<charging::Client>& client) const {
  const auto owns = [&](const SubscriptionId& id) {
    const auto* subscription = find_in(rows<charging::ClientService>(), id);
    return subscription != nullptr && subscription->client_id == client;
  };
  if constexpr (std::is_same_v<Model, charging::Client>) return row.id == client;
  if constexpr (std::is_same_v<Model, charging::ClientService>) return row.client_id == client;
  if constexpr (std::is_same_v<Model, charging::EventLog>) return owns(row.client_service_id);
  if constexpr (std::is_same_v<Model, charging::Service>)
    return std::ranges::any_of(rows<charging::ClientService>(), [&](const auto& one) {
      return one.second.service_id == row.id && one.second.client_id == client;
    });
  if constexpr (std::is_same_v<Model, charging::ChargingEvent>)
    return std::ranges::any_of(logs_, [&](const auto& one) {
      return one.second.log.charging_event_id == row.id && owns(one.second.log.client_service_id);
    });
  return false;
}

template <class Model>
Result<std::vector<Model>> ChargingDisk::find(const std::vector<charging::IdOf<Model>>& ids) const {
  const std::set<charging::IdOf<Model>> wanted(ids.begin(), ids.end());
  std::vector<Model> found;
  each<Model>([&](const Model& row) {
    if (wanted.contains(row.id)) found.push_back(row);
  });
  return found;
}

template <class Model>
Result<ports::ChargingPage<Model>> ChargingDisk::list(const ports::ChargingFilter& filter) const {
  CTR_TRY(cursor, parse_cursor(filter.cursor));
  const bool by_time = is_by_time<Model>(filter);
  const std::pair<std::int64_t, std::string> behind(cursor.at, cursor.id);
  // Lists by time begin with the newest.
  const auto is_before = [by_time](const auto& a, const auto& b) { return by_time ? a > b : a < b; };
  std::vector<Model> found;
  each<Model>([&](const Model& row) {
    if (!matches(row, filter) || (filter.client_id && !is_visible(row, *filter.client_id))) return;
    if (filter.cursor.empty() || is_before(behind, place_of(row, by_time))) found.push_back(row);
  });
  std::ranges::sort(found, is_before, [&](const Model& row) { return place_of(row, by_time); });
  ports::ChargingPage<Model> page;
  if (found.size() > size_of(filter)) {
    cut(found, size_of(filter));
    auto [at, id] = place_of(found.back(), by_time);
    page.next = to_text({.at = at, .id = std::move(id)});
  }
  page.items = std::move(found);
  return page;
}

template <class Model>
Status ChargingDisk::check_unique(const Model& model) const {
  for (const auto& [id, row] : rows<Model>()) {
    if (id == model.id) continue;
    if constexpr (std::is_same_v<Model, charging::Vehicle>)
      if (row.vin == model.vin) return conflict("the VIN is on record with another id");
    if constexpr (std::is_same_v<Model, charging::Client>)
      if (row.token_hash && row.token_hash == model.token_hash)
        return conflict("another client has this token");
  }
  return {};
}

template <class Model>
Result<Model> ChargingDisk::put(Model model, std::optional<Instant> base, Instant at) {
  CTR_CHECK(settle_put(model, base, at));
  CTR_CHECK(check_unique(model));
  const auto* before = find_in(rows<Model>(), model.id);
  if ((before == nullptr) != !base || (before != nullptr && before->updated_at != base))
    return fail(ErrorKind::conflict, "store", "the record was changed meanwhile, or is on record already");
  if (before != nullptr) model.created_at = before->created_at;
  rows<Model>().insert_or_assign(model.id, model);
  return model;
}

template Result<charging::Vehicle> ChargingDisk::put(charging::Vehicle, std::optional<Instant>, Instant);
template Result<charging::Credential> ChargingDisk::put(charging::Credential, std::optional<Instant>,
                                                        Instant);
template Result<charging::Client> ChargingDisk::put(charging::Client, std::optional<Instant>, Instant);
template Result<charging::ClientService> ChargingDisk::put(charging::ClientService, std::optional<Instant>,
                                                           Instant);
template Result<charging::Service> ChargingDisk::put(charging::Service, std::optional<Instant>, Instant);
template Result<charging::LastRunTime> ChargingDisk::put(charging::LastRunTime, std::optional<Instant>,
                                                         Instant);
template Result<charging::Location> ChargingDisk::put(charging::Location, std::optional<Instant>, Instant);

#define CTR_READS(Model)                                                                                   \
  template Result<std::vector<Model>> ChargingDisk::find(const std::vector<charging::IdOf<Model>>&) const; \
  template Result<ports::ChargingPage<Model>> ChargingDisk::list(const ports::ChargingFilter&) const;
CTR_READS(charging::ChargingEvent)
CTR_READS(charging::ChargingStat)
CTR_READS(charging::Vehicle)
CTR_READS(charging::Credential)
CTR_READS(charging::Client)
CTR_READS(charging::ClientService)
CTR_READS(charging::Service)
CTR_READS(charging::EventLog)
CTR_READS(charging::LastRunTime)
CTR_READS(charging::Location)
#undef CTR_READS

// -- sessions ---------------------------------------------------------------------------------------------

Result<std::vector<charging::ChargingStat>> ChargingDisk::stats(const ports::StatWindow& window) const {
  std::vector<charging::ChargingStat> found;
  const auto first = stats_by_stream_.lower_bound({window.stream, window.from, {}});
  const auto end = stats_by_stream_.lower_bound({window.stream, window.until, {}});
  const auto limit = std::min(window.limit, kStatsRead);
  const auto take = [&](const auto& key) { found.push_back(stats_.at(std::get<2>(key)).stat); };
  if (window.until <= window.from) return found;
  if (window.backwards)
    for (auto at = end; at != first && found.size() < limit;) take(*--at);
  else
    for (auto at = first; at != end && found.size() < limit; ++at) take(*at);
  return found;
}

Result<std::vector<std::pair<std::string, std::uint64_t>>> ChargingDisk::stream_versions(
    const std::vector<std::string>& streams) const {
  std::vector<std::pair<std::string, std::uint64_t>> found;
  for (const auto& stream : streams)
    if (const auto* version = find_in(streams_, stream)) found.emplace_back(stream, *version);
  return found;
}

Result<std::vector<ports::StoredEvent>> ChargingDisk::stored_events(const std::vector<EventId>& ids) const {
  std::vector<ports::StoredEvent> found;
  for (const auto& id : std::set(ids.begin(), ids.end()))
    if (const auto* event = find_in(events_, id)) found.push_back(*event);
  return found;
}

template <class Accept>
std::vector<ports::StoredEvent> ChargingDisk::events_where(Accept accept, std::size_t limit) const {
  std::vector<ports::StoredEvent> found;
  for (const auto& [id, row] : events_)
    if (accept(row)) found.push_back(row);
  std::ranges::sort(found, {}, [](const auto& row) { return std::pair(row.event.started_at, row.event.id); });
  cut(found, std::min(limit, kChargingBatch));
  return found;
}

Result<std::vector<ports::StoredEvent>> ChargingDisk::events_of(const Vin& vin, Instant from,
                                                                Instant until) const {
  return events_where(
      [&](const ports::StoredEvent& row) {
        const auto& event = row.event;
        return event.vin == vin && !event.quarantined && event.started_at <= until &&
               (!event.ended_at || *event.ended_at >= from);
      },
      kChargingBatch);
}

Result<std::vector<ports::StoredEvent>> ChargingDisk::events_of_stream(const std::string& stream,
                                                                       Instant from, Instant until) const {
  return events_where(
      [&](const ports::StoredEvent& row) {
        const auto& event = row.event;
        return row.stream == stream && event.started_at <= until &&
               (!event.ended_at || *event.ended_at >= from);
      },
      kChargingBatch);
}

Result<std::vector<ports::StoredEvent>> ChargingDisk::open_events(Instant before, std::size_t limit) const {
  return events_where(
      [&](const ports::StoredEvent& row) {
        return row.is_computed && !row.event.ended_at && row.event.started_at < before;
      },
      limit);
}

Result<std::vector<charging::ChargingEvent>> ChargingDisk::event_versions(const EventId& id) const {
  std::vector<charging::ChargingEvent> versions;
  if (const auto* earlier = find_in(earlier_, id)) versions = *earlier;
  if (const auto* event = find_in(events_, id)) versions.push_back(event->event);
  return versions;
}

Result<std::optional<charging::Client>> ChargingDisk::client_of_token(const std::string& hash,
                                                                      Instant now) const {
  for (const auto& [id, client] : rows<charging::Client>()) {
    const bool is_previous = client.previous_token_hash == hash && client.previous_token_until > now;
    if (client.active && (client.token_hash == hash || is_previous)) return client;
  }
  return std::nullopt;
}

}  // namespace contactor::store::memory
