#pragma once

#include <expected>
#include <string>

#include "api/json_forward.h"
#include "api/problem.h"
#include "engine/engine.h"
#include "ota/ticket.h"

namespace contactor::api {

/// The brief's eighteen fields under their own names, and the desk's clocks, state and notes.
[[nodiscard]] boost::json::object ticket_object(const ota::Ticket& ticket, Instant now);
/// As far as this reader may see it: viewers get VIN and address masked.
[[nodiscard]] std::string ticket_json(const ota::Ticket& ticket, Instant now, bool personal_data);

/// `{action, text?, price?: "grant"|"authorization", payment?, configuration?}`. A new attempt needs a price
/// (RULINGS T24).
[[nodiscard]] std::expected<engine::TicketOrder, Faults> read_ticket_order(const boost::json::object& body,
                                                                           std::string actor);

}  // namespace contactor::api
