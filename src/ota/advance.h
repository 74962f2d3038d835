#pragma once

#include <string>
#include <variant>
#include <vector>

#include "ota/activation.h"
#include "ota/money_axis.h"
#include "ota/notices.h"
#include "ota/policy.h"
#include "ota/ticket.h"

namespace contactor::ota {

// -- events: what can happen to an activation -------------------------------------------------------------

/// The vehicle is free and its budget allows a command: send one, with this generation.
struct Granted {
  std::uint64_t generation = 0;
};
/// No command may be sent before `until`; waiting is not an attempt.
struct BudgetExhausted {
  Instant until;
  std::string why;
};
/// The look before the command found the car unreachable or unfit. Stands for an attempt that spent no
/// command.
struct PrecheckFailed {
  Failure failure;
};
/// The look before the command found the feature on already, for the same customer: an extension needs no
/// command.
struct FoundActive {};
struct Answered {
  CommandAnswer answer;
};
/// What status, history or a callback says of one of our commands.
struct Observed {
  std::string source;  ///< status | callback | history
  std::uint32_t ordinal = 0;
  CommandStatus status = CommandStatus::unknown;
  Failure failure;
  bool contradicted = false;  ///< the same answer says that it was applied and shows the feature otherwise
};
/// The car's five minutes are over, and a last look brought no answer.
struct Overdue {};
/// next_action_at has come.
struct Elapsed {};
struct HorizonReached {};
struct Diagnosed {
  Diagnostics diagnostics;
};
/// The provider's books say so.
struct MoneyMoved {
  MoneyState to = MoneyState::none;
  std::string detail;
};
struct CancelRequested {
  std::string actor;
  std::string reason;
  bool superseded = false;  ///< another order already switches the feature off
};
/// The desk closed its ticket; `delivered` where a linked activation succeeded meanwhile.
struct TicketEnded {
  std::string actor;
  bool delivered = false;
};

using Event = std::variant<Granted, BudgetExhausted, PrecheckFailed, FoundActive, Answered, Observed, Overdue,
                           Elapsed, HorizonReached, Diagnosed, MoneyMoved, CancelRequested, TicketEnded>;
inline constexpr std::size_t kEventCount = std::variant_size_v<Event>;
[[nodiscard]] std::string_view name_of(const Event& event);

// -- effects: what must be done once the step is committed ------------------------------------------------

struct SendCommand {
  std::string command_id;
  bool enable = true;
  std::uint64_t generation = 0;
  Instant expires_at;
};
/// The activation moves on while its newest command is still on its way: nothing else is sent to the vehicle
/// before that command's time is over.
struct KeepVehicleBusy {
  Instant until;
};
/// Ask status, health, history and our own log, each within the diagnosis deadline.
struct Diagnose {};
struct MoveMoney {
  MoneyPurpose purpose = MoneyPurpose::capture;
};
struct Notify {
  NoticeEvent event = NoticeEvent::PaymentConfirmed;
};
struct OpenTicket {
  Ticket ticket;
};
/// Start a linked activation, now or on its day.
struct Spawn {
  Order order;
  Instant start_at;
};
using Effect = std::variant<SendCommand, KeepVehicleBusy, Diagnose, MoveMoney, Notify, OpenTicket, Spawn>;

/// What the world hands to a decision besides the event.
struct Context {
  const Policy& policy;
  Instant now;
  TicketId fresh_ticket;  ///< used where the step opens a ticket
};

struct Step {
  Activation next;
  std::optional<HistoryEntry> entry;  ///< none: known already or without meaning; nothing is stored
  std::vector<Effect> effects;
};

/// A new activation and its first entry. `start_at` in the future: a deactivation that waits for its day.
[[nodiscard]] Step open(Order order, ActivationId id, Instant start_at, const Context& context);

/// The one decision of this capability: what an event makes of an activation, and what must be done about it.
/// Every pair of state and event has an answer; late and repeated events change nothing or start what puts
/// the world right.
/// @errors  conflict: a cancellation that comes too late. Thread: any. Cost: O(1), one copy of the
/// activation.
/// @source  brief, state diagram; RULINGS T1 to T29, T44 to T46, T55, T58, T59, T61, T62.
[[nodiscard]] Result<Step> advance(const Activation& activation, const Event& event, const Context& context);

}  // namespace contactor::ota
