#include "fleet/steps.h"

#include <algorithm>

#include "fleet/reasons.h"

namespace contactor::fleet {
namespace {

// ---- what a step leaves behind
// --------------------------------------------------------------------------------------

Vehicle next_of(const Vehicle& before, const Stamp& stamp) {
  Vehicle after = before;
  ++after.version;
  after.updated_at = stamp.now;
  if (after.created_at == Instant()) after.created_at = stamp.now;
  return after;
}

HistoryEntry entry_of(const Vehicle& after, const Stamp& stamp) {
  return {.number = after.version,
          .requested = after.wish.requested,
          .status = after.status,
          .message = after.message,
          .reason = after.cloud.reason,
          .oem_detail = after.cloud.detail,
          .oem = std::string(after.oem ? to_string(*after.oem) : ""),
          .run = std::string(stamp.run),
          .at = stamp.now};
}

bool tells_something(const Vehicle& before, const Vehicle& after) {
  return before.status != after.status || before.message != after.message ||
         before.cloud.reason != after.cloud.reason || before.cloud.detail != after.cloud.detail;
}

/// The attempt has no history row yet: nothing has moved the next look since the intent was committed, as
/// each step that speaks of the attempt does. So an attempt that a crash interrupted gets its row by the step
/// that finds it, and no attempt gets two.
bool is_untold_attempt(const Vehicle& before) {
  return before.intent != Intent::none && before.next_check_at <= before.intent_at;
}

Step told_if(bool is_due, Vehicle after, const Stamp& stamp) {
  std::optional<HistoryEntry> entry;
  if (is_due) entry = entry_of(after, stamp);
  return {.after = std::move(after), .entry = std::move(entry)};
}

/// One row that shows what went wrong; the vehicle keeps what its cloud last said.
Step told_error(Vehicle after, const Error& error, const Stamp& stamp) {
  HistoryEntry entry = entry_of(after, stamp);
  entry.reason = to_string(error.kind);
  entry.oem_detail = kept_detail(error.message());
  return {.after = std::move(after), .entry = std::move(entry)};
}

// ---- when it is looked at next
// --------------------------------------------------------------------------------------

void count_failure(Vehicle& after, const Wanted& wanted, const Pace& pace, Instant now,
                   std::optional<Millis> retry_after = {}) {
  if (after.failures < UINT32_MAX) ++after.failures;
  const Millis least = std::max(pace.retry_base, retry_after.value_or(Millis::zero()));
  const Millis pause = std::max(pause_after(after.failures, pace), least);
  // Where the window opens or closes meanwhile, the question is another one.
  after.next_check_at = std::min(now + pause, std::max(wanted.until, now + least));
}

void plan_next_look(Vehicle& after, const Wanted& wanted, const Pace& pace, Instant now) {
  const Instant next = decide(after, wanted, pace, now).again_at;
  after.next_check_at = std::min(next, wanted.until);
}

bool is_as_wanted(const Vehicle& vehicle, const Wanted& wanted) {
  if (!wanted.decided) return true;
  return vehicle.cloud.standing == (wanted.active ? Standing::active : Standing::inactive);
}

// ---- the words for people
// -------------------------------------------------------------------------------------------

bool is_tried(Message message) {
  return message == Message::activation_pending || message == Message::activation_failed;
}
bool is_being_deactivated(Message message) {
  return message == Message::deactivation_requested || message == Message::deactivation_pending ||
         message == Message::deactivation_failed;
}

/// What the cloud still has although nobody wants it.
Message unwanted(Message before) {
  return is_being_deactivated(before) ? before : Message::deactivation_requested;
}

Message message_when_idle(Message before, const Wanted& wanted) {
  if (!wanted.active) return Message::deactivated;
  if (is_tried(before)) return Message::activation_failed;
  return before == Message::activation_requested ? before : Message::deactivated;
}

Message message_when_refused(const Vehicle& before, const CloudState& seen, const Wanted& wanted) {
  // A refusal that was there before we asked is not the answer to our question.
  if (wanted.active)
    return is_tried(before.message) ? Message::activation_failed : Message::activation_requested;
  if (!wanted.decided) return Message::activation_failed;
  const bool leftover = before.oem && find_reason(*before.oem, seen.reason).leftover;
  return leftover ? unwanted(before.message) : Message::deactivated;
}

Message message_when_seen(const Vehicle& before, const CloudState& seen, const Wanted& wanted) {
  const bool is_unwanted = wanted.decided && !wanted.active;
  switch (seen.standing) {
    case Standing::active:
      if (!is_unwanted) return Message::activated;
      return before.cloud.standing == Standing::ending ? Message::deactivation_failed
                                                       : unwanted(before.message);
    case Standing::pending:
      return is_unwanted ? unwanted(before.message) : Message::activation_pending;
    case Standing::ending:
      return Message::deactivation_pending;
    case Standing::inactive:
      return message_when_idle(before.message, wanted);
    case Standing::refused:
      return message_when_refused(before, seen, wanted);
    case Standing::unknown:
      break;
  }
  return before.message;
}

/// Data may flow until the cloud has ended it; a cloud that refuses or only promises sends none.
std::optional<bool> status_when_seen(const Vehicle& before, Standing seen) {
  switch (seen) {
    case Standing::active:
      return true;
    case Standing::ending:
      return before.status.value_or(true);
    case Standing::inactive:
    case Standing::pending:
    case Standing::refused:
      return false;
    case Standing::unknown:
      break;
  }
  return before.status;
}

// ---- looking
// --------------------------------------------------------------------------------------------------------

/// The cloud had taken it, and it came to nothing all the same.
bool has_fallen_back(const Vehicle& before, Standing seen, const Wanted& wanted) {
  if (before.intent != Intent::none || !wanted.decided) return false;
  if (wanted.active)
    return before.cloud.standing == Standing::pending &&
           (seen == Standing::inactive || seen == Standing::refused);
  return before.cloud.standing == Standing::ending && (seen == Standing::active || seen == Standing::pending);
}

/// Only a refusal of what we asked for blocks; whoever changes the wish gets one more try. A cloud that knows
/// a refusal only while it is asked reads as inactive: the block stays.
bool is_blocked_by(const Vehicle& before, const CloudState& seen, const Wanted& wanted) {
  if (seen.standing != Standing::refused) return before.blocked && seen.standing == Standing::inactive;
  return wanted.active && before.intent == Intent::none && is_tried(before.message) && before.oem &&
         find_reason(*before.oem, seen.reason).final;
}

bool has_taken(Intent intent, Standing seen) {
  if (intent == Intent::activate) return seen == Standing::pending || seen == Standing::active;
  if (intent == Intent::deactivate) return seen == Standing::ending || seen == Standing::inactive;
  return false;
}

void note_acceptance(Vehicle& after, const Vehicle& before) {
  const bool begins = after.cloud.standing != before.cloud.standing &&
                      (after.cloud.standing == Standing::pending || after.cloud.standing == Standing::ending);
  if (has_taken(before.intent, after.cloud.standing))
    after.accepted_at = before.intent_at;
  else if (begins)
    after.accepted_at = after.observed_at;
}

CloudState kept(const CloudState& seen) {
  CloudState state = seen;
  state.detail = kept_detail(seen.detail);
  return state;
}

Step not_seen(const Vehicle& before, const Wanted& wanted, const Pace& pace, const Stamp& stamp,
              const Result<CloudState>& seen) {
  Vehicle after = next_of(before, stamp);
  count_failure(after, wanted, pace, stamp.now, seen ? std::nullopt : seen.error().retry_after);
  if (!seen) {
    if (is_untold_attempt(before)) return told_error(std::move(after), seen.error(), stamp);
    return {.after = std::move(after), .entry = {}};
  }
  after.cloud.standing = Standing::unknown;
  after.cloud.reason = seen->reason;
  after.cloud.detail = kept_detail(seen->detail);
  const bool is_due = is_untold_attempt(before) || tells_something(before, after);
  return told_if(is_due, std::move(after), stamp);
}

// ---- how a call ended
// -----------------------------------------------------------------------------------------------

Message failed_message(Intent intent) {
  return intent == Intent::activate ? Message::activation_failed : Message::deactivation_failed;
}
Message pending_message(Intent intent) {
  return intent == Intent::activate ? Message::activation_pending : Message::deactivation_pending;
}

/// The other side was busy or our credential is wrong: that says nothing about the vehicle.
bool is_no_ones_fault(ErrorKind kind) {
  return kind == ErrorKind::rate_limited || kind == ErrorKind::unauthorized || kind == ErrorKind::canceled;
}

Step settle_error(const Vehicle& before, const Error& error, const Wanted& wanted, const Pace& pace,
                  const Stamp& stamp) {
  Vehicle after = next_of(before, stamp);
  count_failure(after, wanted, pace, stamp.now, error.retry_after);
  const bool is_renewal = before.intent == Intent::activate && before.cloud.standing == Standing::active;
  if (error.applied == Applied::no) {
    after.intent = Intent::none;
    if (!is_renewal && !is_no_ones_fault(error.kind)) after.message = failed_message(before.intent);
  } else if (!is_renewal) {
    after.message = pending_message(before.intent);
  }
  return told_error(std::move(after), error, stamp);
}

/// The cloud said no and what it has stays: a contract runs on although no new one was made, and what could
/// not be switched off is still on.
Step settle_unchanged(const Vehicle& before, const CloudState& answer, const Wanted& wanted, const Pace& pace,
                      const Stamp& stamp) {
  Vehicle after = next_of(before, stamp);
  after.intent = Intent::none;
  if (before.intent == Intent::deactivate) after.message = Message::deactivation_failed;
  count_failure(after, wanted, pace, stamp.now);
  HistoryEntry entry = entry_of(after, stamp);
  entry.reason = answer.reason;
  entry.oem_detail = kept_detail(answer.detail);
  return {.after = std::move(after), .entry = std::move(entry)};
}

Message message_when_activated(const CloudState& answer) {
  switch (answer.standing) {
    case Standing::active:
      return Message::activated;
    case Standing::pending:
      return Message::activation_pending;
    case Standing::ending:
      return Message::deactivation_pending;
    case Standing::inactive:
    case Standing::refused:
    case Standing::unknown:
      break;
  }
  return Message::activation_failed;
}

Message message_when_deactivated(const CloudState& answer) {
  switch (answer.standing) {
    case Standing::inactive:
      return Message::deactivated;
    case Standing::ending:
    case Standing::pending:
      return Message::deactivation_pending;
    case Standing::active:
    case Standing::refused:
    case Standing::unknown:
      break;
  }
  return Message::deactivation_failed;
}

/// Does the answer leave something to do that the same call may yet achieve?
bool has_failed(Intent intent, Standing answer) {
  if (intent == Intent::activate) return answer == Standing::inactive || answer == Standing::refused;
  return answer != Standing::inactive && answer != Standing::ending;
}

Vehicle answered(const Vehicle& before, const CloudState& answer, const Stamp& stamp) {
  Vehicle after = next_of(before, stamp);
  after.intent = Intent::none;
  after.cloud = kept(answer);
  after.observed_at = stamp.now;
  after.next_check_at = stamp.now;
  after.status = status_when_seen(before, answer.standing);
  note_acceptance(after, before);
  if (before.intent == Intent::deactivate) {
    after.message = message_when_deactivated(answer);
    return after;
  }
  after.message = message_when_activated(answer);
  after.blocked = answer.standing == Standing::refused && find_reason(*before.oem, answer.reason).final;
  return after;
}

bool leaves_all_unchanged(const Vehicle& before, Standing answer) {
  if (before.intent == Intent::deactivate) return answer == Standing::refused;
  return before.cloud.standing == Standing::active && answer != Standing::active;
}

Message message_when_wished(const Vehicle& before, const Wish& wish) {
  if (!wish.requested) return before.message;
  if (*wish.requested) {
    if (before.status != true) return Message::activation_requested;
    return is_being_deactivated(before.message) ? Message::activated : before.message;
  }
  if (before.status == true || holds_something(before)) return unwanted(before.message);
  return before.message == Message::none ? Message::none : Message::deactivated;
}

Step due_for(const Vehicle& before, Wish wish, const Stamp& stamp) {
  Vehicle after = next_of(before, stamp);
  after.wish = std::move(wish);
  after.blocked = false;
  after.failures = 0;
  after.next_check_at = is_untold_attempt(before) ? before.intent_at : stamp.now;
  after.message = message_when_wished(before, after.wish);
  return told_if(true, std::move(after), stamp);
}

}  // namespace

std::optional<Step> wish(const Vehicle& before, Wish wish, const Stamp& stamp) {
  if (before.version > 0 && before.wish == wish) return std::nullopt;
  return due_for(before, std::move(wish), stamp);
}

std::optional<Step> lift(const Vehicle& before, const Stamp& stamp) {
  const bool is_held = before.blocked || before.failures > 0 || before.next_check_at > stamp.now;
  if (before.version == 0 || !is_held) return std::nullopt;
  return due_for(before, before.wish, stamp);
}

Step observe(const Vehicle& before, const Result<CloudState>& seen, const Wanted& wanted, const Pace& pace,
             const Stamp& stamp) {
  if (!seen || seen->standing == Standing::unknown) return not_seen(before, wanted, pace, stamp, seen);
  Vehicle after = next_of(before, stamp);
  after.cloud = kept(*seen);
  after.observed_at = stamp.now;
  after.status = status_when_seen(before, seen->standing);
  after.message = message_when_seen(before, *seen, wanted);
  after.blocked = is_blocked_by(before, *seen, wanted);
  note_acceptance(after, before);
  after.intent = Intent::none;
  // What moved is a new question: a pause counts only for the answer that it was made for.
  if (after.cloud.standing != before.cloud.standing) after.next_check_at = stamp.now;
  if (is_as_wanted(after, wanted)) after.failures = 0;
  if (has_fallen_back(before, seen->standing, wanted) && !after.blocked)
    count_failure(after, wanted, pace, stamp.now);
  else
    plan_next_look(after, wanted, pace, stamp.now);
  const bool is_due = is_untold_attempt(before) || tells_something(before, after);
  return told_if(is_due, std::move(after), stamp);
}

Step intend(const Vehicle& before, Intent intent, Oem oem, const Stamp& stamp) {
  CTR_ASSERT(before.intent == Intent::none && intent != Intent::none);
  Vehicle after = next_of(before, stamp);
  after.oem = oem;
  after.intent = intent;
  ++after.intents;
  after.intent_at = stamp.now;
  after.next_check_at = stamp.now;
  return {.after = std::move(after), .entry = {}};
}

Step settle(const Vehicle& before, const Result<CloudState>& answer, const Wanted& wanted, const Pace& pace,
            const Stamp& stamp) {
  CTR_ASSERT(before.intent != Intent::none && before.oem);
  if (!answer) return settle_error(before, answer.error(), wanted, pace, stamp);
  if (answer->standing == Standing::unknown) {
    const Error error{
        .kind = ErrorKind::protocol,
        .applied = Applied::maybe,
        .retry_after = {},
        .origin = std::string(to_string(*before.oem)),
        .detail = answer->detail.empty() ? "the answer leaves the vehicle out" : answer->detail};
    return settle_error(before, error, wanted, pace, stamp);
  }
  if (leaves_all_unchanged(before, answer->standing))
    return settle_unchanged(before, *answer, wanted, pace, stamp);
  Vehicle after = answered(before, *answer, stamp);
  if (is_as_wanted(after, wanted)) after.failures = 0;
  if (has_failed(before.intent, answer->standing) && !after.blocked)
    count_failure(after, wanted, pace, stamp.now);
  else
    plan_next_look(after, wanted, pace, stamp.now);
  return told_if(true, std::move(after), stamp);
}

}  // namespace contactor::fleet
