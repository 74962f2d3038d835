#include "world/iot/broker.h"

namespace contactor::world {
namespace {

constexpr Millis command_timeout = std::chrono::minutes(5);

Instant earlier(Instant a, Instant b) { return a < b ? a : b; }

void change(Command& command, CommandState state, Instant now) {
  command.state_before = command.state;
  command.state = state;
  command.changed_at = now;
}

}  // namespace

void Broker::run(const Happening& happening) {
  const auto command = static_cast<std::uint32_t>(happening.subject);
  switch (happening.kind) {
    case HappeningKind::car_receives:
      return car_receives(command, happening.at);
    case HappeningKind::car_acts:
      return car_acts(command, happening.at);
    case HappeningKind::report_arrives:
      return report_arrives(command, happening.at);
    case HappeningKind::command_ends:
      return command_ends(command, happening.at);
    case HappeningKind::lie_starts:
      return lie_starts(command, happening.at);
    case HappeningKind::letter_due:
    case HappeningKind::letter_unanswered:
    case HappeningKind::hold_expires:
    case HappeningKind::refund_settles:
      CTR_ASSERT(false);
  }
}

void Broker::plan_end(std::uint32_t index) {
  const Command& command = commands_.at(index);
  context_.timeline.plan(earlier(command.accepted_at + command_timeout, command.expires_at),
                         HappeningKind::command_ends, index);
}

void Broker::dispatch(std::uint32_t index, Instant now) {
  plan_end(index);
  Command& command = commands_.at(index);
  Car& car = car_of(command);
  if (context_.faults.strikes(FaultKind::broker_lost)) return;
  const Instant reached = car.reachable_at(now);
  if (reached.is_never()) return;
  Instant at = reached + context_.between(Millis(50), Millis(800));
  if (context_.faults.strikes(FaultKind::broker_slow))
    at = at + context_.between(std::chrono::seconds(5), std::chrono::seconds(400));
  context_.timeline.plan(at, HappeningKind::car_receives, index);
  if (context_.faults.strikes(FaultKind::broker_duplicate))
    context_.timeline.plan(at + context_.between(Millis(10), std::chrono::minutes(3)),
                           HappeningKind::car_receives, index);
}

void Broker::dispatch_in_a_flash(std::uint32_t index, Instant now) {
  plan_end(index);
  context_.timeline.plan(now + Millis(5), HappeningKind::car_acts, index);
}

void Broker::car_receives(std::uint32_t index, Instant now) {
  Command& command = commands_.at(index);
  Car& car = car_of(command);
  if (!car.online(now)) return;  // Its mood has changed since the message left.
  car.last_seen_at = now;
  if (car.mood == Mood::flaky && car.drops_left > 0) {
    --car.drops_left;
    return;
  }
  if (command.state == CommandState::accepted) change(command, CommandState::delivered, now);
  if (car.mood == Mood::lying) return plan_truth_of_liar(index, now);
  Instant acts_at = now + context_.between(Millis(100), Millis(1800));
  if (car.mood == Mood::slow)
    acts_at =
        std::max(now, command.accepted_at + context_.between(std::chrono::seconds(296), Millis(299'900)));
  context_.timeline.plan(acts_at, HappeningKind::car_acts, index);
}

void Broker::plan_truth_of_liar(std::uint32_t index, Instant now) {
  if (!commands_.at(index).claims_applied)
    context_.timeline.plan(now + std::chrono::seconds(1), HappeningKind::lie_starts, index);
  // Three lies in ten come true after a while, the others end with the command's time.
  if (context_.faults.dice().chance(0.3))
    context_.timeline.plan(now + context_.between(std::chrono::seconds(30), std::chrono::seconds(120)),
                           HappeningKind::car_acts, index);
}

void Broker::lie_starts(std::uint32_t index, Instant) { commands_.at(index).claims_applied = true; }

bool Broker::take_effect(Command& command, Car& car, Instant now) {
  bool changed = false;
  const bool obeyed = apply_feature(car, command.service_id, command.enable, command.generation, changed);
  command.acted = true;
  if (!obeyed) {
    command.error_code = "invalid_configuration";
    return false;
  }
  context_.logs.feature_changes.push_back({.vin = car.vin,
                                           .service_id = command.service_id,
                                           .active = command.enable,
                                           .changed = changed,
                                           .generation = command.generation,
                                           .command_id = command.id,
                                           .at = now});
  return true;
}

void Broker::car_acts(std::uint32_t index, Instant now) {
  Command& command = commands_.at(index);
  Car& car = car_of(command);
  car.last_seen_at = now;
  if (now >= command.expires_at && !context_.faults.strikes(FaultKind::car_ignores_expiry)) return;
  if (car.mood == Mood::failing)
    command.error_code = car.failing_code();
  else if (command.acted && !command.error_code.empty())
    return;  // A second delivery of what was refused.
  else
    static_cast<void>(take_effect(command, car, now));
  const Millis longest = car.mood == Mood::slow ? Millis(4000) : Millis(400);
  context_.timeline.plan(now + context_.between(Millis(20), longest), HappeningKind::report_arrives, index);
}

bool Broker::apply_at_once(std::uint32_t index, Instant now) {
  Command& command = commands_.at(index);
  Car& car = car_of(command);
  if (!take_effect(command, car, now)) {
    plan_end(index);
    context_.timeline.plan(now + Millis(200), HappeningKind::report_arrives, index);
    return false;
  }
  report_arrives(index, now);
  return true;
}

void Broker::report_arrives(std::uint32_t index, Instant now) {
  Command& command = commands_.at(index);
  Car& car = car_of(command);
  car.shown_before = std::exchange(car.shown, car.features);
  car.shown_changed_at = now;
  car.last_seen_at = now;
  const CommandState state = command.error_code.empty() ? CommandState::applied : CommandState::rejected;
  if (command.state == state) return;  // The broker's second delivery changes nothing.
  // A confirmation after the time limit is late but true, so it replaces `timed_out`; a late refusal says
  // nothing new.
  if (command.state == CommandState::timed_out && state == CommandState::rejected) return;
  end(command, car, state, now);
}

void Broker::command_ends(std::uint32_t index, Instant now) {
  Command& command = commands_.at(index);
  if (command.state != CommandState::accepted && command.state != CommandState::delivered) return;
  command.claims_applied = false;
  end(command, car_of(command), CommandState::timed_out, now);
}

void Broker::end(Command& command, const Car& car, CommandState state, Instant now) {
  change(command, state, now);
  callbacks_.announce(command, car.vin, now);
}

}  // namespace contactor::world
