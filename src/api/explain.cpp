#include "api/explain.h"

#include <fmt/format.h>

#include "json/json.h"

namespace contactor::api {
namespace {

std::string wanted_words(const ota::Order& order) {
  const std::string_view what = order.action == ota::Action::activate ? "switched on" : "switched off";
  std::string words = fmt::format("{} {} in vehicle {}",
                                  order.service_name.empty() ? order.service_id.str() : order.service_name,
                                  what, order.vin.str());
  if (order.duration) words += fmt::format(" for {}", to_duration_text(*order.duration));
  if (!order.reason.empty())
    words += fmt::format(" (follows from {}: {})", contactor::to_string(order.parent), order.reason);
  return words + fmt::format("; order {} of {}", order.order_id.str(), to_rfc3339(order.requested_at));
}

std::string observed_words(const ota::Activation& activation) {
  if (activation.confirmed_at)
    return fmt::format("the car confirmed it at {}", to_rfc3339(*activation.confirmed_at));
  if (activation.last_failure) {
    const auto& failure = *activation.last_failure;
    std::string words = fmt::format("{}: {}", ota::to_string(failure.category),
                                    failure.message.empty() ? failure.code : failure.message);
    if (failure.http_status != 0) words += fmt::format(" (HTTP {})", failure.http_status);
    return words;
  }
  if (activation.attempts == 0) return "no command has been sent yet";
  return activation.accepted ? "the IoT API accepted the command; the car has not confirmed it"
                             : "the command has no answer yet";
}

std::vector<std::string> obstacles(const Story& story, const std::vector<ports::Incident>& incidents) {
  std::vector<std::string> found;
  const ota::Activation& activation = story.activation;
  if (!activation.waits_for.empty()) found.push_back("waits for " + activation.waits_for);
  if (!ota::is_final(activation.state))
    for (const auto& incident : incidents)
      if (!incident.ended_at)
        found.push_back(fmt::format("incident {} since {}: {}", incident.cause,
                                    to_rfc3339(incident.opened_at), incident.detail));
  if (activation.state == ota::State::Failed &&
      activation.service_status == ota::ServiceStatus::PendingSupport)
    found.push_back(
        fmt::format("a technician must decide: ticket {}", contactor::to_string(activation.ticket_id)));
  for (const auto& owed : story.pending)
    if (owed.tries > 0)
      found.push_back(
          fmt::format("{} {} did not succeed in {} tries", to_string(owed.kind), owed.key, owed.tries));
  return found;
}

std::string next_of_state(const ota::Activation& activation) {
  switch (activation.state) {
    case ota::State::PaymentConfirmed:
    case ota::State::QueuedForActivation:
      return "the first command is sent as soon as the vehicle is free";
    case ota::State::SendingCommand:
    case ota::State::WaitingResponse:
      return "the car answers, or the command counts as timed out";
    case ota::State::CheckingResponse:
    case ota::State::Success:
    case ota::State::Failure:
    case ota::State::EvaluatingRetry:
    case ota::State::CalculateBackoff:
      return "the answer is judged";
    case ota::State::WaitingBackoff:
      return "the car is asked, and if it has not confirmed meanwhile, the next attempt is sent";
    case ota::State::MaxRetriesExceeded:
      return "nothing is sent any more; a late confirmation still wins, otherwise it is escalated";
    case ota::State::NotifyingCustomer:
    case ota::State::NotifyingFailure:
      return "the customer is told";
    case ota::State::QueryingVehicleState:
      return "the car is diagnosed for the ticket";
    case ota::State::EscalatingToSupport:
      return "a ticket is opened";
    case ota::State::ReversingPayment:
      return "the money goes back, then the customer is told";
    case ota::State::Scheduled:
      return "the feature is switched off on its day";
    case ota::State::WaitingBudget:
      return "the command is sent when the budget allows; waiting is not an attempt";
    case ota::State::Failed:
      return activation.service_status == ota::ServiceStatus::PendingSupport
                 ? "a technician acts on the ticket"
                 : "nothing: it has ended";
    case ota::State::Active:
    case ota::State::Canceled:
    case ota::State::Deactivated:
      return "nothing: it has ended";
  }
  return {};
}

std::vector<ExplainedAttempt> past_attempts(const std::vector<ota::HistoryEntry>& history) {
  std::vector<ExplainedAttempt> attempts;
  for (const auto& entry : history) {
    if (entry.command_id.empty() && !entry.failure) continue;
    std::string what = entry.command_id.empty() ? "no command" : entry.command_id;
    what += ": " + entry.event;
    if (entry.failure)
      what += fmt::format(", {} {} {}", ota::to_string(entry.failure->category), entry.failure->code,
                          entry.failure->message);
    else if (!entry.detail.empty())
      what += ", " + entry.detail;
    attempts.push_back({entry.at, std::move(what)});
  }
  return attempts;
}

/// Retries and escalation still to come, if each attempt is refused at once. Only where the schedule, not an
/// answer, comes next.
void plan_rest(Explanation& out, const ota::Policy& policy) {
  const ota::Activation& activation = out.activation;
  if (activation.state == ota::State::MaxRetriesExceeded) out.escalation_at = activation.next_action_at;
  const bool is_retrying =
      activation.state == ota::State::WaitingBackoff || activation.state == ota::State::WaitingResponse;
  if (!is_retrying || activation.next_action_at.is_never()) return;
  Instant at = activation.next_action_at;
  std::uint32_t retry = activation.retries;
  if (activation.state == ota::State::WaitingResponse)
    at = at + ota::delay_before(policy.retry, retry, activation.id);
  // Attempts are counted from 1, retries from 0: the next attempt is retry `retry`, number `attempts + 1`.
  for (std::uint32_t number = activation.attempts + 1; number <= policy.retry.retries_max + 1; ++number) {
    if (at >= activation.horizon_at) break;
    out.remaining.push_back({number, at});
    if (number <= policy.retry.retries_max) at = at + ota::delay_before(policy.retry, ++retry, activation.id);
  }
  if (!out.remaining.empty())
    out.escalation_at = out.remaining.back().not_before + ota::final_grace(policy.retry, activation.id);
}

json::object timeline_object(const ota::Timeline& timeline) {
  json::object out;
  auto& attempts = out["attempts"].emplace_array();
  for (const auto& attempt : timeline.attempts)
    attempts.push_back(json::object{{"number", attempt.number},
                                    {"after", to_duration_text(attempt.at)},
                                    {"after_ms", attempt.at.count()}});
  out["escalation_after"] = to_duration_text(timeline.escalation);
  out["escalation_after_ms"] = timeline.escalation.count();
  return out;
}

std::string timeline_text(std::string_view name, const ota::Timeline& timeline) {
  std::string out = fmt::format("  {:<20}", name);
  for (const auto& attempt : timeline.attempts) out += fmt::format(" {}s", attempt.at.count() / 1000);
  return out + fmt::format(", escalation {}s\n", timeline.escalation.count() / 1000);
}

}  // namespace

Explanation explain(const Story& story, const std::vector<ports::Incident>& incidents,
                    const ota::Policy& policy, Instant now) {
  const ota::Activation& activation = story.activation;
  Explanation out{.subject = contactor::to_string(activation.id),
                  .wanted = wanted_words(*activation.order),
                  .observed = observed_words(activation),
                  .blocked_by = obstacles(story, incidents),
                  .next = next_of_state(activation),
                  .next_at = activation.next_action_at,
                  .money = money_words(activation),
                  .attempts = past_attempts(story.history),
                  .fast = ota::timeline(policy.retry, Millis(0)),
                  .timeouts = ota::timeline(policy.retry, policy.command_timeout),
                  .activation = activation,
                  .pending = story.pending};
  if (!out.next_at.is_never() && out.next_at < now) out.next_at = now;
  if (ota::is_final(activation.state) && !story.pending.empty()) {
    const auto soonest = std::ranges::min(story.pending, {}, &ports::OutboxEntry::next_try_at);
    out.next = fmt::format("{} {} is tried", to_string(soonest.kind), soonest.key);
    out.next_at = std::max(soonest.next_try_at, now);
  }
  plan_rest(out, policy);
  return out;
}

json::object explanation_object(const Explanation& explanation) {
  json::object out{{"subject", explanation.subject},
                   {"wanted", explanation.wanted},
                   {"observed", explanation.observed},
                   {"next", explanation.next},
                   {"next_at", moment_value(explanation.next_at)},
                   {"money", explanation.money}};
  out["blocked_by"] = json::array(explanation.blocked_by.begin(), explanation.blocked_by.end());
  auto& attempts = out["attempts"].emplace_array();
  for (const auto& attempt : explanation.attempts)
    attempts.push_back(json::object{{"at", to_rfc3339(attempt.at)}, {"what", attempt.what}});
  auto& remaining = out["remaining"].emplace_array();
  for (const auto& step : explanation.remaining)
    remaining.push_back(json::object{{"attempt", step.attempt}, {"not_before", to_rfc3339(step.not_before)}});
  out["escalation_at"] = moment_value(explanation.escalation_at);
  out["schedules"] = json::object{{"fast_failures", timeline_object(explanation.fast)},
                                  {"all_timeouts", timeline_object(explanation.timeouts)}};
  out["pending"] = pending_array(explanation.pending);
  out["activation"] = activation_object(explanation.activation);
  return out;
}

std::string explanation_text(const Explanation& explanation) {
  const ota::Activation& activation = explanation.activation;
  std::string out =
      fmt::format("{}: {}, {}, money {}\n", explanation.subject, ota::to_string(activation.state),
                  ota::to_string(activation.service_status), ota::to_string(activation.money_state));
  out += fmt::format("wanted    {}\nobserved  {}\n", explanation.wanted, explanation.observed);
  for (const auto& obstacle : explanation.blocked_by) out += fmt::format("blocked   {}\n", obstacle);
  out += fmt::format("next      {}", explanation.next);
  out += explanation.next_at.is_never() ? "\n" : fmt::format(" at {}\n", to_rfc3339(explanation.next_at));
  out += fmt::format("money     {}\nattempts  {} ({} retries)\n", explanation.money, activation.attempts,
                     activation.retries);
  for (const auto& attempt : explanation.attempts)
    out += fmt::format("  {}  {}\n", to_rfc3339(attempt.at), attempt.what);
  if (!explanation.remaining.empty()) out += "still to come, if each is refused at once\n";
  for (const auto& step : explanation.remaining)
    out += fmt::format("  {}  attempt {}\n", to_rfc3339(step.not_before), step.attempt);
  if (!explanation.escalation_at.is_never())
    out += fmt::format("  {}  escalation\n", to_rfc3339(explanation.escalation_at));
  out += "schedules\n" + timeline_text("refused at once", explanation.fast);
  out += timeline_text("silent every time", explanation.timeouts);
  return out;
}

}  // namespace contactor::api
