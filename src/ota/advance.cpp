#include "ota/advance.h"

#include <array>

#include <fmt/format.h>

#include "ota/step_builder.h"

namespace contactor::ota {
namespace {

constexpr std::array<std::string_view, kEventCount> kEventNames{
    "granted",     "budget_exhausted", "precheck_failed", "found_active",    "answered",
    "observed",    "overdue",          "elapsed",         "horizon_reached", "diagnosed",
    "money_moved", "cancel_requested", "ticket_ended"};

using Handled = Result<Step>;

bool has_failed(State state) { return state == State::Failed || state == State::Canceled; }

// -- one function per event; each knows all states --------------------------------------------------------

Handled on(const Granted& event, StepBuilder step) {
  if (!waits_to_send(step.next().state)) return std::move(step).ignored();
  step.send(event.generation);
  return std::move(step).recorded();
}

Handled on(const BudgetExhausted& event, StepBuilder step) {
  if (!waits_to_send(step.next().state)) return std::move(step).ignored();
  step.wait_for_budget(event.until, event.why);
  return std::move(step).recorded();
}

Handled on(const PrecheckFailed& event, StepBuilder step) {
  if (!waits_to_send(step.next().state)) return std::move(step).ignored();
  step.next().attempts += 1;
  step.say("the look before the command stood for the attempt; no command was sent");
  step.fail(event.failure, {});
  return std::move(step).recorded();
}

Handled on(const FoundActive&, StepBuilder step) {
  if (!waits_to_send(step.next().state)) return std::move(step).ignored();
  step.say("the vehicle reports the feature active already; no command was needed");
  step.succeed();
  return std::move(step).recorded();
}

Handled on_confirmed(StepBuilder step) {
  if (step.next().cancel_requested) {
    step.move_to(State::CheckingResponse);
    step.say("confirmed after the cancellation");
    step.end_as_canceled(false);
  } else {
    step.succeed();
  }
  return std::move(step).recorded();
}

Handled on(const Answered& event, StepBuilder step) {
  if (step.next().state != State::WaitingResponse) return std::move(step).ignored();
  step.about_command(step.next().command_ordinal);
  switch (event.answer.kind) {
    case CommandAnswer::Kind::accepted:
      // Nothing is decided by an acceptance: it is remembered, and stored with the next step.
      step.next().accepted = true;
      return std::move(step).ignored();
    case CommandAnswer::Kind::confirmed:
      return on_confirmed(std::move(step));
    case CommandAnswer::Kind::refused:
      step.fail(event.answer.failure, event.answer.retry_after);
      return std::move(step).recorded();
    case CommandAnswer::Kind::rate_limited:
      if (step.next().cancel_requested) {
        step.fail(event.answer.failure, {});
        return std::move(step).recorded();
      }
      // Not taken by the API, so it was not an attempt; the send stays in the vehicle's budget (T11).
      step.next().attempts -= 1;
      step.next().answer_by = Instant::never();
      step.wait_for_budget(step.now() + event.answer.retry_after.value_or(step.policy().rate_limit_wait),
                           "the IoT API asked to send later");
      return std::move(step).recorded();
    case CommandAnswer::Kind::unknown:
      step.failed_with(event.answer.failure);
      step.say("the answer was lost or made no sense: the vehicle is asked before anything else is sent");
      return std::move(step).recorded();
  }
  return std::move(step).ignored();
}

/// A confirmation that comes after the end: the customer was told that nothing was delivered, so it is taken
/// back (T23).
Handled on_late_confirmation(const Observed& event, StepBuilder step) {
  if (step.is_deactivation() || step.next().compensated) return std::move(step).ignored();
  step.about_command(event.ordinal);
  step.say("the vehicle confirmed after the end; the feature is switched off again");
  step.compensate("rollback");
  return std::move(step).recorded();
}

/// What the car shows weighs more than what is said of the command. Once a command this is written down.
Handled on_contradiction(StepBuilder step) {
  constexpr std::string_view words =
      "the feature to show what is said of the command: applied, and not so in the car";
  if (step.next().waits_for == words) return std::move(step).ignored();
  step.about_command(step.next().command_ordinal);
  step.say("the status says applied and shows the feature otherwise: it is not believed");
  step.next().waits_for = words;
  return std::move(step).recorded();
}

Handled on(const Observed& event, StepBuilder step) {
  const Activation& activation = step.next();
  if (event.ordinal == 0 || event.ordinal > activation.command_ordinal) return std::move(step).ignored();
  const bool is_latest = event.ordinal == activation.command_ordinal;
  if (event.status == CommandStatus::applied) {
    if (has_failed(activation.state) || activation.state == State::ReversingPayment)
      return on_late_confirmation(event, std::move(step));
    if (is_final(activation.state) || activation.state == State::Scheduled) return std::move(step).ignored();
    // An old "on" must not answer for a newer wish; a command of this activation always carries the same wish
    // (S13).
    step.about_command(event.ordinal);
    step.say("confirmed by " + event.source);
    return on_confirmed(std::move(step));
  }
  const bool is_refusal = event.status == CommandStatus::rejected || event.status == CommandStatus::timed_out;
  if (!is_latest || activation.state != State::WaitingResponse) return std::move(step).ignored();
  if (event.contradicted) return on_contradiction(std::move(step));
  if (!is_refusal) return std::move(step).ignored();
  step.about_command(event.ordinal);
  step.say("told by " + event.source);
  step.fail(event.failure, {});
  return std::move(step).recorded();
}

Handled on(const Overdue&, StepBuilder step) {
  if (step.next().state != State::WaitingResponse || step.now() < step.next().answer_by)
    return std::move(step).ignored();
  step.about_command(step.next().command_ordinal);
  step.fail(Failure{.category = FailureCategory::VehicleOffline,
                    .code = "command_timeout",
                    .message = fmt::format("the vehicle did not answer within {}",
                                           to_duration_text(step.policy().command_timeout))},
            {});
  return std::move(step).recorded();
}

Handled on(const Elapsed&, StepBuilder step) {
  if (step.now() < step.next().next_action_at) return std::move(step).ignored();
  switch (step.next().state) {
    case State::Scheduled:
      step.move_to(State::QueuedForActivation);
      step.next().next_action_at = step.now();
      step.next().waits_for.clear();
      return std::move(step).recorded();
    case State::MaxRetriesExceeded:
      step.escalate();
      return std::move(step).recorded();
    case State::QueryingVehicleState:
      // The diagnosis was lost with the node that asked: it is asked again.
      step.next().next_action_at = step.now() + step.policy().diagnosis_timeout * 2;
      step.act(Diagnose{});
      return std::move(step).recorded();
    case State::ReversingPayment:
      step.say("the provider has not answered yet; the customer is told what is known");
      step.end_as_failed();
      return std::move(step).recorded();
    case State::PaymentConfirmed:
    case State::QueuedForActivation:
    case State::SendingCommand:
    case State::WaitingResponse:
    case State::CheckingResponse:
    case State::Success:
    case State::Failure:
    case State::EvaluatingRetry:
    case State::CalculateBackoff:
    case State::WaitingBackoff:
    case State::NotifyingCustomer:
    case State::Active:
    case State::EscalatingToSupport:
    case State::NotifyingFailure:
    case State::Failed:
    case State::WaitingBudget:
    case State::Canceled:
    case State::Deactivated:
      return std::move(step).ignored();
  }
  return std::move(step).ignored();
}

Handled on(const HorizonReached&, StepBuilder step) {
  if (!waits_to_send(step.next().state) || step.is_deactivation()) return std::move(step).ignored();
  if (!step.next().last_failure)
    step.failed_with(Failure{.category = FailureCategory::MaxRetriesExceeded,
                             .code = "horizon_reached",
                             .message = "no command could be sent while the payment's hold was safe"});
  step.escalate();
  return std::move(step).recorded();
}

Handled on(const Diagnosed& event, StepBuilder step) {
  if (step.next().state != State::QueryingVehicleState) return std::move(step).ignored();
  if (confirms(event.diagnostics, step.next())) {
    step.say("the diagnosis found the feature as wanted");
    step.succeed();
    return std::move(step).recorded();
  }
  step.move_to(State::EscalatingToSupport);
  if (step.next().ticket_id.empty()) step.open_ticket(event.diagnostics);
  step.reverse_payment();
  return std::move(step).recorded();
}

Handled on(const MoneyMoved& event, StepBuilder step) {
  Activation& activation = step.next();
  if (!is_money_transition(activation.money_state, event.to)) return std::move(step).ignored();
  step.say(event.detail);
  step.move_money(event.to);
  const bool is_back = event.to == MoneyState::released || event.to == MoneyState::refunded;
  if (activation.state == State::ReversingPayment && is_back) step.end_as_failed();
  // The failure was told while the money was still on its way: the promise of a second word is kept.
  else if (activation.state == State::Failed && is_back)
    step.act(Notify{NoticeEvent::MoneyReturned});
  return std::move(step).recorded();
}

Handled on(const CancelRequested& event, StepBuilder step) {
  Activation& activation = step.next();
  if (activation.cancel_requested && !is_final(activation.state)) return std::move(step).ignored();
  step.as(event.actor);
  step.say(event.reason);
  if (activation.state == State::WaitingResponse) {
    // A command is on its way: its outcome is awaited, so that two commands never overlap. The money goes
    // back now.
    activation.cancel_requested = true;
    step.move_money(money_reversed(activation.money_state));
    return std::move(step).recorded();
  }
  if (!waits_to_send(activation.state) && activation.state != State::Scheduled &&
      activation.state != State::MaxRetriesExceeded)
    return fail(
        ErrorKind::conflict, "ota",
        fmt::format("an activation in state {} can no longer be canceled", to_string(activation.state)));
  activation.cancel_requested = true;
  step.end_as_canceled(event.superseded);
  return std::move(step).recorded();
}

Handled on(const TicketEnded& event, StepBuilder step) {
  if (step.next().service_status != ServiceStatus::PendingSupport) return std::move(step).ignored();
  step.as(event.actor);
  step.next().service_status = event.delivered ? ServiceStatus::Active : ServiceStatus::FailedActivation;
  return std::move(step).recorded();
}

}  // namespace

std::string_view name_of(const Event& event) { return kEventNames[event.index()]; }

Step open(Order order, ActivationId id, Instant start_at, const Context& context) {
  Activation fresh{.id = id, .order = std::make_shared<const Order>(std::move(order))};
  fresh.created_at = context.now;
  fresh.money_state = money_at_entry(fresh.order->payment);
  const bool is_activation = fresh.order->action == Action::activate;
  if (is_activation) fresh.horizon_at = context.now + context.policy.horizon;
  StepBuilder step(fresh, context, "ordered");
  const bool waits = start_at > context.now;
  step.next().next_action_at = waits ? start_at : context.now;
  if (waits) step.next().waits_for = "its day: " + to_rfc3339(start_at);
  if (!is_activation)
    step.next().service_status = waits ? ServiceStatus::Active : ServiceStatus::Deactivating;
  step.as(fresh.order->ordered_by.empty() ? "engine" : fresh.order->ordered_by);
  if (fresh.money_state != MoneyState::none) step.act(Notify{NoticeEvent::PaymentConfirmed});
  step.move_to(waits ? State::Scheduled : State::QueuedForActivation);
  return std::move(step).recorded();
}

Result<Step> advance(const Activation& activation, const Event& event, const Context& context) {
  return std::visit(
      [&](const auto& what) { return on(what, StepBuilder(activation, context, name_of(event))); }, event);
}

}  // namespace contactor::ota
