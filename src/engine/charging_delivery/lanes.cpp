// What each endpoint needs: its rows are moved, claimed and probed, its health is kept.

#include <algorithm>

#include "base/log.h"
#include "engine/charging_delivery/deliverer_impl.h"

namespace contactor::engine {
namespace {

constexpr std::size_t kMovedAtOnce = 1000;
constexpr Millis kSuccessNoted = std::chrono::minutes(1);  ///< so exactly the last success is kept

bool is_due(const ports::DeliveryTarget& target, Instant now) {
  return target.next_due_at && *target.next_due_at <= now;
}

/// Worth a write: not each success of an endpoint that works.
bool differs(const charging::EndpointHealth& now, const charging::EndpointHealth& saved) {
  if (now.failures != saved.failures || now.gone != saved.gone || now.disabled_at != saved.disabled_at ||
      now.rests_until != saved.rests_until || now.failing_since != saved.failing_since)
    return true;
  return now.last_success_at &&
         (!saved.last_success_at || *now.last_success_at - *saved.last_success_at > kSuccessNoted);
}

}  // namespace

DeliveryLane* Deliverer::Impl::find(const EndpointId& id) {
  const auto found = lanes_.find(id);
  return found == lanes_.end() ? nullptr : &found->second;
}

void Deliverer::Impl::enqueue(const EndpointId& id) {
  DeliveryLane* lane = find(id);
  if (lane == nullptr || lane->is_queued) return;
  lane->is_queued = true;
  ready_.push_back(id);
}

/// Endpoints that fail, or of which nothing is known, share half of the places: however many of them are
/// dead, those that work go on.
bool Deliverer::Impl::is_slow_lane(const DeliveryLane& lane) const {
  return lane.health.failures > 0 || !lane.health.last_success_at;
}

void Deliverer::Impl::look_at(ports::DeliveryTarget target) {
  const EndpointId id = target.subscription.link.id;
  const auto standing = target.health.standing(params_.settings.policy);
  seen_.endpoints[static_cast<std::size_t>(standing)] += 1;
  const bool due = is_due(target, now());
  if (due && standing == Standing::working)
    seen_.oldest_due = std::max(seen_.oldest_due, now() - *target.next_due_at);
  if (!due && !target.any_paused && !lanes_.contains(id)) return;
  DeliveryLane& lane = lanes_[id];
  lane.to = target.subscription;
  if (lane.in_flight == 0 && !lane.saving) {
    // Somebody may have resumed it, or another node have delivered before.
    const Instant counted_at = std::max(lane.health.counted_at, target.health.counted_at);
    lane.health = target.health;
    lane.health.counted_at = counted_at;
    lane.saved = lane.health;
  }
  if (!lane.to.is_active() || lane.health.disabled_at)
    look_at_resting(id, lane, target);
  else
    look_at_working(id, lane, target);
}

void Deliverer::Impl::look_at_resting(const EndpointId& id, DeliveryLane& lane,
                                      const ports::DeliveryTarget& target) {
  if (lane.probing) return enqueue(id);
  if (lane.moving) return;
  give_back(id, lane);
  if (lane.in_flight > 0 || lane.claiming) return;
  if (is_due(target, now()))
    return move(id, {Status::pending, Status::retrying, Status::delivering}, Status::paused);
  if (lane.to.is_active() && target.any_paused && lane.health.may_be_asked(now())) probe(id);
}

void Deliverer::Impl::look_at_working(const EndpointId& id, DeliveryLane& lane,
                                      const ports::DeliveryTarget& target) {
  if (target.any_paused && !lane.moving) move(id, {Status::paused}, Status::pending);
  if (!is_due(target, now())) return;
  lane.has_due = true;
  enqueue(id);
}

void Deliverer::Impl::move(const EndpointId& id, std::vector<Status> from, Status to) {
  DeliveryLane* lane = find(id);
  if (lane == nullptr || lane->moving) return;
  lane->moving = true;
  params_.store.move_deliveries(
      {.client_service_id = id, .from = from, .to = to, .at = now(), .limit = kMovedAtOnce},
      later([id, from, to](Impl& impl, const Result<std::size_t>& moved) mutable {
        DeliveryLane* moving = impl.find(id);
        if (moving == nullptr) return;
        moving->moving = false;
        if (!moved)
          return log::warn("delivery", "{}: deliveries cannot be moved: {}", id.str(),
                           moved.error().message());
        if (*moved == kMovedAtOnce) impl.move(id, std::move(from), to);
        if (to != Status::pending || *moved == 0) return;
        moving->has_due = true;
        impl.enqueue(id);
        impl.pump();
      }));
}

void Deliverer::Impl::probe(const EndpointId& id) {
  DeliveryLane* lane = find(id);
  lane->probing = true;
  lane->moving = true;
  params_.store.move_deliveries(
      {.client_service_id = id, .from = {Status::paused}, .to = Status::pending, .at = now(), .limit = 1},
      later([id](Impl& impl, const Result<std::size_t>& moved) {
        DeliveryLane* probed = impl.find(id);
        if (probed == nullptr) return;
        probed->moving = false;
        if (moved && *moved > 0) return impl.claim(id, 1);
        probed->probing = false;
      }));
}

void Deliverer::Impl::claim(const EndpointId& id, std::size_t limit) {
  DeliveryLane* lane = find(id);
  if (lane == nullptr) return;
  lane->claiming = true;
  const Instant until = now() + params_.settings.claim_lasts;
  params_.store.claim_deliveries(
      {.client_service_id = id, .now = now(), .until = until, .limit = limit},
      later([id, limit, until](Impl& impl, Result<std::vector<ports::Delivery>> claimed) {
        DeliveryLane* claiming = impl.find(id);
        if (claiming == nullptr) return;
        claiming->claiming = false;
        if (!claimed || claimed->empty()) claiming->probing = false;
        if (!claimed)
          return log::warn("delivery", "{}: deliveries cannot be claimed: {}", id.str(),
                           claimed.error().message());
        claiming->has_due = claimed->size() >= limit;
        for (auto& delivery : *claimed) claiming->claimed.push_back({std::move(delivery), until});
        impl.counters_.claimed += claimed->size();
        if (impl.stopping_) return impl.give_back(id, *claiming);
        impl.enqueue(id);
        impl.pump();
      }));
}

void Deliverer::Impl::save_health(const EndpointId& id) {
  DeliveryLane* lane = find(id);
  if (lane == nullptr || lane->saving || (!lane->because && !differs(lane->health, lane->saved))) return;
  lane->saving = true;
  const auto health = lane->health;
  params_.store.put_health(id, health, std::exchange(lane->because, std::nullopt),
                           later([id, health](Impl& impl, const ::contactor::Status& stored) {
                             DeliveryLane* saving = impl.find(id);
                             if (saving == nullptr) return;
                             saving->saving = false;
                             if (!stored)
                               return log::warn("delivery", "{}: its state cannot be stored: {}", id.str(),
                                                stored.error().message());
                             saving->saved = health;
                             impl.save_health(id);
                           }));
}

}  // namespace contactor::engine
