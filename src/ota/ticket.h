#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ota/activation.h"

namespace contactor::ota {

enum class Priority : std::uint8_t { HIGH, MEDIUM };
enum class TicketState : std::uint8_t { open, waiting_customer, resolved, closed };
enum class TicketAction : std::uint8_t {
  retry,
  modify_payload,
  schedule_inspection,
  escalate_iot,
  escalate_development,
  contact_customer,
  resolve,
  close,
};

/// A field of the ticket that may be missing, but never in silence: either the value or why there is none.
struct Finding {
  std::string value;
  std::string unavailable;  ///< "the vehicle did not answer within 15 s"; empty where there is a value
};

/// One row of the ticket's list of attempts.
struct AttemptRecord {
  std::uint32_t number = 0;
  Instant at;
  std::string command_id;
  std::string response;  ///< "503 internal: queue is down", "no answer within 5m"
};

/// What the diagnosis found out. Filled by the engine from status, health, history and our own log, each
/// within a short deadline.
struct Diagnostics {
  Result<VehicleStatus> status = fail(ErrorKind::unavailable, "diagnosis", "not asked");
  Result<VehicleHealth> health = fail(ErrorKind::unavailable, "diagnosis", "not asked");
  Result<std::vector<IotHistoryItem>> history = fail(ErrorKind::unavailable, "diagnosis", "not asked");
  std::vector<AttemptRecord> attempts;
};

/// The brief's eighteen fields and the desk's own: assignment, clocks, state.
struct Ticket {
  TicketId id;                                // 1 Ticket ID
  Vin vin;                                    // 2 VIN
  CustomerId customer_id;                     // 3 Customer ID
  std::string customer_email;                 // 4 Customer Email
  ServiceId service_id;                       // 5 Service ID
  std::string service_name;                   // 6 Service Name
  std::string payment_transaction_id;         // 7 Payment Transaction ID
  std::optional<Money> payment_amount;        // 8 Payment Amount
  Instant activation_requested_at;            // 9 Activation Request Time
  std::vector<AttemptRecord> retry_attempts;  // 10 Retry Attempts
  std::string last_error_code;                // 11 Last Error Code
  std::string last_error_message;             // 12 Last Error Message
  Finding vehicle_status_snapshot;            // 13 Vehicle Status Snapshot
  Finding vehicle_online_status;              // 14 Vehicle Online Status
  Finding network_signal_strength;            // 15 Network Signal Strength
  Finding vehicle_firmware_version;           // 16 Vehicle Firmware Version
  std::string configuration_payload;          // 17 Configuration Payload
  Priority priority = Priority::MEDIUM;       // 18 Priority

  ActivationId activation_id;
  FailureCategory category = FailureCategory::MaxRetriesExceeded;
  TicketState state = TicketState::open;
  std::string assigned_to;
  Instant opened_at;
  Instant respond_by;
  Instant solve_by;
  std::optional<Instant> responded_at;
  std::optional<Instant> ended_at;
  std::optional<Instant> waiting_since;  ///< the solve clock stands still since then: the customer was asked
  std::string proposed_configuration;    ///< an edited payload that waits for a second person
  std::string proposed_by;
  std::vector<std::string> notes;  ///< "2026-11-21T06:38:14.000Z anna: called the customer"
  std::uint32_t version = 0;
};

struct SlaPolicy {
  Millis high_respond = std::chrono::hours(1);
  Millis high_solve = std::chrono::hours(8);
  Millis medium_respond = std::chrono::hours(8);
  int medium_solve_workdays = 3;
};

/// HIGH where the customer has paid and waits; MEDIUM before delivery, without payment and for deactivations.
[[nodiscard]] Priority priority_of(const Order& order);
/// All eighteen fields, each with a value or with why there is none.
[[nodiscard]] Ticket build_ticket(TicketId id, const Activation& activation, const Diagnostics& diagnostics,
                                  const SlaPolicy& sla, std::string_view on_duty, Instant now);
/// Did the diagnosis show that the car has the wanted state after all? Then nothing has failed.
[[nodiscard]] bool confirms(const Diagnostics& diagnostics, const Activation& activation);

[[nodiscard]] std::string_view to_string(Priority priority);
[[nodiscard]] std::optional<Priority> parse_priority(std::string_view text);
[[nodiscard]] std::string_view to_string(TicketState state);
[[nodiscard]] std::optional<TicketState> parse_ticket_state(std::string_view text);
[[nodiscard]] std::string_view to_string(TicketAction action);
[[nodiscard]] std::optional<TicketAction> parse_ticket_action(std::string_view text);

}  // namespace contactor::ota
