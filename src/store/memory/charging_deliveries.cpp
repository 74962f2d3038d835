#include <algorithm>

#include "store/memory/charging_disk.h"

namespace contactor::store::memory {
namespace {

using charging::DeliveryStatus;

template <class Map>
auto* find_in(Map& map, const typename std::remove_const_t<Map>::key_type& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

bool is_under_way(DeliveryStatus status) {
  return status == DeliveryStatus::pending || status == DeliveryStatus::retrying ||
         status == DeliveryStatus::delivering;
}

}  // namespace

std::vector<LogRow*> ChargingDisk::logs_of(const SubscriptionId& id) {
  std::vector<LogRow*> found;
  for (auto& [key, row] : logs_)
    if (row.log.client_service_id == id) found.push_back(&row);
  std::ranges::sort(found, {}, [](const LogRow* row) { return std::pair(row->position, row->log.id); });
  return found;
}

Result<std::vector<ports::DeliveryTarget>> ChargingDisk::targets(const SubscriptionId& after,
                                                                 std::size_t limit) const {
  std::vector<ports::DeliveryTarget> all;
  for (auto& subscription : subscriptions()) {
    if (subscription.link.id <= after || all.size() >= std::min(limit, kClaimed)) continue;
    all.push_back({.subscription = std::move(subscription)});
    auto& target = all.back();
    const auto& link = target.subscription.link;
    if (const auto* health = find_in(health_, link.id)) target.health = *health;
    for (const auto& [id, row] : logs_) {
      if (row.log.client_service_id != link.id) continue;
      target.any_paused = target.any_paused || row.log.status == DeliveryStatus::paused;
      if (!is_under_way(row.log.status) || !row.log.next_attempt_at) continue;
      target.next_due_at = std::min(target.next_due_at.value_or(Instant::never()), *row.log.next_attempt_at);
    }
  }
  return all;
}

Status ChargingDisk::put_health(const SubscriptionId& id, const charging::EndpointHealth& health,
                                const std::optional<std::string>& paused_because) {
  auto* const subscription = find_in(rows<charging::ClientService>(), id);
  if (subscription == nullptr) return fail(ErrorKind::not_found, "store", "no such subscription");
  health_[id] = health;
  if (!paused_because) return {};
  subscription->paused_because = paused_because->empty() ? std::nullopt : paused_because;
  subscription->updated_at = subscription->updated_at.value_or(Instant()) + Millis(1);
  return {};
}

const charging::ChargingEvent* ChargingDisk::version_of(const charging::EventLog& log) const {
  const auto* event = find_in(events_, log.charging_event_id);
  if (event != nullptr && event->event.version == log.charging_event_version) return &event->event;
  const auto* earlier = find_in(earlier_, log.charging_event_id);
  if (earlier == nullptr) return nullptr;
  const auto found =
      std::ranges::find(*earlier, log.charging_event_version, &charging::ChargingEvent::version);
  return found == earlier->end() ? nullptr : &*found;
}

bool ChargingDisk::is_blocked(const LogRow& row) const {
  const auto* subscription = find_in(rows<charging::ClientService>(), row.log.client_service_id);
  if (subscription == nullptr || !subscription->ordered_by_vehicle) return false;
  return std::ranges::any_of(logs_, [&](const auto& one) {
    const auto& [id, other] = one;
    return other.log.client_service_id == row.log.client_service_id && other.vehicle_key == row.vehicle_key &&
           (is_under_way(other.log.status) || other.log.status == DeliveryStatus::paused) &&
           std::pair(other.position, id) < std::pair(row.position, row.log.id);
  });
}

Result<std::vector<ports::Delivery>> ChargingDisk::claim_deliveries(const ports::DeliveryClaim& claim) {
  auto due = logs_of(claim.client_service_id);
  std::erase_if(due, [&](const LogRow* row) {
    return !is_under_way(row->log.status) || !row->log.next_attempt_at ||
           *row->log.next_attempt_at > claim.now || is_blocked(*row);
  });
  std::ranges::stable_sort(due, {}, [](const LogRow* row) { return *row->log.next_attempt_at; });
  std::vector<ports::Delivery> claimed;
  for (LogRow* row : due) {
    const auto* event = version_of(row->log);
    if (claimed.size() == std::min(claim.limit, kClaimed) || event == nullptr) break;
    row->log.status = DeliveryStatus::delivering;
    row->log.next_attempt_at = claim.until;
    row->log.last_attempt_at = row->log.updated_at = claim.now;
    ++row->log.attempts;
    claimed.push_back({.log = row->log, .event = *event});
  }
  return claimed;
}

bool ChargingDisk::apply(const charging::EventLog& after) {
  auto* const row = find_in(logs_, after.id);
  if (row == nullptr || row->log.status == DeliveryStatus::delivered) return false;
  const bool is_owner = row->log.status == DeliveryStatus::delivering && row->log.attempts == after.attempts;
  if (!is_owner && after.status != DeliveryStatus::delivered) return false;
  row->log.status = after.status;
  row->log.last_attempt_at = after.last_attempt_at;
  row->log.next_attempt_at = after.next_attempt_at;
  row->log.last_status_code = after.last_status_code;
  row->log.last_error = after.last_error;
  row->log.delivered_at = after.delivered_at;
  row->log.updated_at = after.updated_at;
  return true;
}

Result<ports::DeliveriesConcluded> ChargingDisk::conclude_deliveries(
    const std::vector<ports::DeliveryResult>& results) {
  ports::DeliveriesConcluded concluded;
  for (const auto& [after, attempt] : results) {
    ++(apply(after) ? concluded.applied : concluded.stale);
    if (!attempt) continue;
    auto& kept = attempts_[attempt->event_log_id];
    kept.try_emplace(attempt->number, as_kept(*attempt));
    kept.erase(kept.begin(), kept.upper_bound(kept.rbegin()->first - kAttemptsKept));
  }
  return concluded;
}

Result<std::vector<ports::DeliveryAttempt>> ChargingDisk::attempts(const LogId& id, std::size_t limit) const {
  std::vector<ports::DeliveryAttempt> found;
  if (const auto* kept = find_in(attempts_, id))
    for (auto at = kept->rbegin(); at != kept->rend() && found.size() < limit; ++at)
      found.push_back(at->second);
  return found;
}

Result<std::size_t> ChargingDisk::move_deliveries(const ports::DeliveryMove& move) {
  std::size_t moved = 0;
  for (LogRow* row : logs_of(move.client_service_id)) {
    if (moved == std::min(move.limit, kChargingBatch)) break;
    if (std::ranges::find(move.from, row->log.status) == move.from.end()) continue;
    row->log.status = move.to;
    row->log.next_attempt_at = move.to == DeliveryStatus::pending ? std::optional(move.at) : std::nullopt;
    row->log.updated_at = move.at;
    ++moved;
  }
  return moved;
}

Result<ports::DeliveriesReplayed> ChargingDisk::replay(const ports::DeliveryReplay& replay) {
  CTR_TRY(cursor, start_of(replay));
  ports::DeliveriesReplayed replayed;
  const auto send_again = [&](LogRow& row) {
    row.log.status = DeliveryStatus::pending;
    row.log.next_attempt_at = row.log.updated_at = replay.at;
    row.log.attempts = 0;
    row.log.delivered_at.reset();
    ++replayed.moved;
  };
  for (const auto& id : replay.event_log_ids)
    if (auto* row = find_in(logs_, id); row != nullptr && row->log.status != DeliveryStatus::delivering)
      send_again(*row);
  if (!replay.event_log_ids.empty()) return replayed;
  for (LogRow* row : logs_of(replay.client_service_id)) {
    const auto& log = row->log;
    if (std::pair(row->position, log.id.str()) <= std::pair(cursor.at, cursor.id)) continue;
    if (log.status == DeliveryStatus::delivering ||
        (replay.only_missing && log.status == DeliveryStatus::delivered) ||
        (replay.since && *log.created_at < *replay.since) ||
        (replay.until && *log.created_at >= *replay.until))
      continue;
    send_again(*row);
    replayed.next = to_text({.at = row->position, .id = log.id.str()});
    if (replayed.moved == std::min(replay.limit, kClaimed)) return replayed;
  }
  replayed.next.clear();
  return replayed;
}

Result<std::vector<ports::DeliveryTotal>> ChargingDisk::delivery_totals() const {
  std::map<std::pair<SubscriptionId, DeliveryStatus>, ports::DeliveryTotal> totals;
  for (const auto& [id, row] : logs_) {
    const auto& log = row.log;
    auto& total = totals[{log.client_service_id, log.status}];
    const auto created = log.created_at.value_or(Instant());
    total = {.client_service_id = log.client_service_id,
             .status = log.status,
             .count = total.count + 1,
             .oldest_at = total.count == 0 ? created : std::min(total.oldest_at, created)};
  }
  std::vector<ports::DeliveryTotal> all;
  for (auto& [key, total] : totals) all.push_back(std::move(total));
  return all;
}

}  // namespace contactor::store::memory
