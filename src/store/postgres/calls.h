#pragma once

#include "ports/store.h"
#include "store/postgres/session.h"

namespace contactor::store::postgres {

// Writes of one statement each.
[[nodiscard]] Call put_ticket_call(const ota::Ticket& ticket);
/// @errors  not_found, conflict.
[[nodiscard]] Status ticket_outcome(Answer& answer);
/// Answers with the version that the service got.
[[nodiscard]] Call put_service_call(const ports::Service& service);
[[nodiscard]] Call put_token_call(const ports::ApiToken& token);
[[nodiscard]] Call put_reply_call(const ports::IdempotentReply& reply);
/// @errors  conflict: the key is on record with another digest.
[[nodiscard]] Status reply_outcome(Answer& answer, const std::string& digest);
[[nodiscard]] Call put_incident_call(const ports::Incident& incident);
/// Changes one row at the first sight only.
[[nodiscard]] Call first_sight_call(const std::string& event_id, Instant at);
[[nodiscard]] Call forget_call(Instant at);

}  // namespace contactor::store::postgres
