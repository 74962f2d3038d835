#include "charging/delivery.h"

#include <algorithm>

#include "base/prng.h"
#include "charging/identity.h"

namespace contactor::charging {
namespace {

constexpr std::size_t kWordsMax = 500;

bool wants(const ClientService& link, std::string_view type) {
  if (!link.event_types) return true;
  std::string_view rest = *link.event_types;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(' '), rest.size());
    if (rest.substr(0, end) == type) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

/// Of two tellings of one session the client may prefer the other one.
bool is_preferred_elsewhere(const ChargingEvent& event, const Client& client,
                            std::optional<std::string_view> other_provider) {
  const auto& preferred = client.preferred_provider;
  return event.same_as && preferred && other_provider && *other_provider == *preferred &&
         event.provider != *preferred;
}

Millis jittered(const DeliveryPolicy& policy, Millis wait, Prng& dice) {
  const auto most = static_cast<std::uint64_t>(wait.count()) * policy.jitter_percent / 100;
  return wait + Millis(static_cast<std::int64_t>(dice.below(most + 1)));
}

Millis asked_for(const DeliveryPolicy& policy, const Attempt& attempt) {
  if (attempt.verdict != Verdict::slow_down) return Millis(0);
  return std::clamp(attempt.retry_after.value_or(policy.slow_down), Millis(0), policy.retry_after_max);
}

/// 30 s, 1 min, 2 min … an hour.
Millis rest_after(const DeliveryPolicy& policy, std::int64_t failures) {
  if (failures < policy.troubled_after) return Millis(0);
  const auto doublings = std::min<std::int64_t>(failures - policy.troubled_after, 20);
  return std::min(policy.rest_min * (std::int64_t{1} << doublings), policy.rest_max);
}

EndpointHealth after_success(const EndpointHealth& health, Instant at) {
  EndpointHealth after;
  after.counted_at = std::max(health.counted_at, at);
  after.last_success_at = health.last_success_at ? std::max(*health.last_success_at, at) : at;
  return after;
}

EndpointHealth after_failure(const DeliveryPolicy& policy, EndpointHealth health, const Attempt& attempt,
                             Prng& dice) {
  const Instant now = attempt.ended_at;
  const auto rest = asked_for(policy, attempt);
  if (rest > Millis(0)) health.rests_until = std::max(health.rests_until, now + rest);
  if (attempt.verdict == Verdict::gone) {
    health.gone = true;
    health.disabled_at = health.disabled_at.value_or(now);
  }
  if (attempt.began_at < health.counted_at) return health;
  health.counted_at = now;
  health.failures += 1;
  health.failing_since = health.failing_since.value_or(attempt.began_at);
  health.last_error = attempt.words.substr(0, kWordsMax);
  Millis pause = rest_after(policy, health.failures);
  if (pause > Millis(0) && now - *health.failing_since >= policy.disabled_after) {
    health.disabled_at = health.disabled_at.value_or(now);
    pause = policy.probe_every;
  }
  if (pause > Millis(0))
    health.rests_until = std::max(health.rests_until, now + jittered(policy, pause, dice));
  return health;
}

/// Only what its endpoint did not want while it took other things is given up.
bool is_exhausted(const DeliveryPolicy& policy, const EventLog& log, const EndpointHealth& health,
                  Instant now) {
  const Instant due_at = log.created_at.value_or(Instant());
  return log.attempts > static_cast<std::int64_t>(policy.waits.size()) && now - due_at >= policy.dead_after &&
         health.last_success_at && *health.last_success_at > due_at;
}

void put_off(const DeliveryPolicy& policy, EventLog& log, const EndpointHealth& health,
             const Attempt& attempt, Prng& dice) {
  log.last_error = attempt.words.substr(0, kWordsMax);
  log.next_attempt_at.reset();
  if (health.disabled_at) {
    log.status = DeliveryStatus::paused;
  } else if (is_exhausted(policy, log, health, attempt.ended_at)) {
    log.status = DeliveryStatus::dead;
  } else {
    log.status = DeliveryStatus::retrying;
    const auto nth =
        std::clamp<std::int64_t>(log.attempts, 1, static_cast<std::int64_t>(policy.waits.size()));
    const auto wait = jittered(policy, policy.waits[static_cast<std::size_t>(nth - 1)], dice);
    log.next_attempt_at = attempt.ended_at + std::max(wait, asked_for(policy, attempt));
  }
}

}  // namespace

std::optional<EventLog> delivery_of(const ChargingEvent& event, const Client& client, const Service& service,
                                    const ClientService& link, Instant now,
                                    std::optional<std::string_view> other_provider) {
  const auto type = event.version == 1 ? kEventCreated : kEventUpdated;
  if (event.quarantined || !wants(link, type)) return std::nullopt;
  EventLog log;
  log.charging_event_id = event.id;
  log.charging_event_version = event.version;
  log.client_service_id = link.id;
  log.event_type = type;
  log.created_at = now;
  log.updated_at = now;
  if (is_preferred_elsewhere(event, client, other_provider)) {
    log.status = DeliveryStatus::skipped;
  } else if (!client.active || !service.active || !link.active) {
    log.status = DeliveryStatus::paused;
  } else {
    log.next_attempt_at = now;
  }
  log.id = identity_of(log);
  return log;
}

std::string address_of(const Subscription& to, std::optional<std::string_view> elsewhere) {
  const std::string& base = to.service.url;
  std::string_view wanted = elsewhere.value_or(base);
  if (to.link.endpoint) wanted = *to.link.endpoint;
  if (!wanted.starts_with('/')) return std::string(wanted);
  const auto authority = base.find("://");
  if (authority == std::string::npos) return std::string(wanted);
  return base.substr(0, base.find_first_of("/?#", authority + 3)) + std::string(wanted);
}

Verdict verdict_of(int status) {
  if (status >= 200 && status <= 299) return Verdict::delivered;
  if (status == 410) return Verdict::gone;
  if (status == 429 || (status >= 502 && status <= 504)) return Verdict::slow_down;
  if (status >= 300 && status <= 399) return Verdict::redirected;
  return status >= 400 && status <= 499 ? Verdict::refused : Verdict::failed;
}

Verdict verdict_of(const Error& error) {
  if (error.kind == ErrorKind::unauthorized || error.kind == ErrorKind::invalid) return Verdict::forbidden;
  return error.applied == Applied::no ? Verdict::unreachable : Verdict::unanswered;
}

EndpointHealth::Standing EndpointHealth::standing(const DeliveryPolicy& policy) const {
  if (gone) return Standing::gone;
  if (disabled_at) return Standing::disabled;
  return failures >= policy.troubled_after ? Standing::troubled : Standing::working;
}

DeliveryStep after_attempt(const DeliveryPolicy& policy, EventLog log, EndpointHealth health,
                           const Attempt& attempt, std::uint64_t dice) {
  Prng random(dice);
  const bool was_disabled = health.disabled_at.has_value();
  const bool was_resting = health.standing(policy) != EndpointHealth::Standing::working;
  log.last_status_code = attempt.status_code;
  log.updated_at = attempt.ended_at;
  if (attempt.verdict == Verdict::delivered) {
    log.status = DeliveryStatus::delivered;
    log.delivered_at = attempt.ended_at;
    log.next_attempt_at.reset();
    log.last_error.reset();
    return {.log = std::move(log),
            .health = after_success(health, attempt.ended_at),
            .disabled = false,
            .recovered = was_resting};
  }
  health = after_failure(policy, std::move(health), attempt, random);
  put_off(policy, log, health, attempt, random);
  const bool disabled = !was_disabled && health.disabled_at.has_value();
  return {.log = std::move(log), .health = std::move(health), .disabled = disabled, .recovered = false};
}

std::string why_disabled(const EndpointHealth& health) {
  if (health.gone) return "it answered 410 Gone: it wants nothing more; resume it to send again";
  return "it has taken nothing since " + to_rfc3339(health.failing_since.value_or(Instant())) +
         "; it is tried every few hours and goes on by itself: " + health.last_error;
}

}  // namespace contactor::charging
