#include "store/sqlite/store.h"

#include "ports/charging_store.h"

#include "store/write_check.h"

namespace contactor::store::sqlite {
namespace {

using ports::Done;

constexpr std::int64_t kLast = INT64_MAX;  ///< the key of writes that belong to no activation

}  // namespace

Store::Store(SqliteParams params, Opened opened)
    : params_(std::move(params)),
      opened_(std::move(opened)),
      committer_(*opened_.writing, params_.post, params_.on_broken),
      reader_(*opened_.reading),
      charging_(make_charging(*this)),
      lane_("store-write", params_.limits, [this](auto& batch) { committer_.commit(batch); }) {}

Store::~Store() {
  lane_.close();
  reading_.close();
}

// -- the hot path -----------------------------------------------------------------------------------------

void Store::write(std::shared_ptr<const ports::ActivationWrite> write,
                  Done<Result<ports::WriteOutcome>> done) {
  if (auto sound = check(*write); !sound)
    return params_.post(
        [error = sound.error(), done = std::move(done)]() mutable { done(fail(std::move(error))); });
  const auto key = write->after.id.value();
  enqueue<ports::WriteOutcome>(
      key, [write = std::move(write)](Writer& writer) { return writer.write(*write); }, std::move(done));
}

void Store::write(ports::OutboxWrite write, Done<Status> done) {
  enqueue<void>(
      kLast, [write = std::move(write)](Writer& writer) { return writer.write(write); }, std::move(done));
}

void Store::load(std::vector<ActivationId> ids, Done<Result<std::vector<ports::Loaded>>> done) {
  ask<std::vector<ports::Loaded>>([ids = std::move(ids)](Reader& reader) { return reader.load(ids); },
                                  std::move(done));
}

void Store::live_rows(ports::ShardSet shards, ActivationId after, std::size_t limit,
                      Done<Result<std::vector<ports::LiveRow>>> done) {
  ask<std::vector<ports::LiveRow>>([=](Reader& reader) { return reader.live_rows(shards, after, limit); },
                                   std::move(done));
}

void Store::outbox(ports::ShardSet shards, std::int64_t after, std::size_t limit,
                   Done<Result<std::vector<ports::OutboxEntry>>> done) {
  ask<std::vector<ports::OutboxEntry>>([=](Reader& reader) { return reader.outbox(shards, after, limit); },
                                       std::move(done));
}

void Store::vehicle_context(Vin vin, Done<Result<VehicleContext>> done) {
  ask<VehicleContext>([=](Reader& reader) { return reader.vehicle_context(vin); }, std::move(done));
}

// -- reading ----------------------------------------------------------------------------------------------

void Store::find(ActivationId id, Done<Result<std::optional<ota::Activation>>> done) {
  ask<std::optional<ota::Activation>>([=](Reader& reader) { return reader.find(id); }, std::move(done));
}

void Store::find_order(OrderId id, Done<Result<std::optional<ota::Activation>>> done) {
  ask<std::optional<ota::Activation>>([id = std::move(id)](Reader& reader) { return reader.find_order(id); },
                                      std::move(done));
}

void Store::find_payment(std::string transaction_id, Done<Result<std::optional<ota::Activation>>> done) {
  ask<std::optional<ota::Activation>>(
      [id = std::move(transaction_id)](Reader& reader) { return reader.find_payment(id); }, std::move(done));
}

void Store::list(ports::ActivationFilter filter, Done<Result<std::vector<ota::Activation>>> done) {
  ask<std::vector<ota::Activation>>(
      [filter = std::move(filter)](Reader& reader) { return reader.list(filter); }, std::move(done));
}

void Store::history(ActivationId id, Done<Result<std::vector<ota::HistoryEntry>>> done) {
  ask<std::vector<ota::HistoryEntry>>([=](Reader& reader) { return reader.history(id); }, std::move(done));
}

void Store::notices(ActivationId id, Done<Result<std::vector<ports::NoticeRecord>>> done) {
  ask<std::vector<ports::NoticeRecord>>([=](Reader& reader) { return reader.notices(id); }, std::move(done));
}

void Store::pending_outbox(ActivationId id, Done<Result<std::vector<ports::OutboxEntry>>> done) {
  ask<std::vector<ports::OutboxEntry>>([=](Reader& reader) { return reader.pending_outbox(id); },
                                       std::move(done));
}

void Store::totals(Done<Result<ports::Totals>> done) {
  ask<ports::Totals>([](Reader& reader) { return reader.totals(); }, std::move(done));
}

void Store::audit(ActivationId after, std::size_t limit, Done<Result<std::vector<Audited>>> done) {
  ask<std::vector<Audited>>([=](Reader& reader) { return reader.audit(after, limit); }, std::move(done));
}

// -- the desk ---------------------------------------------------------------------------------------------

void Store::find_ticket(TicketId id, Done<Result<std::optional<ota::Ticket>>> done) {
  ask<std::optional<ota::Ticket>>([=](Reader& reader) { return reader.find_ticket(id); }, std::move(done));
}

void Store::list_tickets(ports::TicketFilter filter, Done<Result<std::vector<ota::Ticket>>> done) {
  ask<std::vector<ota::Ticket>>([=](Reader& reader) { return reader.list_tickets(filter); }, std::move(done));
}

void Store::put_ticket(ota::Ticket ticket, Done<Status> done) {
  enqueue<void>(
      kLast, [ticket = std::move(ticket)](Writer& writer) { return writer.put_ticket(ticket); },
      std::move(done));
}

// -- catalogue, access, incidents -------------------------------------------------------------------------

void Store::put_service(ports::Service service, Done<Result<ports::Service>> done) {
  enqueue<ports::Service>(
      kLast, [service = std::move(service)](Writer& writer) { return writer.put_service(service); },
      std::move(done));
}

void Store::services(Done<Result<std::vector<ports::Service>>> done) {
  ask<std::vector<ports::Service>>([](Reader& reader) { return reader.services(); }, std::move(done));
}

void Store::put_token(ports::ApiToken token, Done<Status> done) {
  enqueue<void>(
      kLast, [token = std::move(token)](Writer& writer) { return writer.put_token(token); }, std::move(done));
}

void Store::tokens(Done<Result<std::vector<ports::ApiToken>>> done) {
  ask<std::vector<ports::ApiToken>>([](Reader& reader) { return reader.tokens(); }, std::move(done));
}

void Store::find_reply(std::string principal, std::string route, std::string key,
                       Done<Result<std::optional<ports::IdempotentReply>>> done) {
  ask<std::optional<ports::IdempotentReply>>(
      [principal = std::move(principal), route = std::move(route), key = std::move(key)](Reader& reader) {
        return reader.find_reply(principal, route, key);
      },
      std::move(done));
}

void Store::put_reply(ports::IdempotentReply reply, Done<Status> done) {
  enqueue<void>(
      kLast, [reply = std::move(reply)](Writer& writer) { return writer.put_reply(reply); }, std::move(done));
}

void Store::put_incident(ports::Incident incident, Done<Status> done) {
  enqueue<void>(
      kLast, [incident = std::move(incident)](Writer& writer) { return writer.put_incident(incident); },
      std::move(done));
}

void Store::incidents(std::size_t limit, Done<Result<std::vector<ports::Incident>>> done) {
  ask<std::vector<ports::Incident>>([=](Reader& reader) { return reader.incidents(limit); }, std::move(done));
}

void Store::first_sight(std::string event_id, Instant at, Done<Result<bool>> done) {
  enqueue<bool>(kLast, [=](Writer& writer) { return writer.first_sight(event_id, at); }, std::move(done));
}

void Store::forget_before(Instant at, Done<Status> done) {
  enqueue<void>(kLast, [=](Writer& writer) { return writer.forget_before(at); }, std::move(done));
}

}  // namespace contactor::store::sqlite
