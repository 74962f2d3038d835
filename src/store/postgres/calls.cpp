#include "store/postgres/calls.h"

#include "store/order_codec.h"
#include "store/postgres/rows.h"

namespace contactor::store::postgres {
namespace {

const Statement kPutTicket{"put_ticket",
                           "WITH u AS (UPDATE ota_ticket SET state = $3::text, priority = $4::text, version "
                           "= $5::int4, doc = $6::text "
                           "WHERE shard = $1::int4 AND id = $2::int8 AND version = $5 - 1 RETURNING 1) "
                           "SELECT (SELECT count(*) FROM u), "
                           "(SELECT count(*) FROM ota_ticket WHERE shard = $1 AND id = $2)"};
const Statement kPutService{
    "put_service",
    "INSERT INTO ota_service AS s (id, version, name, document, updated_at) VALUES ($1::text, 1, $2::text, "
    "$3::text, $4::int8) ON CONFLICT (id) DO UPDATE SET version = s.version + 1, name = excluded.name, "
    "document "
    "= excluded.document, updated_at = excluded.updated_at RETURNING version"};
const Statement kPutToken{
    "put_token",
    "INSERT INTO api_token (id, name, role, client, digest, created_at, expires_at, revoked_at) VALUES "
    "($1::int8, $2::text, $3::text, $4::text, $5::bytea, $6::int8, $7::int8, $8::int8) ON CONFLICT (id) DO "
    "UPDATE SET name = excluded.name, role = excluded.role, client = excluded.client, digest = "
    "excluded.digest, "
    "expires_at = excluded.expires_at, revoked_at = excluded.revoked_at"};
// An update that changes nothing waits for a second writer of the key and then returns what that one wrote.
const Statement kPutReply{
    "put_reply",
    "INSERT INTO idempotent_reply AS r (principal, route, key, request_digest, status, body, at) VALUES "
    "($1::text, $2::text, $3::text, $4::text, $5::int8, $6::text, $7::int8) ON CONFLICT (principal, route, "
    "key) "
    "DO UPDATE SET status = r.status RETURNING request_digest"};
const Statement kPutIncident{
    "put_incident",
    "INSERT INTO incident (cause, opened_at, ended_at, detail, held_back) VALUES ($1::text, $2::int8, "
    "$3::int8, "
    "$4::text, $5::int8) ON CONFLICT (cause, opened_at) DO UPDATE SET ended_at = excluded.ended_at, detail = "
    "excluded.detail, held_back = excluded.held_back"};
const Statement kFirstSight{"first_sight",
                            "INSERT INTO seen_event (event_id, at) VALUES ($1::text, $2::int8) ON CONFLICT "
                            "(event_id) DO NOTHING"};
const Statement kForget{"forget",
                        "WITH replies AS (DELETE FROM idempotent_reply WHERE at < $1::int8) DELETE FROM "
                        "seen_event WHERE at < $1"};

}  // namespace

Call put_ticket_call(const ota::Ticket& ticket) {
  Call call{.statement = &kPutTicket, .values = {}};
  call.values.int4(shard_of(ticket.id.value())).int8(ticket.id.value()).text(to_string(ticket.state));
  call.values.text(to_string(ticket.priority)).int4(static_cast<std::int32_t>(ticket.version));
  call.values.text(encode(ticket));
  return call;
}

Status ticket_outcome(Answer& answer) {
  (void)answer.next();
  if (answer.read_number() == 1) return {};
  if (answer.read_number() == 0) return fail(ErrorKind::not_found, "store", "no such ticket");
  return fail(ErrorKind::conflict, "store", "the ticket was changed meanwhile");
}

Call put_service_call(const ports::Service& service) {
  Call call{.statement = &kPutService, .values = {}};
  call.values.text(service.id.str()).text(service.name).text(service.document).moment(service.updated_at);
  return call;
}

Call put_token_call(const ports::ApiToken& token) {
  Call call{.statement = &kPutToken, .values = {}};
  call.values.int8(token.id.value()).text(token.name).text(token.role).text(token.client);
  call.values.blob(token.digest).moment(token.created_at).moment(token.expires_at).moment(token.revoked_at);
  return call;
}

Call put_reply_call(const ports::IdempotentReply& reply) {
  Call call{.statement = &kPutReply, .values = {}};
  call.values.text(reply.principal).text(reply.route).text(reply.key).text(reply.request_digest);
  call.values.int8(reply.status).text(reply.body).moment(reply.at);
  return call;
}

Status reply_outcome(Answer& answer, const std::string& digest) {
  if (answer.next() && answer.read_text() == digest) return {};
  return fail(ErrorKind::conflict, "store", "the key is on record for another request");
}

Call put_incident_call(const ports::Incident& incident) {
  Call call{.statement = &kPutIncident, .values = {}};
  call.values.text(incident.cause).moment(incident.opened_at).moment(incident.ended_at).text(incident.detail);
  call.values.int8(static_cast<std::int64_t>(incident.held_back));
  return call;
}

Call first_sight_call(const std::string& event_id, Instant at) {
  return {.statement = &kFirstSight, .values = Values().text(event_id).moment(at)};
}

Call forget_call(Instant at) { return {.statement = &kForget, .values = Values().moment(at)}; }

}  // namespace contactor::store::postgres
