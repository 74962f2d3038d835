#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace contactor::ota {

/// Where an activation stands. The first eighteen are the brief's diagram, under its own names; the last four
/// are ruled additions.
enum class State : std::uint8_t {
  PaymentConfirmed,
  QueuedForActivation,
  SendingCommand,
  WaitingResponse,
  CheckingResponse,
  Success,
  Failure,
  EvaluatingRetry,
  CalculateBackoff,
  WaitingBackoff,
  MaxRetriesExceeded,
  NotifyingCustomer,
  Active,
  QueryingVehicleState,
  EscalatingToSupport,
  ReversingPayment,
  NotifyingFailure,
  Failed,
  Scheduled,      ///< a deactivation whose day has not come
  WaitingBudget,  ///< ten commands in the hour are spent, or the API asked to slow down: waiting is not an
                  ///< attempt
  Canceled,       ///< the newest wish was another one
  Deactivated,    ///< the end of a deactivation: the car confirmed that the feature is off
};
inline constexpr std::size_t kStateCount = 22;

/// What the service database says to customer and shop. Spelled as the brief spells it.
enum class ServiceStatus : std::uint8_t {
  Pending,  ///< ordered, no command sent yet
  Activating,
  Active,
  PendingSupport,    ///< "Pending Support": not delivered, its ticket is open
  FailedActivation,  ///< "Failed Activation": not delivered, its ticket is closed
  Deactivating,
  Inactive,
  Canceled,
};

/// What has become of the money. `captured` can only be reached through `capturing`, and that only with the
/// car's confirmation.
enum class MoneyState : std::uint8_t {
  none,       ///< nothing to pay
  held,       ///< authorised by the customer's bank, not taken
  prepaid,    ///< the shop took it before we were asked; ours is the duty to give it back
  capturing,  ///< confirmed by the car, being taken
  captured,
  releasing,  ///< the hold is being voided
  released,
  refunding,  ///< taken money is on its way back; tried until the provider says done
  refunded,
  written_off,  ///< delivered, but the money could not be taken; finance is told
};

enum class Action : std::uint8_t { activate, deactivate };
enum class Origin : std::uint8_t { customer, pre_delivery };

[[nodiscard]] std::string_view to_string(State state);
[[nodiscard]] std::optional<State> parse_state(std::string_view text);
[[nodiscard]] std::string_view to_string(ServiceStatus status);
[[nodiscard]] std::optional<ServiceStatus> parse_service_status(std::string_view text);
[[nodiscard]] std::string_view to_string(MoneyState state);
[[nodiscard]] std::optional<MoneyState> parse_money_state(std::string_view text);
[[nodiscard]] std::string_view to_string(Action action);
[[nodiscard]] std::optional<Action> parse_action(std::string_view text);
[[nodiscard]] std::string_view to_string(Origin origin);
[[nodiscard]] std::optional<Origin> parse_origin(std::string_view text);

/// No further step is taken: Active, Failed, Canceled, Deactivated. Money may still be on its way.
[[nodiscard]] bool is_final(State state);
/// Nothing was sent yet, or nothing more is before the next grant: queued, waiting for budget, or in backoff.
[[nodiscard]] bool waits_to_send(State state);
/// Neither step nor money is outstanding: the row may leave the live table.
[[nodiscard]] bool is_settled(State state, MoneyState money);

}  // namespace contactor::ota
