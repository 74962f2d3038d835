#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "charging/charging_event.h"
#include "charging/client.h"
#include "charging/event_log.h"

namespace contactor::charging {

inline constexpr std::string_view kEventCreated = "charging.event.created";
inline constexpr std::string_view kEventUpdated = "charging.event.updated";

/// A client service with what it links.
struct Subscription {
  Client client;
  ClientService link;
  Service service;

  [[nodiscard]] bool is_active() const { return client.active && link.active && service.active; }
};

/// The delivery that one new version of an event makes for a subscription: `pending`; `paused` where the
/// subscription rests; `skipped` where the client prefers the other telling of the same session. The same
/// version makes the same id again.
/// @param other_provider  who told the event that `same_as` names.
/// @return  nothing where the event is quarantined, or its type is not wanted.
[[nodiscard]] std::optional<EventLog> delivery_of(
    const ChargingEvent& event, const Client& client, const Service& service, const ClientService& link,
    Instant now, std::optional<std::string_view> other_provider = std::nullopt);

/// Where a subscription's event goes.
/// @param elsewhere  the service's own entry for the type of event, where it has one.
/// @return  the link's endpoint, else `elsewhere`, else the service's URL; a path stands for one on its host.
[[nodiscard]] std::string address_of(const Subscription& to, std::optional<std::string_view> elsewhere);

// -- what becomes of an attempt ----------------------------------------------------------------------------

/// What one answer, or the lack of it, says.
enum class Verdict : std::uint8_t {
  delivered,    ///< 2xx
  gone,         ///< 410: nothing more is wanted there
  slow_down,    ///< 429, 502, 503, 504
  redirected,   ///< 3xx: never followed
  refused,      ///< any other 4xx: tried again, for most are mistakes of the receiver that are repaired
  failed,       ///< any other 5xx, or no status that means something
  unanswered,   ///< it may have arrived
  unreachable,  ///< it has not
  forbidden,    ///< the address must not be sent to
};
template <>
struct Spelling<Verdict> {
  static constexpr std::array<std::string_view, 9> names = {"delivered",  "gone",        "slow_down",
                                                            "redirected", "refused",     "failed",
                                                            "unanswered", "unreachable", "forbidden"};
};
[[nodiscard]] Verdict verdict_of(int status);
[[nodiscard]] Verdict verdict_of(const Error& error);

/// One attempt that has ended.
struct Attempt {
  Instant began_at;
  Instant ended_at;
  Verdict verdict = Verdict::unanswered;
  std::optional<std::int64_t> status_code;
  std::optional<Millis> retry_after;
  std::string words;  ///< for people: what went wrong
};

struct DeliveryPolicy {
  /// After the first attempt, the second…: three days and three hours. @source Standard Webhooks 1.0.
  std::array<Millis, 9> waits{std::chrono::seconds(5), std::chrono::minutes(5), std::chrono::minutes(30),
                              std::chrono::hours(2),   std::chrono::hours(5),   std::chrono::hours(10),
                              std::chrono::hours(14),  std::chrono::hours(20),  std::chrono::hours(24)};
  std::uint64_t jitter_percent = 20;  ///< of a wait, at most; it only adds
  Millis dead_after = std::chrono::hours(72);
  Millis retry_after_max = std::chrono::hours(24);
  Millis slow_down = std::chrono::minutes(1);  ///< where the answer names no time
  std::int64_t troubled_after = 3;             ///< rounds that fail in a row
  Millis rest_min = std::chrono::seconds(30);  ///< doubles with each round
  Millis rest_max = std::chrono::hours(1);
  Millis disabled_after = std::chrono::hours(120);
  Millis probe_every = std::chrono::hours(6);
};

/// How a client service has been answering. Its deliveries wait for it together, so that one that is away
/// costs one attempt at a time and its deliveries do not use themselves up against a closed door.
struct EndpointHealth {
  enum class Standing : std::uint8_t { working, troubled, disabled, gone };

  std::int64_t failures = 0;  ///< rounds in a row: attempts that ran side by side are one
  std::optional<Instant> failing_since;
  Instant counted_at;  ///< attempts that began before are part of what was counted
  std::optional<Instant> last_success_at;
  Instant rests_until;  ///< nothing is sent before
  std::optional<Instant> disabled_at;
  bool gone = false;  ///< it said so itself: nobody probes
  std::string last_error;

  [[nodiscard]] Standing standing(const DeliveryPolicy& policy) const;
  [[nodiscard]] bool may_be_asked(Instant now) const { return !gone && rests_until <= now; }

  friend bool operator==(const EndpointHealth&, const EndpointHealth&) = default;
};
template <>
struct Spelling<EndpointHealth::Standing> {
  static constexpr std::array<std::string_view, 4> names = {"working", "troubled", "disabled", "gone"};
};

/// What one attempt makes of its delivery and of its endpoint.
struct DeliveryStep {
  EventLog log;
  EndpointHealth health;
  bool disabled = false;   ///< by this attempt: people are told
  bool recovered = false;  ///< by this attempt: what waits goes now
};
/// A delivery that fails is tried again on the schedule, or when the answer says, if that is later and within
/// bounds. It is `dead` after the last wait, after three days, and only if its endpoint took something else
/// meanwhile. An endpoint that takes nothing for five days, or answers 410, is disabled.
/// @param log   as it was sent: `attempts` counts this one.
/// @param dice  for the jitter.
[[nodiscard]] DeliveryStep after_attempt(const DeliveryPolicy& policy, EventLog log, EndpointHealth health,
                                         const Attempt& attempt, std::uint64_t dice);

/// Why a disabled endpoint rests, for people.
[[nodiscard]] std::string why_disabled(const EndpointHealth& health);

}  // namespace contactor::charging
