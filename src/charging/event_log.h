#pragma once

#include <optional>
#include <string>

#include "base/instant.h"
#include "charging/field.h"
#include "charging/references.h"
#include "charging/spelling.h"

namespace contactor::charging {

/// Where one delivery stands.
enum class DeliveryStatus : std::uint8_t { pending, delivering, delivered, retrying, dead, paused, skipped };
template <>
struct Spelling<DeliveryStatus> {
  static constexpr std::array<std::string_view, 7> names = {"pending", "delivering", "delivered", "retrying",
                                                            "dead",    "paused",     "skipped"};
};

/// One version of one charging event on its way to one client service. There is one for each such three.
struct EventLog {
  IdOf<EventLog> id;
  IdOf<ChargingEvent> charging_event_id;
  std::int64_t charging_event_version = 1;
  IdOf<ClientService> client_service_id;
  std::string event_type = "charging.event.created";
  DeliveryStatus status = DeliveryStatus::pending;
  std::int64_t attempts = 0;
  std::optional<Instant> last_attempt_at;
  std::optional<Instant> next_attempt_at;
  std::optional<std::int64_t> last_status_code;
  std::optional<std::string> last_error;
  std::optional<Instant> delivered_at;
  std::optional<Instant> created_at;
  std::optional<Instant> updated_at;

  friend bool operator==(const EventLog&, const EventLog&) = default;
};

template <>
struct Table<EventLog> {
  static constexpr std::string_view name = "event_log", title = "EventLog", route = "event-log";
  static constexpr std::string_view doc =
      "One version of one charging event on its way to one client service.";
  static constexpr auto fields = std::tuple{
      field("id", &EventLog::id, Presence::ours, kIdText,
            "Names this delivery; the webhook-id of all its attempts.", "the program"),
      field("charging_event_id", &EventLog::charging_event_id, Presence::required, kIdText,
            "What is delivered.", "the program"),
      field("charging_event_version", &EventLog::charging_event_version, Presence::required, {1, 1'000'000},
            "Which version of it.", "the program"),
      field("client_service_id", &EventLog::client_service_id, Presence::required, kIdText,
            "The subscription that it goes to.", "the program"),
      field("event_type", &EventLog::event_type, Presence::optional, kShortText,
            "charging.event.created, or charging.event.updated for a correction.", "the program"),
      field("status", &EventLog::status, Presence::ours, kIdText, "Where the delivery stands.",
            "the program"),
      field("attempts", &EventLog::attempts, Presence::ours, {0, 1'000'000}, "How often it was tried.",
            "the program"),
      field("last_attempt_at", &EventLog::last_attempt_at, Presence::ours, kMoment, "When it was last tried.",
            "the program"),
      field("next_attempt_at", &EventLog::next_attempt_at, Presence::ours, kMoment, "When it is tried again.",
            "the program"),
      field("last_status_code", &EventLog::last_status_code, Presence::ours, {100, 599},
            "The HTTP status of the last answer; null: there was none.", "the client's service"),
      field("last_error", &EventLog::last_error, Presence::ours, kLongText,
            "Why the last attempt failed, cut short.", "the program"),
      field("delivered_at", &EventLog::delivered_at, Presence::ours, kMoment, "When the service took it.",
            "the program"),
      field("created_at", &EventLog::created_at, Presence::ours, kMoment, "When the delivery became due.",
            "the program"),
      field("updated_at", &EventLog::updated_at, Presence::ours, kMoment, "When it last changed.",
            "the program"),
  };
};

}  // namespace contactor::charging
