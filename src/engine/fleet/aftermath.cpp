#include "engine/fleet/aftermath.h"

#include <algorithm>
#include <tuple>

#include "base/log.h"

namespace contactor::engine {
namespace {

constexpr std::string_view kTurn = "fleet-alerts";
constexpr Millis kTurnTerm = std::chrono::minutes(5);

auto key_of(const fleet::Alert& alert) {
  return std::tuple(alert.kind, alert.vin.str(), std::string_view(alert.about));
}

}  // namespace

std::vector<ports::ActivationMetric> metrics_of(const ports::FleetTotals& totals, std::string date,
                                                std::string run, bool partial, Instant now) {
  std::vector<ports::ActivationMetric> metrics;
  for (const auto& row : totals.rows)
    metrics.push_back({.date = date,
                       .oem = row.oem ? std::string(fleet::to_string(*row.oem)) : "unmapped",
                       .activated = row.active,
                       .partial = partial,
                       .run = run,
                       .updated_at = now});
  return metrics;
}

AlertChanges compare(std::vector<fleet::Alert> known, std::vector<fleet::Alert> seen, Instant now) {
  const auto by_key = [](const fleet::Alert& a, const fleet::Alert& b) { return key_of(a) < key_of(b); };
  std::ranges::sort(known, by_key);
  std::ranges::sort(seen, by_key);
  AlertChanges changes;
  for (fleet::Alert& alert : seen) {
    const auto before = std::ranges::lower_bound(known, alert, by_key);
    const bool is_known = before != known.end() && key_of(*before) == key_of(alert);
    is_known ? changes.lasting.push_back(*before) : changes.begun.push_back(std::move(alert));
  }
  for (fleet::Alert& alert : known) {
    if (std::ranges::binary_search(seen, alert, by_key)) continue;
    alert.ended_at = now;
    changes.ended.push_back(std::move(alert));
  }
  return changes;
}

template <class Outcome>
auto Aftermath::then(std::string what, void (Aftermath::*next)()) {
  return [self = std::weak_ptr(self_), what = std::move(what), next](Outcome outcome) {
    const auto still = self.lock();
    if (!still) return;
    if (!outcome) log::warn("fleet", "{}: {}", what, outcome.error().message());
    ((*still)->*next)();
  };
}

void Aftermath::start(std::move_only_function<void()> done) {
  done_ = std::move(done);
  params_.parts.store.fleet_totals([self = std::weak_ptr(self_)](Result<ports::FleetTotals> totals) {
    const auto still = self.lock();
    if (!still) return;
    Aftermath& after = **still;
    if (!totals) {
      log::warn("fleet", "the day's metrics cannot be counted: {}", totals.error().message());
      return after.link_admins();
    }
    const Instant now = after.params_.parts.time.now();
    const auto today = after.params_.parts.settings.zones.standard.day_of(now);
    after.params_.parts.store.put_metrics(
        metrics_of(*totals, fleet::to_string(today), after.params_.run, after.params_.partial, now),
        after.then<Status>("the day's metrics are not stored", &Aftermath::link_admins));
  });
}

void Aftermath::link_admins() {
  params_.parts.store.link_admins(
      params_.parts.time.now(),
      then<Result<std::uint64_t>>("admins are not linked to fleets", &Aftermath::take_turn));
}

/// Runs that end at the same time on several nodes would each find the same alerts untold: one of them tells.
void Aftermath::take_turn() {
  params_.parts.store.claim(std::string(kTurn), params_.run, kTurnTerm,
                            [self = std::weak_ptr(self_)](Result<ports::FleetLease> lease) {
                              const auto still = self.lock();
                              if (!still) return;
                              if (!lease || !lease->granted) return std::exchange((*still)->done_, nullptr)();
                              (*still)->read_alerts();
                            });
}

void Aftermath::finish() {
  params_.parts.store.release(std::string(kTurn), params_.run, [self = std::weak_ptr(self_)](const Status&) {
    if (const auto still = self.lock()) std::exchange((*still)->done_, nullptr)();
  });
}

void Aftermath::read_alerts() {
  constexpr std::size_t kMost = 100'000;
  params_.parts.store.alerts(true, kMost,
                             [self = std::weak_ptr(self_)](Result<std::vector<fleet::Alert>> known) {
                               const auto still = self.lock();
                               if (!still) return;
                               if (!known) {
                                 log::warn("fleet", "alerts cannot be read: {}", known.error().message());
                                 return (*still)->finish();
                               }
                               (*still)->known_ = std::move(*known);
                               (*still)->compare_alerts();
                             });
}

void Aftermath::compare_alerts() {
  const auto each = [this](Surveyed surveyed) {
    auto alerts = fleet::alerts_of(surveyed.vehicle, surveyed.route.make, params_.parts.time.now(),
                                   params_.silent_after);
    std::ranges::move(alerts, std::back_inserter(seen_));
  };
  survey_.start(each, [this](Status ended) {
    if (!ended) {
      log::warn("fleet", "alerts cannot be compared: {}", ended.error().message());
      return finish();
    }
    AlertChanges changes = compare(std::move(known_), std::move(seen_), params_.parts.time.now());
    known_ = changes.lasting;
    std::vector<fleet::Alert> untold = changes.begun;
    for (const fleet::Alert& alert : changes.lasting)
      if (alert.told_at.millis() == 0) untold.push_back(alert);
    std::ranges::move(changes.begun, std::back_inserter(changes.ended));
    params_.parts.store.put_alerts(
        std::move(changes.ended),
        [self = std::weak_ptr(self_), untold = std::move(untold)](Status stored) mutable {
          const auto still = self.lock();
          if (!still) return;
          if (!stored) log::warn("fleet", "alerts are not stored: {}", stored.error().message());
          (*still)->tell(std::move(untold));
        });
  });
}

/// What could not be told is told after the next run: only then it counts as told.
void Aftermath::tell(std::vector<fleet::Alert> fresh) {
  const std::string text = fleet::message_of(fresh, false);
  if (params_.parts.chat == nullptr || text.empty()) return remind();
  params_.parts.chat->post(
      params_.parts.channel, text,
      [self = std::weak_ptr(self_), fresh = std::move(fresh)](Status told) mutable {
        const auto still = self.lock();
        if (!still) return;
        Aftermath& after = **still;
        if (!told) {
          log::warn("fleet", "alerts are stored and not told: {}", told.error().message());
          return after.finish();
        }
        for (fleet::Alert& alert : fresh) alert.told_at = after.params_.parts.time.now();
        after.params_.parts.store.put_alerts(
            std::move(fresh), after.then<Status>("alerts are told and not marked", &Aftermath::remind));
      });
}

/// Once a day, whoever is first: the day is taken like a lease that nobody gives back.
void Aftermath::remind() {
  const std::string text = fleet::message_of(known_, true);
  if (params_.parts.chat == nullptr || text.empty()) return finish();
  const auto today = params_.parts.settings.zones.standard.day_of(params_.parts.time.now());
  params_.parts.store.claim(
      "fleet-digest:" + fleet::to_string(today), params_.run, std::chrono::days(2),
      [self = std::weak_ptr(self_), text](Result<ports::FleetLease> lease) {
        const auto still = self.lock();
        if (!still) return;
        if (!lease || !lease->granted) return (*still)->finish();
        (*still)->params_.parts.chat->post(
            (*still)->params_.parts.channel, text,
            (*still)->then<Status>("the day's reminder is not told", &Aftermath::finish));
      });
}

}  // namespace contactor::engine
