#include "ota/ticket_desk.h"

#include <array>

#include <fmt/format.h>

#include "ota/plain_text.h"

namespace contactor::ota {
namespace {

constexpr std::string_view kOrigin = "ticket";
constexpr std::size_t kNotesMax = 500;
constexpr std::size_t kTextMax = 4000;
constexpr std::size_t kActorMax = 120;

struct ActionRule {
  TicketAction action;
  std::string_view note;  ///< how the note begins
  TicketState next;
  std::string_view assigned_to;  ///< empty: stays where it is
  bool needs_text;
};

constexpr std::array kRules{
    ActionRule{TicketAction::retry, "activation started again", TicketState::open, "", false},
    ActionRule{TicketAction::modify_payload, "activation started with an edited payload", TicketState::open,
               "", false},
    ActionRule{TicketAction::schedule_inspection, "vehicle inspection scheduled", TicketState::open, "",
               false},
    ActionRule{TicketAction::escalate_iot, "escalated to the IoT API team", TicketState::open, "IoT API team",
               false},
    ActionRule{TicketAction::escalate_development, "escalated to development", TicketState::open,
               "development", false},
    ActionRule{TicketAction::contact_customer, "customer contacted", TicketState::waiting_customer, "", true},
    ActionRule{TicketAction::resolve, "resolved", TicketState::resolved, "", false},
    ActionRule{TicketAction::close, "closed", TicketState::closed, "", false},
};
static_assert(kRules.size() == static_cast<std::size_t>(TicketAction::close) + 1);

bool has_ended(TicketState state) { return state == TicketState::resolved || state == TicketState::closed; }

Status check(const Ticket& ticket, const ActionRule& rule, std::string_view actor, std::string_view text) {
  const bool closes_resolved = ticket.state == TicketState::resolved && rule.next == TicketState::closed;
  if (has_ended(ticket.state) && !closes_resolved)
    return fail(ErrorKind::conflict, kOrigin,
                fmt::format("the ticket is {} already", to_string(ticket.state)));
  if (actor.empty()) return fail(ErrorKind::invalid, kOrigin, "nobody is named as the one who acts");
  if (text.size() > kTextMax) return fail(ErrorKind::invalid, kOrigin, "the text is longer than 4000 bytes");
  if (rule.needs_text && one_line(text, kTextMax).empty())
    return fail(ErrorKind::invalid, kOrigin, fmt::format("{} needs a text", to_string(rule.action)));
  if (ticket.notes.size() >= kNotesMax)
    return fail(ErrorKind::exhausted, kOrigin, "the ticket has 500 notes");
  return {};
}

std::string note_of(const ActionRule& rule, std::string_view actor, std::string_view text, Instant now) {
  const std::string words = one_line(text, kTextMax);
  return fmt::format("{} {}: {}{}{}", to_rfc3339(now), one_line(actor, kActorMax), rule.note,
                     words.empty() ? "" : ": ", words);
}

/// The time the customer took is not the desk's: what is still due moves on by it.
void resume_clocks(Ticket& ticket, Instant now) {
  if (!ticket.waiting_since) return;
  const Millis pause = std::max(now - *ticket.waiting_since, Millis::zero());
  ticket.solve_by = ticket.solve_by + pause;
  ticket.waiting_since.reset();
}

}  // namespace

Result<Ticket> act(const Ticket& ticket, TicketAction action, std::string_view actor, std::string_view text,
                   Instant now) {
  const auto& rule = kRules.at(static_cast<std::size_t>(action));
  CTR_CHECK(check(ticket, rule, actor, text));
  Ticket next = ticket;
  next.notes.push_back(note_of(rule, actor, text, now));
  if (!next.responded_at) next.responded_at = now;
  resume_clocks(next, now);
  if (rule.next == TicketState::waiting_customer) next.waiting_since = now;
  if (has_ended(rule.next) && !next.ended_at) next.ended_at = now;
  if (!rule.assigned_to.empty()) next.assigned_to = rule.assigned_to;
  next.state = rule.next;
  ++next.version;
  return next;
}

}  // namespace contactor::ota
