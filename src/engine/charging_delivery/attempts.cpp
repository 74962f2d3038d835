// One message, its answer, and what is put on record of it.

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "engine/charging_delivery/deliverer_impl.h"
#include "engine/charging_delivery/message.h"
#include "ports/retry_after.h"

namespace contactor::engine {
namespace {

using charging::Verdict;

constexpr std::size_t kConcludedAtOnce = 500;
constexpr std::size_t kExcerptMax = 120;
constexpr Millis kStoreAway = std::chrono::seconds(1);

/// The beginning of a stranger's answer, in characters that any terminal and any page can show.
std::string excerpt(std::string_view body) {
  std::string shown;
  for (const char c : body.substr(0, kExcerptMax)) shown += c >= 0x20 && c < 0x7f ? c : ' ';
  return shown;
}

std::string words_of(const ports::HttpResponse& response, Verdict verdict) {
  if (verdict == Verdict::delivered) return {};
  if (verdict == Verdict::redirected)
    return fmt::format("it answered {}: a redirect is not followed", response.status);
  const std::string said = excerpt(response.body);
  return said.empty() ? fmt::format("it answered {}", response.status)
                      : fmt::format("it answered {}: {}", response.status, said);
}

charging::Attempt attempt_of(const Result<ports::HttpResponse>& answer, Instant began, Instant ended) {
  charging::Attempt attempt{
      .began_at = began, .ended_at = ended, .verdict = {}, .status_code = {}, .retry_after = {}, .words = {}};
  if (!answer) {
    attempt.verdict = charging::verdict_of(answer.error());
    attempt.retry_after = answer.error().retry_after;
    attempt.words = answer.error().detail;
    return attempt;
  }
  attempt.verdict = charging::verdict_of(answer->status);
  if (answer->status >= 100 && answer->status <= 599) attempt.status_code = answer->status;
  attempt.retry_after = ports::parse_retry_after(answer->header("Retry-After"), ended);
  attempt.words = words_of(*answer, attempt.verdict);
  return attempt;
}

}  // namespace

void Deliverer::Impl::pump() {
  if (std::exchange(pumping_, true)) return;
  while (!ready_.empty() && may_act() && in_flight_ < params_.settings.in_flight_max) {
    const EndpointId id = std::move(ready_.front());
    ready_.pop_front();
    DeliveryLane* lane = find(id);
    if (lane == nullptr) continue;
    lane->is_queued = false;
    // To the end of the line: everybody gets a place in turn.
    if (send_one(id, *lane)) enqueue(id);
  }
  pumping_ = false;
  counters_.in_flight = in_flight_;
}

std::size_t Deliverer::Impl::places_of(const DeliveryLane& lane) const {
  if (lane.health.standing(params_.settings.policy) != Standing::working) return 1;
  const std::size_t share = params_.settings.in_flight_max / std::max<std::size_t>(1, trusted_lanes_);
  return std::clamp<std::size_t>(share, 1, lane.window);
}

/// @return  whether it may have more to send.
bool Deliverer::Impl::send_one(const EndpointId& id, DeliveryLane& lane) {
  const Instant sent_by = now() + params_.settings.answer_within;
  while (!lane.claimed.empty() && lane.claimed.front().ends <= sent_by) {
    // Its claim would run out under way; it comes again.
    lane.claimed.pop_front();
    counters_.claimed -= 1;
  }
  if (lane.in_flight >= places_of(lane)) return false;
  if (!lane.probing && (!lane.to.is_active() || !lane.health.may_be_asked(now()))) {
    give_back(id, lane);
    return false;
  }
  if (is_slow_lane(lane) && slow_in_flight_ >= std::max<std::size_t>(1, params_.settings.in_flight_max / 2))
    return false;
  const std::size_t wanted = is_slow_lane(lane) ? 1 : 2 * places_of(lane);
  if (lane.has_due && !lane.claiming && !lane.probing && lane.claimed.size() < (wanted + 1) / 2)
    claim(id, wanted - lane.claimed.size());
  if (lane.claimed.empty()) {
    if (!lane.claiming && !lane.moving) lane.probing = false;
    return false;
  }
  auto delivery = std::move(lane.claimed.front().delivery);
  lane.claimed.pop_front();
  counters_.claimed -= 1;
  send(id, lane, std::move(delivery));
  return true;
}

void Deliverer::Impl::send(const EndpointId& id, DeliveryLane& lane, ports::Delivery delivery) {
  const Instant began = now();
  lane.in_flight += 1;
  in_flight_ += 1;
  const bool slow = is_slow_lane(lane);
  slow_in_flight_ += slow ? 1 : 0;
  auto request = message_of(delivery, lane.to, params_.vault, params_.egress, began);
  auto ended = later([id, began, slow, delivery = std::move(delivery)](
                         Impl& impl, const Result<ports::HttpResponse>& answer) mutable {
    impl.slow_in_flight_ -= slow ? 1 : 0;
    impl.answered(id, std::move(delivery), began, answer);
  });
  if (!request) {
    // Later, like any other answer: whoever pumps is not called from within.
    params_.time.call_at(began, [ended = std::move(ended), error = std::move(request.error())]() mutable {
      ended(Result<ports::HttpResponse>(fail(std::move(error))));
    });
    return;
  }
  request->respond_by = began + params_.settings.answer_within;
  params_.http.send(std::move(*request), std::move(ended));
}

void Deliverer::Impl::answered(const EndpointId& id, ports::Delivery delivery, Instant began,
                               const Result<ports::HttpResponse>& answer) {
  DeliveryLane* lane = find(id);
  CTR_ASSERT(lane != nullptr);
  const auto attempt = attempt_of(answer, began, now());
  counters_.attempts[static_cast<std::size_t>(attempt.verdict)] += 1;
  const std::int64_t number = delivery.log.attempts;
  auto step = charging::after_attempt(params_.settings.policy, std::move(delivery.log), lane->health, attempt,
                                      params_.entropy.next());
  ports::DeliveryAttempt row{.event_log_id = step.log.id,
                             .number = number,
                             .at = began,
                             .duration = attempt.ended_at - began,
                             .status_code = attempt.status_code,
                             .outcome = std::string(charging::spelled(attempt.verdict)),
                             .error = attempt.words};
  lane->health = step.health;
  lane->probing = false;
  change_pace(id, *lane, step);
  put_on_record(id, {.after = std::move(step.log), .attempt = std::move(row)});
  save_health(id);
}

void Deliverer::Impl::change_pace(const EndpointId& id, DeliveryLane& lane,
                                  const charging::DeliveryStep& step) {
  const bool taken = step.log.status == Status::delivered;
  const bool working = lane.health.standing(params_.settings.policy) == Standing::working;
  if (!working)
    lane.window = 1;
  else
    lane.window = taken ? std::min(lane.window + 1, params_.settings.window_max)
                        : std::max<std::size_t>(1, lane.window / 2);
  if (step.disabled) {
    counters_.disabled += 1;
    lane.because = charging::why_disabled(lane.health);
    log::warn("delivery", "{} ({} to {}) is disabled: {}", id.str(), lane.to.client.name,
              lane.to.service.name, *lane.because);
    if (params_.on_disabled) params_.on_disabled(lane.to, *lane.because);
  }
  if (step.recovered) {
    counters_.recovered += 1;
    if (lane.to.link.paused_because) lane.because = "";
    // What was put off because the endpoint was away need not wait for its schedule.
    move(id, {Status::paused, Status::retrying}, Status::pending);
  }
}

/// What is claimed and not sent becomes due again.
void Deliverer::Impl::give_back(const EndpointId& id, DeliveryLane& lane) {
  for (auto& claimed : lane.claimed) {
    auto log = std::move(claimed.delivery.log);
    log.status = log.attempts > 1 ? Status::retrying : Status::pending;
    log.next_attempt_at = now();
    lane.in_flight += 1;
    in_flight_ += 1;
    counters_.claimed -= 1;
    put_on_record(id, {.after = std::move(log), .attempt = {}});
  }
  lane.claimed.clear();
}

void Deliverer::Impl::put_on_record(const EndpointId& id, ports::DeliveryResult result) {
  ended_.push_back({id, std::move(result)});
  conclude();
}

/// What ends while one write is under way goes with the next one.
void Deliverer::Impl::conclude() {
  if (concluding_ || ended_.empty()) return;
  concluding_ = true;
  std::vector<EndpointId> ids;
  std::vector<ports::DeliveryResult> results;
  for (std::size_t i = 0; i < std::min(ended_.size(), kConcludedAtOnce); ++i) {
    ids.push_back(ended_[i].id);
    results.push_back(ended_[i].result);
  }
  params_.store.conclude_deliveries(
      std::move(results),
      later([ids = std::move(ids)](Impl& impl, const Result<ports::DeliveriesConcluded>& stored) {
        if (!stored) {
          // It stays here and takes its place: what is not on record is not forgotten while we live.
          log::warn("delivery", "what was delivered cannot be stored: {}", stored.error().message());
          return impl.params_.time.call_at(impl.now() + kStoreAway, impl.later([](Impl& again) {
            again.concluding_ = false;
            again.conclude();
          }));
        }
        impl.counters_.stale += stored->stale;
        impl.concluded(ids);
      }));
}

void Deliverer::Impl::concluded(const std::vector<EndpointId>& ids) {
  concluding_ = false;
  for (const auto& id : ids) {
    ended_.pop_front();
    in_flight_ -= 1;
    DeliveryLane* lane = find(id);
    CTR_ASSERT(lane != nullptr);
    lane->in_flight -= 1;
    // The next one of the same vehicle may go.
    if (lane->to.link.ordered_by_vehicle) lane->has_due = true;
    enqueue(id);
  }
  conclude();
  pump();
  end_if_done();
}

}  // namespace contactor::engine
