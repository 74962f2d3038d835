#include "ota/step_builder.h"

#include <algorithm>

#include <fmt/format.h>

#include "ota/failure.h"
#include "ota/transitions.h"

namespace contactor::ota {

StepBuilder::StepBuilder(const Activation& from, const Context& context, std::string_view event_name)
    : context_(context),
      awaited_until_(from.state == State::WaitingResponse ? from.answer_by : Instant()),
      step_{.next = from, .entry = {}, .effects = {}},
      event_name_(event_name) {}

void StepBuilder::move_to(State state) {
  CTR_ASSERT(is_transition(next().state, state));
  next().state = state;
  path_.push_back(state);
}

void StepBuilder::say(std::string detail) { detail_ = std::move(detail); }

void StepBuilder::about_command(std::uint32_t ordinal) {
  about_ = ordinal;
  command_id_ = command_id(next().id, ordinal);
}

void StepBuilder::failed_with(const Failure& failure) {
  failure_ = failure;
  next().last_failure = failure;
}

void StepBuilder::move_money(MoneyState to) {
  if (to == next().money_state) return;
  CTR_ASSERT(is_money_transition(next().money_state, to));
  next().money_state = to;
  if (const auto purpose = purpose_of(to)) act(MoveMoney{*purpose});
}

// -- the ways through the diagram -------------------------------------------------------------------------

void StepBuilder::send(std::uint64_t generation) {
  Activation& activation = next();
  if (activation.state == State::WaitingBackoff) detail_ = "backoff complete";
  move_to(State::SendingCommand);
  // The intent is committed as sent: after a crash the command may be on its way, so it is looked up, not
  // repeated.
  move_to(State::WaitingResponse);
  // Told with the first command: an attempt that the API did not take is counted back, its message is not.
  if (activation.command_ordinal == 0 && !is_deactivation()) act(Notify{NoticeEvent::ActivationStarted});
  activation.attempts += 1;
  activation.command_ordinal += 1;
  activation.generation = generation;
  activation.accepted = false;
  activation.sent_at = now();
  activation.answer_by = now() + policy().command_timeout;
  activation.next_action_at = activation.answer_by;
  activation.waits_for.clear();
  activation.service_status = is_deactivation() ? ServiceStatus::Deactivating : ServiceStatus::Activating;
  about_command(activation.command_ordinal);
  act(SendCommand{.command_id = command_id_,
                  .enable = !is_deactivation(),
                  .generation = generation,
                  .expires_at = activation.answer_by});
}

void StepBuilder::succeed() {
  Activation& activation = next();
  move_to(State::CheckingResponse);
  move_to(State::Success);
  activation.confirmed_at = now();
  move_to(State::NotifyingCustomer);
  activation.answer_by = Instant::never();
  activation.next_action_at = Instant::never();
  activation.waits_for.clear();
  if (is_deactivation()) {
    activation.service_status = ServiceStatus::Inactive;
    return move_to(State::Deactivated);
  }
  move_money(money_after(Confirmation(now()), activation.money_state));
  activation.service_status = ServiceStatus::Active;
  if (order().duration) {
    // The paid period starts with the car's confirmation: the delay of the activation is never billed.
    activation.ends_at = std::max(now(), order().extends_from.value_or(now())) + *order().duration;
    act(Spawn{follower(Action::deactivate, "expiry"), *activation.ends_at});
  }
  act(Notify{NoticeEvent::ActivationSuccessful});
  move_to(State::Active);
}

void StepBuilder::fail(const Failure& failure, std::optional<Millis> retry_after) {
  failed_with(failure);
  next().answer_by = Instant::never();
  move_to(State::CheckingResponse);
  if (next().cancel_requested) return end_as_canceled(false);
  move_to(State::Failure);
  move_to(State::EvaluatingRetry);
  retry_or_give_up(failure, retry_after);
}

void StepBuilder::retry_or_give_up(const Failure& failure, std::optional<Millis> retry_after) {
  if (!is_retryable(failure.category)) return escalate();
  const RetryPolicy& retry = policy().retry;
  if (is_deactivation()) {
    // Switching off is never given up: the customer no longer pays, and nobody else will do it (T61).
    RetryPolicy patient = retry;
    patient.explicit_delays.clear();
    patient.max_delay = policy().deactivation_delay_max;
    back_off(std::max(delay_before(patient, next().retries, next().id), retry_after.value_or(Millis(0))));
    if (next().ticket_id.empty() && now() - order().requested_at >= policy().deactivation_ticket_after)
      open_ticket(Diagnostics{});
    return;
  }
  const Millis delay =
      next().retries < retry.retries_max
          ? std::max(delay_before(retry, next().retries, next().id), retry_after.value_or(Millis(0)))
          : Millis::max();
  if (next().retries < retry.retries_max && now() + delay < next().horizon_at) return back_off(delay);
  move_to(State::MaxRetriesExceeded);
  const Millis grace = final_grace(retry, next().id);
  next().next_action_at = now() + grace;
  next().waits_for = "a late confirmation; no further command is sent";
  if (grace == Millis(0)) escalate();
}

void StepBuilder::back_off(Millis delay) {
  move_to(State::CalculateBackoff);
  next().retries += 1;
  move_to(State::WaitingBackoff);
  next().next_action_at = now() + delay;
  next().waits_for = fmt::format("retry {} after {}", next().retries, to_duration_text(delay));
}

void StepBuilder::escalate() {
  move_to(State::QueryingVehicleState);
  next().next_action_at = now() + policy().diagnosis_timeout * 2;
  next().waits_for = "diagnosis of the vehicle";
  act(Diagnose{});
}

void StepBuilder::open_ticket(const Diagnostics& diagnostics) {
  CTR_ASSERT(!context_.fresh_ticket.empty());
  next().ticket_id = context_.fresh_ticket;
  act(OpenTicket{
      build_ticket(context_.fresh_ticket, next(), diagnostics, policy().sla, policy().on_duty, now())});
}

void StepBuilder::reverse_payment() {
  next().service_status = ServiceStatus::PendingSupport;
  if (is_deactivation()) return end_as_failed();
  move_to(State::ReversingPayment);
  move_money(money_reversed(next().money_state));
  next().next_action_at = now() + policy().reversal_wait;
  next().waits_for = "the payment provider's word on the reversal";
  // Nothing to wait for: nothing was paid.
  if (!purpose_of(next().money_state)) end_as_failed();
}

void StepBuilder::end_as_failed() {
  move_to(State::NotifyingFailure);
  if (!is_deactivation()) act(Notify{NoticeEvent::ActivationFailed});
  next().next_action_at = Instant::never();
  next().waits_for.clear();
  move_to(State::Failed);
}

void StepBuilder::end_as_canceled(bool superseded) {
  move_to(State::Canceled);
  next().service_status = ServiceStatus::Canceled;
  next().next_action_at = Instant::never();
  next().waits_for.clear();
  move_money(money_reversed(next().money_state));
  // Any command that was sent may have arrived, whatever its answer was.
  if (next().command_ordinal > 0 && !superseded && !is_deactivation()) compensate("cancel");
}

void StepBuilder::compensate(std::string_view reason) {
  if (next().compensated) return;
  next().compensated = true;
  act(Spawn{follower(Action::deactivate, reason), now()});
}

void StepBuilder::wait_for_budget(Instant until, std::string why) {
  if (next().state != State::WaitingBudget) move_to(State::WaitingBudget);
  // However long the API asks us to wait, the hold does not wait with us.
  next().next_action_at = std::min(until, next().horizon_at);
  next().waits_for = std::move(why);
}

Order StepBuilder::follower(Action action, std::string_view reason) const {
  Order following = order();
  following.order_id = OrderId(fmt::format("{}/{}", order().order_id.str(), reason));
  following.action = action;
  following.duration.reset();
  following.payment.state = PaidAs::none;
  following.payment.amount.minor_units = 0;
  following.parent = step_.next.id;
  following.reason = reason;
  following.requested_at = now();
  following.requirements = {};
  following.extends = {};
  following.extends_from.reset();
  return following;
}

// -- the end of a step ------------------------------------------------------------------------------------

void StepBuilder::leave_no_command_behind() {
  const bool is_told = about_ == next().command_ordinal;
  if (next().state != State::WaitingResponse && !is_told && now() < awaited_until_)
    act(KeepVehicleBusy{.until = awaited_until_});
}

Step StepBuilder::recorded() && {
  leave_no_command_behind();
  Activation& activation = next();
  activation.version += 1;
  activation.history_count += 1;
  activation.updated_at = now();
  if (path_.empty()) path_.push_back(activation.state);
  step_.entry = HistoryEntry{.seq = activation.history_count,
                             .at = now(),
                             .event = std::move(event_name_),
                             .path = std::move(path_),
                             .service_status = activation.service_status,
                             .money_state = activation.money_state,
                             .attempts = activation.attempts,
                             .retries = activation.retries,
                             .actor = std::move(actor_),
                             .command_id = std::move(command_id_),
                             .failure = std::move(failure_),
                             .detail = std::move(detail_),
                             .node = {},
                             .hash = {}};
  return std::move(step_);
}

Step StepBuilder::ignored() && {
  CTR_ASSERT(path_.empty() && step_.effects.empty());
  return std::move(step_);
}

}  // namespace contactor::ota
