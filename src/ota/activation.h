#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/instant.h"
#include "base/money.h"
#include "ota/observation.h"
#include "ota/state.h"
#include "vin/vin.h"

namespace contactor::ota {

struct Customer {
  CustomerId id;
  std::string name;
  std::string email;
  std::string push_token;  ///< empty: no push
  std::string locale;      ///< BCP 47; empty: English
};

enum class Provider : std::uint8_t { stripe, external };
enum class PaidAs : std::uint8_t { none, authorized, captured };

struct Payment {
  Provider provider = Provider::external;
  std::string transaction_id;
  Money amount;
  PaidAs state = PaidAs::none;
};

/// What a vehicle must be for a service to be switched on. Empty lists and texts ask for nothing.
struct Requirements {
  std::vector<std::string> compatible_models;
  std::string min_firmware;
  bool parked = false;
  std::vector<ServiceId> requires_services;   ///< must be active on the vehicle already
  std::vector<ServiceId> conflicts_services;  ///< must not be active or on their way
};

/// The facts of one order. Never changed after it was accepted.
struct Order {
  OrderId order_id;
  Vin vin;
  Customer customer;
  ServiceId service_id;
  std::string service_name;
  std::string vehicle_model;  ///< empty: not known
  Action action = Action::activate;
  std::optional<Millis> duration;  ///< none: permanent
  Origin origin = Origin::customer;
  Payment payment;
  std::string configuration;  ///< a JSON object: the template as it was when the order came
  std::uint32_t template_version = 0;
  Requirements requirements;
  Instant requested_at;
  ActivationId parent;     ///< the activation this one follows from; empty for a shop's order
  std::string reason;      ///< for followers: expiry | rollback | cancel | technician | extension
  std::string ordered_by;  ///< the principal that sent it
  ActivationId extends;    ///< the scheduled end that this order moves; empty: not an extension
  std::optional<Instant> extends_from;  ///< when that end would have come
};

using Digest = std::array<std::uint8_t, 32>;

/// One activation as it stands: the row that is stored, replayed and advanced. A value; it owns nothing but
/// its order.
struct Activation {
  ActivationId id;
  std::uint32_t version = 0;  ///< raised by every committed step; the fence of the next one
  State state = State::PaymentConfirmed;
  ServiceStatus service_status = ServiceStatus::Pending;
  MoneyState money_state = MoneyState::none;
  std::shared_ptr<const Order> order;

  std::uint32_t attempts = 0;         ///< commands sent, and offline pre-checks that stood for one
  std::uint32_t retries = 0;          ///< attempts after the first
  std::uint32_t command_ordinal = 0;  ///< number of the last command; its id is command_id()
  std::uint64_t generation = 0;       ///< of the last command, rising per vehicle
  bool accepted = false;              ///< the IoT API took the last command
  bool cancel_requested = false;
  bool compensated = false;  ///< a follower that switches the feature off again was started
  Instant sent_at;
  Instant answer_by = Instant::never();  ///< when the last command counts as timed out
  Instant next_action_at =
      Instant::never();                   ///< when the engine must look again, never: when something answers
  Instant horizon_at = Instant::never();  ///< past this nothing is sent: the hold must not run out under us
  std::optional<Failure> last_failure;
  std::optional<Instant> confirmed_at;  ///< when the car's confirmation was committed
  std::optional<Instant> ends_at;       ///< end of the paid period
  TicketId ticket_id;
  std::string waits_for;  ///< in words, for explain: "command budget until …", "incident iot_api"
  Instant created_at;
  Instant updated_at;

  std::uint32_t history_count = 0;
  Digest history_head{};  ///< hash of the last history entry
};

/// `cmd_<activation>_<ordinal>`: the same for every repeat of one send, new for every attempt.
[[nodiscard]] std::string command_id(ActivationId id, std::uint32_t ordinal);
struct CommandRef {
  ActivationId activation;
  std::uint32_t ordinal = 0;
};
/// Reads command_id() back; nothing where the text is not one of ours.
[[nodiscard]] std::optional<CommandRef> parse_command_id(std::string_view text);

/// One committed step of one activation. It may pass several of the diagram's states: `path` names them all,
/// in order, the last is the state that was stored. A step that records without moving has the one state it
/// stayed in.
struct HistoryEntry {
  std::uint32_t seq = 0;  ///< 1..n, without gaps
  Instant at;
  std::string event;  ///< what happened: granted, answered, observed, overdue, …
  std::vector<State> path;
  ServiceStatus service_status = ServiceStatus::Pending;
  MoneyState money_state = MoneyState::none;
  std::uint32_t attempts = 0;
  std::uint32_t retries = 0;
  std::string actor;       ///< engine, or the principal who asked
  std::string command_id;  ///< the command sent or answered in this step
  std::optional<Failure> failure;
  std::string detail;  ///< one sentence
  std::string node;
  Digest hash{};
};

[[nodiscard]] std::string_view to_string(Provider provider);
[[nodiscard]] std::optional<Provider> parse_provider(std::string_view text);
[[nodiscard]] std::string_view to_string(PaidAs state);
[[nodiscard]] std::optional<PaidAs> parse_paid_as(std::string_view text);

}  // namespace contactor::ota
