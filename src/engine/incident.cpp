// One cause that fails many holds back everybody: on this node, and on all that share its store.

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "engine/impl.h"

namespace contactor::engine {
namespace {

auto is_same(const ports::Incident& one) {
  return [&one](const ports::Incident& other) {
    return one.cause == other.cause && one.opened_at == other.opened_at;
  };
}

}  // namespace

void Engine::Impl::open_incident() {
  incidents_.push_back(ports::Incident{
      .cause = "iot_api " + breaker_.cause(),
      .opened_at = now(),
      .ended_at = {},
      .detail = "new commands wait with their holds alive; one probe at a time asks whether it is over",
      .held_back = to_send_.size()});
  own_incident_ = OwnIncident{.incident = incidents_.back(), .stored_at = {}};
  log::error("engine", "incident: {}; {} activations wait", incidents_.back().cause, to_send_.size());
  put_own_incident();
  arm();
}

void Engine::Impl::put_own_incident() {
  ports_.store.put_incident(
      own_incident_->incident,
      [self = self_, opened_at = own_incident_->incident.opened_at](const Status& status) {
        if (!*self || !status) return;
        auto& own = (*self)->own_incident_;
        if (own && own->incident.opened_at == opened_at) own->stored_at = (*self)->clock_.monotonic();
      });
}

void Engine::Impl::close_incidents() {
  for (auto& incident : std::exchange(incidents_, {})) {
    incident.ended_at = now();
    log::info("engine", "incident ended: {}", incident.cause);
    ports_.store.put_incident(incident, [](const Status&) {});
    if (ports_.nodes != nullptr) ended_incidents_.push_back(std::move(incident));
  }
  own_incident_.reset();
}

/// What other nodes opened holds this one back as well, and what the leader ended is over here too.
void Engine::Impl::share_incidents(const std::vector<ports::Incident>& open, Millis asked_at) {
  // A word that was lost on its way to the store is said again until everybody knows it.
  std::erase_if(ended_incidents_, [&](const ports::Incident& ended) {
    const bool is_known = std::ranges::none_of(open, is_same(ended));
    if (!is_known) ports_.store.put_incident(ended, [](const Status&) {});
    return is_known;
  });
  incidents_.clear();
  std::ranges::copy_if(open, std::back_inserter(incidents_), [&](const ports::Incident& incident) {
    return std::ranges::none_of(ended_incidents_, is_same(incident));
  });
  if (own_incident_ && std::ranges::none_of(open, is_same(own_incident_->incident))) {
    if (own_incident_->stored_at && *own_incident_->stored_at <= asked_at) {
      own_incident_.reset();
    } else {
      incidents_.push_back(own_incident_->incident);
      if (!own_incident_->stored_at) put_own_incident();
    }
  }
  if (incidents_.empty()) {
    if (breaker_.is_open()) breaker_.let_go(now());
  } else if (!breaker_.is_open()) {
    log::error("engine", "incident on another node: {}", incidents_.front().cause);
    breaker_.hold(incidents_.front().cause, now());
  }
  if (breaker_.is_open()) check_horizons();
}

void Engine::Impl::probe() {
  check_horizons();
  breaker_.probe_sent();
  if (last_vin_) return probe_vehicle();
  // Nothing was sent by this process yet: any vehicle on record will do.
  ports_.store.list({.limit = 1}, [self = self_](const Result<std::vector<ota::Activation>>& newest) {
    if (!*self) return;
    if (newest && !newest->empty()) {
      (*self)->last_vin_ = newest->front().order->vin;
      return (*self)->probe_vehicle();
    }
    (*self)->probed(newest.has_value());
  });
}

void Engine::Impl::probe_vehicle() {
  calls_ += 1;
  ports_.iot.health(*last_vin_, respond_by(), [self = self_](const Result<ota::VehicleHealth>& health) {
    if (!*self) return;
    (*self)->calls_ -= 1;
    (*self)->probed(health || outcome_of(health.error()) == Breaker::Outcome::fine);
  });
}

void Engine::Impl::probed(bool is_back) {
  if (breaker_.probe_ended(is_back, now())) close_incidents();
  pump();
  arm();
}

}  // namespace contactor::engine
