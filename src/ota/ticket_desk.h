#pragma once

#include <string_view>

#include "ota/ticket.h"

namespace contactor::ota {

/// What a technician's action does to the ticket itself. `retry` and `modify_payload` start a linked
/// activation elsewhere. The first action of any kind is the first response. Waiting for the customer stops
/// the clocks; the next action moves them on.
/// @param actor  the principal who acts.
/// @param text   what happened, in words; for contact_customer it is required: it is what the customer is
/// asked.
/// @return       the ticket with one note more and its version raised by one.
/// @errors       conflict on an ended ticket (a resolved one can still be closed), invalid without required
/// words, exhausted at 500 notes.
[[nodiscard]] Result<Ticket> act(const Ticket& ticket, TicketAction action, std::string_view actor,
                                 std::string_view text, Instant now);

}  // namespace contactor::ota
