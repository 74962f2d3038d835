// Commands on their way: answers, polls, the last look, the diagnosis, and the breaker that judges every
// call.

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "engine/impl.h"

namespace contactor::engine {
namespace {

/// A car that is offline or refuses says nothing about the API in front of it.
Breaker::Outcome judge(const ota::CommandAnswer& answer) {
  using enum ota::FailureCategory;
  const ota::Failure& failure = answer.failure;
  if (answer.kind == ota::CommandAnswer::Kind::accepted || answer.kind == ota::CommandAnswer::Kind::confirmed)
    return Breaker::Outcome::fine;
  if (failure.category == AuthorizationFailure) return Breaker::Outcome::unauthorized;
  const bool upstream = failure.http_status == 0 || failure.http_status >= 500;
  const bool is_car = failure.category == VehicleOffline || failure.code == "network_congestion";
  return upstream && !is_car ? Breaker::Outcome::broken : Breaker::Outcome::fine;
}

/// What the ticket lists as attempts, read off the history.
std::vector<ota::AttemptRecord> attempts_of(const std::vector<ota::HistoryEntry>& history) {
  std::vector<ota::AttemptRecord> attempts;
  for (const auto& entry : history) {
    if (entry.event == "granted" || entry.event == "precheck_failed")
      attempts.push_back({.number = entry.attempts,
                          .at = entry.at,
                          .command_id = entry.command_id,
                          .response = "no answer recorded"});
    if (!entry.failure || attempts.empty()) continue;
    const auto& failure = *entry.failure;
    attempts.back().response = failure.http_status == 0 ? fmt::format("{}: {}", failure.code, failure.message)
                                                        : fmt::format("{} {}: {}", failure.http_status,
                                                                      failure.code, failure.message);
  }
  return attempts;
}

}  // namespace

template <class T>
ports::Done<Result<T>> Engine::Impl::answer_for(Work& work,
                                                std::move_only_function<void(Work&, Result<T>)> then) {
  work.calling = true;
  calls_ += 1;
  return [self = self_, id = work.activation.id, serial = work.serial,
          then = std::move(then)](Result<T> answer) mutable {
    if (!*self) return;
    Impl& engine = **self;
    engine.calls_ -= 1;
    engine.record_call(answer ? Breaker::Outcome::fine : outcome_of(answer.error()));
    Work* still = engine.find_work(id, serial);
    if (still == nullptr) return;
    still->calling = false;
    then(*still, std::move(answer));
    still = engine.find_work(id, serial);
    if (still != nullptr) engine.run_next_event(*still);
    engine.pump();
  };
}

template ports::Done<Result<ota::VehicleStatus>> Engine::Impl::answer_for(
    Work&, std::move_only_function<void(Work&, Result<ota::VehicleStatus>)>);
template ports::Done<Result<std::vector<ota::IotHistoryItem>>> Engine::Impl::answer_for(
    Work&, std::move_only_function<void(Work&, Result<std::vector<ota::IotHistoryItem>>)>);

void Engine::Impl::send_command(Work& work, const ota::SendCommand& command) {
  const ota::Order& order = *work.activation.order;
  work.poll_after = settings_.policy.poll_min;
  // Between the decision and the end of its commit the lease may have run out, and the hour that the intent
  // was counted in with it. What was not sent is found by asking for it, as after a crash.
  const bool is_late = ports_.nodes != nullptr && now() - work.activation.sent_at > ports::kSendingEndsAfter;
  if (!may_act() || is_late) {
    end_sending(work);
    return watch_on(work);
  }
  counters_.commands_sent += 1;
  calls_ += 1;
  work.calling = true;
  last_vin_ = order.vin;
  ports::ConfigureCommand request{.vin = order.vin,
                                  .command_id = command.command_id,
                                  .service_id = order.service_id,
                                  .enable = command.enable,
                                  .configuration = order.configuration,
                                  .generation = command.generation,
                                  .expires_at = command.expires_at,
                                  .may_begin = [self = self_] { return *self && (*self)->may_act(); }};
  ports_.iot.configure(
      std::move(request), respond_by(),
      [self = self_, id = work.activation.id, serial = work.serial](ota::CommandAnswer answer) {
        if (*self) (*self)->answered(id, serial, std::move(answer));
      });
}

void Engine::Impl::answered(ActivationId id, std::uint64_t serial, ota::CommandAnswer answer) {
  calls_ -= 1;
  const Breaker::Outcome outcome = judge(answer);
  if (outcome == Breaker::Outcome::unauthorized && breaker_.is_open()) {
    // One cause, one escalation: the others were not taken by the API and wait for the incident's end (T45).
    answer.kind = ota::CommandAnswer::Kind::rate_limited;
  }
  record_call(outcome);
  Work* work = find_work(id, serial);
  if (work != nullptr) {
    work->calling = false;
    end_sending(*work);
    // What comes when the command's time is over may be refused for nothing but that: it has timed out.
    if (answer.kind == ota::CommandAnswer::Kind::refused && now() >= work->activation.answer_by)
      answer.kind = ota::CommandAnswer::Kind::unknown;
    const bool lost =
        answer.kind == ota::CommandAnswer::Kind::unknown || answer.kind == ota::CommandAnswer::Kind::accepted;
    if (answer.kind == ota::CommandAnswer::Kind::refused) counters_.attempts_failed += 1;
    happen(*work, ota::Answered{std::move(answer)});
    work = find_work(id, serial);
    if (work != nullptr && lost && work->activation.state == ota::State::WaitingResponse) watch_on(*work);
  }
  pump();
}

/// Sets the next poll: from poll_min to poll_max, never past the command's deadline.
void Engine::Impl::watch_on(Work& work) {
  wake_at(work.activation.id, std::min(now() + work.poll_after, work.activation.answer_by));
  work.poll_after =
      std::min(std::max(work.poll_after * 2, settings_.policy.poll_min), settings_.policy.poll_max);
}

void Engine::Impl::poll(Work& work) {
  const ota::Activation& activation = work.activation;
  // A poll that hangs must not delay the last look.
  const Instant by = std::min(respond_by(), clock_.on_the_wall(activation.answer_by));
  ports_.iot.status(
      activation.order->vin, ota::command_id(activation.id, activation.command_ordinal), by,
      answer_for<ota::VehicleStatus>(work, [this](Work& still, Result<ota::VehicleStatus> status) {
        polled(still, std::move(status));
      }));
}

void Engine::Impl::polled(Work& work, Result<ota::VehicleStatus> status) {
  if (work.activation.state != ota::State::WaitingResponse) return;
  watch_on(work);
  if (status) happen(work, ota::read_status(*status, work.activation));
}

/// The five minutes are over: status and history are asked once more before the attempt counts as failed
/// (T7).
void Engine::Impl::last_look(Work& work) {
  const ota::Activation& activation = work.activation;
  const Instant until = activation.answer_by + std::chrono::seconds(4);
  if (now() >= until) return overdue(work);
  const Instant by = clock_.on_the_wall(until);
  const Vin vin = activation.order->vin;
  auto then = [this, vin, by](Work& still, Result<ota::VehicleStatus> status) {
    if (still.activation.state != ota::State::WaitingResponse) return;
    if (status) {
      ota::Observed seen = ota::read_status(*status, still.activation);
      if (seen.status != ota::CommandStatus::unknown && seen.status != ota::CommandStatus::accepted &&
          seen.status != ota::CommandStatus::delivered)
        return happen(still, std::move(seen));
      // What the car shows weighs more than what was written down about it.
      if (ota::contradicts(*status, still.activation)) return overdue(still);
    }
    using History = std::vector<ota::IotHistoryItem>;
    ports_.iot.history(vin, by, answer_for<History>(still, [this](Work& work_now, Result<History> history) {
                         if (history) {
                           ota::Observed seen = ota::read_history(*history, work_now.activation);
                           if (seen.status == ota::CommandStatus::applied)
                             return happen(work_now, std::move(seen));
                         }
                         overdue(work_now);
                       }));
  };
  ports_.iot.status(vin, ota::command_id(activation.id, activation.command_ordinal), by,
                    answer_for<ota::VehicleStatus>(work, std::move(then)));
}

/// Nothing was found. A clock that was set back while looking makes it too early to say so: it is looked
/// again then.
void Engine::Impl::overdue(Work& work) {
  const ota::Activation& activation = work.activation;
  const bool is_early = activation.state == ota::State::WaitingResponse && now() < activation.answer_by;
  if (is_early) wake_at(activation.id, activation.answer_by);
  happen(work, ota::Overdue{});
}

void Engine::Impl::diagnose(Work& work) {
  if (!may_act()) return;  // Whoever goes on with it asks again.
  struct Gathering {
    ota::Diagnostics found;
    int open = 4;
  };
  auto gathering = std::make_shared<Gathering>();
  const Vin vin = work.activation.order->vin;
  const ActivationId id = work.activation.id;
  const std::uint64_t serial = work.serial;
  const Instant by = ports_.time.now() + settings_.policy.diagnosis_timeout;
  const std::string command = work.activation.command_ordinal > 0
                                  ? ota::command_id(id, work.activation.command_ordinal)
                                  : std::string();
  work.calling = true;
  calls_ += 1;
  const auto one_done = [self = self_, gathering, id, serial] {
    if (!*self || --gathering->open > 0) return;
    Impl& engine = **self;
    engine.calls_ -= 1;
    Work* still = engine.find_work(id, serial);
    if (still == nullptr) return;
    still->calling = false;
    engine.happen(*still, ota::Diagnosed{std::move(gathering->found)});
    engine.pump();
  };
  ports_.iot.status(vin, command, by, [gathering, one_done](Result<ota::VehicleStatus> status) {
    gathering->found.status = std::move(status);
    one_done();
  });
  ports_.iot.health(vin, by, [gathering, one_done](Result<ota::VehicleHealth> health) {
    gathering->found.health = std::move(health);
    one_done();
  });
  ports_.iot.history(vin, by, [gathering, one_done](Result<std::vector<ota::IotHistoryItem>> history) {
    gathering->found.history = std::move(history);
    one_done();
  });
  ports_.store.history(id, [gathering, one_done](Result<std::vector<ota::HistoryEntry>> history) {
    if (history) gathering->found.attempts = attempts_of(*history);
    one_done();
  });
}

void Engine::Impl::record_call(Breaker::Outcome outcome) {
  if (breaker_.record(outcome, now())) open_incident();
}

}  // namespace contactor::engine
