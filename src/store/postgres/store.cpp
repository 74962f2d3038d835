#include "store/postgres/store.h"

#include "ports/charging_store.h"
#include "store/postgres/calls.h"
#include "store/write_check.h"

namespace contactor::store::postgres {

using ports::Done;

Store::WriteLane::WriteLane(Store& store, const std::string& process, int number)
    : link(store.link_params(Use::hot), store.database_->identity, store.closing_),
      committer(link, fmt::format("{}/{}", process, number),
                [&store](const Error& error) { store.tell_broken(error); }),
      lane(fmt::format("store-write-{}", number), store.params_.limits, [this, &store](auto& batch) {
        committer.commit(batch);
        store.params_.post([finished = std::move(batch)] {
          for (const auto& job : finished) job->finish();
        });
        batch.clear();
      }) {}

Store::ReadLane::ReadLane(Store& store, const std::string& name, Use use)
    : link(store.link_params(use), store.database_->identity, store.closing_), reader(link), worker(name) {}

Store::Store(PostgresParams params, std::shared_ptr<Database> database, const std::string& process)
    : params_(std::move(params)),
      database_(std::move(database)),
      hot_reads_(*this, "store-read", Use::hot),
      reports_(*this, "store-report", Use::reports),
      fleet_(*this, process),
      charging_(make_charging(*this, process)) {
  int number = 0;
  for (auto& lane : lanes_) lane = std::make_unique<WriteLane>(*this, process, number++);
}

Store::~Store() {
  closing_.announce();
  for (const auto& lane : lanes_) lane->lane.close();
  fleet_.close();
  charging_.reset();
  hot_reads_.worker.close();
  reports_.worker.close();
}

void Store::tell_broken(const Error& error) {
  if (has_told_broken_.test_and_set()) return;
  params_.post([tell = params_.on_broken, error] { tell(error); });
}

LinkParams Store::link_params(Use use) const {
  return {.address = database_->address, .timeouts = params_.timeouts, .use = use};
}

void Store::push(WriteLane& lane, std::unique_ptr<Job> job) {
  if (lane.lane.push(job)) return;
  job->refuse(Error{.kind = ErrorKind::exhausted, .origin = "store", .detail = "too many writes are queued"});
  params_.post([refused = std::move(job)] { refused->finish(); });
}

template <class T>
void Store::push_call(typename CallJob<T>::Make make, typename CallJob<T>::Take take, Done<Result<T>> done) {
  push(*lanes_[0], std::make_unique<CallJob<T>>(std::move(make), std::move(take), std::move(done)));
}

/// A write whose answer is that it is done.
void Store::push_order(std::function<Call()> make, Done<Status> done) {
  push_call<void>(std::move(make), [](Answer&) { return Status(); }, std::move(done));
}

template <class T, class Ask>
void Store::ask(ReadLane& lane, Ask ask, Done<Result<T>> done) {
  this->ask<T>(
      lane.worker, [&lane, ask = std::move(ask)]() mutable { return ask(lane.reader); }, std::move(done));
}

// -- the hot path -----------------------------------------------------------------------------------------

void Store::write(std::shared_ptr<const ports::ActivationWrite> write,
                  Done<Result<ports::WriteOutcome>> done) {
  if (auto sound = check(*write); !sound)
    return params_.post(
        [error = sound.error(), done = std::move(done)]() mutable { done(fail(std::move(error))); });
  auto& lane = lane_of(write->after.id.shard());
  push(lane, std::make_unique<StepJob>(std::move(write), std::move(done)));
}

void Store::write(ports::OutboxWrite write, Done<Status> done) {
  auto& lane = lane_of(shard_of(write.id));
  push(lane, std::make_unique<EntryJob>(std::move(write), std::move(done)));
}

void Store::load(std::vector<ActivationId> ids, Done<Result<std::vector<ports::Loaded>>> done) {
  ask<std::vector<ports::Loaded>>(
      hot_reads_, [ids = std::move(ids)](Reader& reader) { return reader.load(ids); }, std::move(done));
}

void Store::live_rows(ports::ShardSet shards, ActivationId after, std::size_t limit,
                      Done<Result<std::vector<ports::LiveRow>>> done) {
  ask<std::vector<ports::LiveRow>>(
      hot_reads_, [=](Reader& reader) { return reader.live_rows(shards, after, limit); }, std::move(done));
}

void Store::outbox(ports::ShardSet shards, std::int64_t after, std::size_t limit,
                   Done<Result<std::vector<ports::OutboxEntry>>> done) {
  ask<std::vector<ports::OutboxEntry>>(
      hot_reads_, [=](Reader& reader) { return reader.outbox(shards, after, limit); }, std::move(done));
}

void Store::vehicle_context(Vin vin, Done<Result<VehicleContext>> done) {
  ask<VehicleContext>(
      hot_reads_, [=](Reader& reader) { return reader.vehicle_context(vin); }, std::move(done));
}

// -- reading ----------------------------------------------------------------------------------------------

void Store::find(ActivationId id, Done<Result<std::optional<ota::Activation>>> done) {
  ask<std::optional<ota::Activation>>(
      hot_reads_, [=](Reader& reader) { return reader.find(id); }, std::move(done));
}

void Store::find_order(OrderId id, Done<Result<std::optional<ota::Activation>>> done) {
  ask<std::optional<ota::Activation>>(
      hot_reads_, [id = std::move(id)](Reader& reader) { return reader.find_order(id); }, std::move(done));
}

void Store::find_payment(std::string transaction_id, Done<Result<std::optional<ota::Activation>>> done) {
  ask<std::optional<ota::Activation>>(
      hot_reads_, [id = std::move(transaction_id)](Reader& reader) { return reader.find_payment(id); },
      std::move(done));
}

void Store::list(ports::ActivationFilter filter, Done<Result<std::vector<ota::Activation>>> done) {
  ask<std::vector<ota::Activation>>(
      reports_, [filter = std::move(filter)](Reader& reader) { return reader.list(filter); },
      std::move(done));
}

void Store::history(ActivationId id, Done<Result<std::vector<ota::HistoryEntry>>> done) {
  ask<std::vector<ota::HistoryEntry>>(
      hot_reads_, [=](Reader& reader) { return reader.history(id); }, std::move(done));
}

void Store::notices(ActivationId id, Done<Result<std::vector<ports::NoticeRecord>>> done) {
  ask<std::vector<ports::NoticeRecord>>(
      hot_reads_, [=](Reader& reader) { return reader.notices(id); }, std::move(done));
}

void Store::pending_outbox(ActivationId id, Done<Result<std::vector<ports::OutboxEntry>>> done) {
  ask<std::vector<ports::OutboxEntry>>(
      hot_reads_, [=](Reader& reader) { return reader.pending_outbox(id); }, std::move(done));
}

void Store::totals(Done<Result<ports::Totals>> done) {
  ask<ports::Totals>(reports_, [](Reader& reader) { return reader.totals(); }, std::move(done));
}

void Store::audit(ActivationId after, std::size_t limit, Done<Result<std::vector<Audited>>> done) {
  ask<std::vector<Audited>>(
      reports_, [=](Reader& reader) { return reader.audit(after, limit); }, std::move(done));
}

// -- the desk ---------------------------------------------------------------------------------------------

void Store::find_ticket(TicketId id, Done<Result<std::optional<ota::Ticket>>> done) {
  ask<std::optional<ota::Ticket>>(
      reports_, [=](Reader& reader) { return reader.find_ticket(id); }, std::move(done));
}

void Store::list_tickets(ports::TicketFilter filter, Done<Result<std::vector<ota::Ticket>>> done) {
  ask<std::vector<ota::Ticket>>(
      reports_, [=](Reader& reader) { return reader.list_tickets(filter); }, std::move(done));
}

void Store::put_ticket(ota::Ticket ticket, Done<Status> done) {
  push_call<void>([ticket = std::move(ticket)] { return put_ticket_call(ticket); }, ticket_outcome,
                  std::move(done));
}

// -- catalogue, access, incidents -------------------------------------------------------------------------

void Store::put_service(ports::Service service, Done<Result<ports::Service>> done) {
  push_call<ports::Service>([service] { return put_service_call(service); },
                            [service](Answer& answer) -> Result<ports::Service> {
                              auto kept = service;
                              (void)answer.next();
                              kept.version = static_cast<std::uint32_t>(answer.read_number());
                              return kept;
                            },
                            std::move(done));
}

void Store::services(Done<Result<std::vector<ports::Service>>> done) {
  ask<std::vector<ports::Service>>(
      reports_, [](Reader& reader) { return reader.services(); }, std::move(done));
}

void Store::put_token(ports::ApiToken token, Done<Status> done) {
  push_order([token = std::move(token)] { return put_token_call(token); }, std::move(done));
}

void Store::tokens(Done<Result<std::vector<ports::ApiToken>>> done) {
  ask<std::vector<ports::ApiToken>>(
      reports_, [](Reader& reader) { return reader.tokens(); }, std::move(done));
}

void Store::find_reply(std::string principal, std::string route, std::string key,
                       Done<Result<std::optional<ports::IdempotentReply>>> done) {
  ask<std::optional<ports::IdempotentReply>>(
      hot_reads_,
      [principal = std::move(principal), route = std::move(route), key = std::move(key)](Reader& reader) {
        return reader.find_reply(principal, route, key);
      },
      std::move(done));
}

void Store::put_reply(ports::IdempotentReply reply, Done<Status> done) {
  const auto digest = reply.request_digest;
  push_call<void>([reply = std::move(reply)] { return put_reply_call(reply); },
                  [digest](Answer& answer) { return reply_outcome(answer, digest); }, std::move(done));
}

void Store::put_incident(ports::Incident incident, Done<Status> done) {
  push_order([incident = std::move(incident)] { return put_incident_call(incident); }, std::move(done));
}

void Store::incidents(std::size_t limit, Done<Result<std::vector<ports::Incident>>> done) {
  ask<std::vector<ports::Incident>>(
      reports_, [=](Reader& reader) { return reader.incidents(limit); }, std::move(done));
}

void Store::first_sight(std::string event_id, Instant at, Done<Result<bool>> done) {
  push_call<bool>([event_id = std::move(event_id), at] { return first_sight_call(event_id, at); },
                  [](Answer& answer) -> Result<bool> { return answer.changed() == 1; }, std::move(done));
}

void Store::forget_before(Instant at, Done<Status> done) {
  push_order([at] { return forget_call(at); }, std::move(done));
}

}  // namespace contactor::store::postgres
