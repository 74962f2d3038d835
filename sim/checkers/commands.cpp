#include "checkers/commands.h"

#include <algorithm>

#include <fmt/format.h>

#include "ota/failure.h"
#include "ota/ticket.h"

namespace contactor::sim {
namespace {

using std::chrono::seconds;

bool passes(const ota::HistoryEntry& entry, ota::State state) {
  return std::ranges::find(entry.path, state) != entry.path.end();
}

/// min(2^k × T, M), computed here once more and in another way than the product does.
Millis planned(const ota::RetryPolicy& policy, std::uint32_t retry, Millis longest) {
  if (retry < policy.explicit_delays.size()) return std::min(policy.explicit_delays[retry], longest);
  Millis delay = policy.base_delay;
  for (std::uint32_t i = 0; i < retry && delay < longest; ++i) delay += delay;
  return std::min(delay, longest);
}

}  // namespace

void CommandChecker::step(ActivationId id) {
  const auto* row = evidence_.row(id);
  if (row == nullptr) return;
  const auto& history = evidence_.history(id);
  Seen& seen = evidence_.seen[id];
  for (std::size_t i = seen.entries; i < history.size(); ++i) entry(*row, seen, history[i]);
  one_at_a_time(*row);
}

void CommandChecker::entry(const ota::Activation& row, Seen& seen, const ota::HistoryEntry& entry) {
  answered_in_time(row, seen, entry);
  if (passes(entry, ota::State::SendingCommand)) sent(row, seen, entry);
  if (passes(entry, ota::State::CalculateBackoff)) backed_off(row, seen, entry);
  if (entry.failure && !ota::is_retryable(entry.failure->category) && passes(entry, ota::State::Failure))
    seen.gave_up = true;
  if (entry.event == "cancel_requested") seen.canceled = true;
}

void CommandChecker::sent(const ota::Activation& row, Seen& seen, const ota::HistoryEntry& entry) {
  if (seen.gave_up)
    evidence_.violated("C6", row.id, "a command was sent after a failure that no retry can cure");
  if (seen.canceled) evidence_.violated("C7", row.id, "a command was sent after the cancellation");
  if (entry.at < seen.not_before && seen.backoff_clock == evidence_.clock_settings)
    evidence_.violated(
        "C10", row.id,
        fmt::format("a retry was sent {} before its time", to_duration_text(seen.not_before - entry.at)));
  const auto [known, first] = evidence_.intents.emplace(entry.command_id, evidence_.universe.clock.now());
  if (!first)
    evidence_.violated("C4", row.id, fmt::format("two attempts share the command id {}", entry.command_id));
  // A clock that was set between the decision and its commit is seen in neither count.
  const bool clock_was_set =
      evidence_.clock_settings > 0 && evidence_.universe.clock.now() - evidence_.clock_set_at < seconds(10);
  not_overlapping(row, entry.command_id);
  if (clock_was_set) newest_[row.order->vin].clock_settings = UINT64_MAX;
  seen.sent_at = entry.at;
  seen.sent_in_calm = clock_was_set ? UINT64_MAX : evidence_.disturbances;
}

/// C2 on the wire: what may still be on its way to the car is not followed by another command before its time
/// is over.
void CommandChecker::not_overlapping(const ota::Activation& row, const std::string& command_id) {
  Newest& newest = newest_[row.order->vin];
  const Instant now = evidence_.universe.clock.now();
  const Millis timeout = evidence_.universe.scenario.policy.command_timeout;
  const bool open = newest.left && !newest.ended && now + seconds(10) < newest.committed_at + timeout;
  if (open && newest.clock_settings == evidence_.clock_settings)
    evidence_.violated("C2", row.id,
                       fmt::format("{} follows {} after {}, whose end nobody has told", command_id,
                                   newest.command_id, to_duration_text(now - newest.committed_at)));
  newest = {.command_id = command_id, .committed_at = now, .clock_settings = evidence_.clock_settings};
}

void CommandChecker::told_end_of(std::string_view command_id) {
  for (auto& [vin, newest] : newest_)
    if (newest.command_id == command_id) newest.ended = true;
}

void CommandChecker::request_sent(const ports::HttpRequest& request) {
  if (!request.url.ends_with("/configure")) return;
  const auto vin = Vin::parse(std::string_view(request.url).substr(request.url.size() - 27, 17));
  const auto found = vin ? newest_.find(*vin) : newest_.end();
  if (found == newest_.end() || request.body.find(found->second.command_id) == std::string::npos) return;
  found->second.left = true;
  left_at_[found->second.command_id] = evidence_.universe.clock.now();
}

void CommandChecker::request_ended(const ports::HttpRequest& request, const ports::HttpResponse* response) {
  if (response == nullptr) return;
  const std::size_t vehicle = request.url.find("/iot/vehicle/");
  if (vehicle == std::string::npos) return;
  const auto vin = Vin::parse(std::string_view(request.url).substr(vehicle + 13, 17));
  const auto found = vin ? newest_.find(*vin) : newest_.end();
  if (found == newest_.end()) return;
  Newest& newest = found->second;
  const bool configures = request.url.ends_with("/configure");
  if (configures && request.body.find(newest.command_id) == std::string::npos) return;
  // A refusal is the end of the command it answers; any other answer ends it only where it says so.
  if (configures && response->status >= 300) newest.ended = true;
  const bool about = response->body.find(newest.command_id) != std::string::npos;
  for (const std::string_view end : {"\"applied\"", "\"rejected\"", "\"timed_out\"", "\"error\""})
    if ((about || configures) && response->body.find(end) != std::string::npos) newest.ended = true;
}

void CommandChecker::backed_off(const ota::Activation& row, Seen& seen, const ota::HistoryEntry& entry) {
  const auto& policy = evidence_.universe.scenario.policy;
  const bool deactivates = row.order->action == ota::Action::deactivate;
  ota::RetryPolicy retry = policy.retry;
  if (deactivates) retry.explicit_delays.clear();
  const Millis longest = deactivates ? policy.deactivation_delay_max : retry.max_delay;
  const Millis least = planned(retry, entry.retries - 1, longest);
  // The row is younger than the entry only where several steps were committed together.
  if (entry.seq != row.history_count) return;
  const Millis chosen = row.next_action_at - entry.at;
  seen.not_before = row.next_action_at;
  seen.backoff_clock = evidence_.clock_settings;
  if (chosen < least)
    evidence_.violated("C10", row.id,
                       fmt::format("backs off for {}, the formula says {}", to_duration_text(chosen),
                                   to_duration_text(least)));
  // Longer than the cap only because the API named a time.
  if (chosen > longest && entry.event != "answered")
    evidence_.violated("C10", row.id,
                       fmt::format("backs off for {}, past the cap of {}", to_duration_text(chosen),
                                   to_duration_text(longest)));
}

/// C8: an attempt ends when its time is over, unless the process, its clock or its disk were disturbed
/// meanwhile.
void CommandChecker::answered_in_time(const ota::Activation& row, const Seen& seen,
                                      const ota::HistoryEntry& entry) {
  const bool ends = seen.state == ota::State::WaitingResponse && entry.path.size() > 1;
  if (!ends || seen.sent_in_calm != evidence_.disturbances) return;
  const Millis took = entry.at - seen.sent_at;
  const Millis allowed = evidence_.universe.scenario.policy.command_timeout + seconds(6);
  if (took > allowed)
    evidence_.violated("C8", row.id,
                       fmt::format("an attempt ended after {}, {} are allowed", to_duration_text(took),
                                   to_duration_text(allowed)));
}

void CommandChecker::one_at_a_time(const ota::Activation& row) {
  ActivationId& holder = in_flight_[row.order->vin];
  if (row.state == ota::State::WaitingResponse) {
    if (!holder.empty() && holder != row.id)
      evidence_.violated(
          "C2", row.id,
          fmt::format("two commands on their way to one vehicle, the other is of {}", to_string(holder)));
    holder = row.id;
  } else if (holder == row.id) {
    holder = ActivationId();
  }
}

void CommandChecker::look() {
  const auto& arrivals = evidence_.universe.world.logs().arrivals;
  for (; arrivals_seen_ < arrivals.size(); ++arrivals_seen_) {
    const auto& arrival = arrivals[arrivals_seen_];
    if (arrival.command_id.empty()) continue;
    const auto ref = ota::parse_command_id(arrival.command_id);
    const ActivationId about = ref ? ref->activation : ActivationId();
    const auto [known, first] =
        arrived_.emplace(arrival.command_id, Arrived{.vin = arrival.vin,
                                                     .service_id = arrival.service_id,
                                                     .enable = arrival.enable,
                                                     .generation = arrival.generation});
    const Arrived& same = known->second;
    if (same.vin != arrival.vin || same.service_id != arrival.service_id || same.enable != arrival.enable ||
        same.generation != arrival.generation)
      evidence_.violated("C4", about, fmt::format("{} arrived with two payloads", arrival.command_id));
    if (!evidence_.intents.contains(arrival.command_id))
      evidence_.violated("C3", about,
                         fmt::format("{} arrived, its sending was never committed", arrival.command_id));
    if (!first) continue;
    budget(arrival);
    const auto [generation, is_new] =
        generations_.emplace(std::pair(arrival.vin, arrival.generation), arrival.command_id);
    if (!is_new)
      evidence_.violated(
          "C4", about,
          fmt::format("{} and {} carry the same generation", arrival.command_id, generation->second));
  }
}

Instant CommandChecker::counted_at(const world::CommandArrival& arrival) const {
  const auto found = left_at_.find(arrival.command_id);
  if (found == left_at_.end()) return arrival.at;
  const bool given_up = arrival.at > found->second + evidence_.universe.scenario.policy.request_timeout;
  return given_up ? found->second : arrival.at;
}

void CommandChecker::budget(const world::CommandArrival& arrival) {
  auto& hour = hour_[arrival.vin];
  const Instant at = counted_at(arrival);
  while (!hour.empty() && hour.front() <= at - std::chrono::hours(1)) hour.pop_front();
  hour.insert(std::ranges::upper_bound(hour, at), at);
  // A wall clock that is set shortens or stretches the hour that the engine counts: a known limit, see
  // README.md.
  if (evidence_.clock_settings > 0 && arrival.at - evidence_.clock_set_at < std::chrono::hours(3)) return;
  const std::size_t allowed = evidence_.universe.scenario.policy.commands_per_hour;
  const auto ref = ota::parse_command_id(arrival.command_id);
  if (hour.size() > allowed)
    evidence_.violated("C1", ref ? ref->activation : ActivationId(),
                       fmt::format("{} commands arrived for one vehicle within an hour, {} are allowed",
                                   hour.size(), allowed));
}

void CommandChecker::at_end() { tickets(); }

/// C9: one ticket for each failure, none without, and no field missing in silence.
void CommandChecker::tickets() {
  std::unordered_map<ActivationId, int> count;
  for (const auto& [ticket_id, ticket] : evidence_.universe.disk.tickets) {
    ++count[ticket.activation_id];
    const auto* row = evidence_.row(ticket.activation_id);
    const auto missing = [&](std::string_view field) {
      evidence_.violated("C9", ticket.activation_id,
                         fmt::format("{} has no {}", to_string(ticket.id), field));
    };
    if (row == nullptr) missing("activation");
    if (ticket.id.empty()) missing("id");
    if (ticket.customer_id.empty()) missing("customer");
    if (ticket.service_id.empty() || ticket.service_name.empty()) missing("service");
    if (ticket.last_error_code.empty() && ticket.last_error_message.empty()) missing("last error");
    if (ticket.configuration_payload.empty()) missing("configuration payload");
    for (const auto* finding : {&ticket.vehicle_status_snapshot, &ticket.vehicle_online_status,
                                &ticket.network_signal_strength, &ticket.vehicle_firmware_version})
      if (finding->value.empty() && finding->unavailable.empty()) missing("finding, nor why it is missing");
  }
  for (const auto& [id, seen] : evidence_.seen) {
    const auto* row = evidence_.row(id);
    if (row == nullptr) continue;
    const int tickets = count[id];
    const bool failed = row->state == ota::State::Failed;
    if (tickets > 1) evidence_.violated("C9", id, fmt::format("{} tickets for one failure", tickets));
    if (failed && tickets == 0) evidence_.violated("C9", id, "failed without a ticket");
    if (!failed && tickets > 0 && row->order->action == ota::Action::activate &&
        row->state != ota::State::ReversingPayment)
      evidence_.violated("C9", id,
                         fmt::format("a ticket, and the activation is {}", ota::to_string(row->state)));
  }
}

}  // namespace contactor::sim
