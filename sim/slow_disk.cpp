#include "slow_disk.h"

namespace contactor::sim {
namespace {

using std::chrono::seconds;

Error away(Applied applied) {
  return {.kind = ErrorKind::unavailable,
          .applied = applied,
          .retry_after = {},
          .origin = "store",
          .detail = "the database is away"};
}

Error full() {
  return {.kind = ErrorKind::exhausted,
          .applied = Applied::no,
          .retry_after = seconds(1),
          .origin = "store",
          .detail = "the disk is full"};
}

}  // namespace

Millis SlowDisk::latency() {
  if (universe_.faults.strikes(Fault::store_slow)) {
    universe_.observer->disturbed();
    return universe_.between(Millis(100), seconds(5));
  }
  return universe_.between(Millis(0), Millis(4));
}

bool SlowDisk::is_away() const { return universe_.clock.now() < away_until_; }

/// Nothing reaches the store: whoever asks is told so after a while.
template <class T>
void SlowDisk::fail_later(ports::Done<Result<T>> done) {
  universe_.clock.plan(universe_.clock.now() + universe_.between(Millis(50), seconds(5)), life_,
                       [done = std::move(done)]() mutable { done(fail(away(Applied::no))); });
}

template <class T>
void SlowDisk::read(ports::Done<Result<T>> done, std::move_only_function<void(ports::Done<Result<T>>)> ask) {
  if (!life_->alive) return;
  if (is_away()) return fail_later(std::move(done));
  universe_.clock.plan(universe_.clock.now() + latency(), life_,
                       [this, done = std::move(done), ask = std::move(ask)]() mutable {
                         if (universe_.faults.strikes(Fault::store_read_failed)) {
                           universe_.observer->disturbed();
                           return done(fail(away(Applied::no)));
                         }
                         ask(std::move(done));
                       });
}

template <class T>
void SlowDisk::commit(ports::Done<Result<T>> done,
                      std::move_only_function<void(ports::Done<Result<T>>)> apply) {
  if (!life_->alive) return;
  if (is_away()) return fail_later(std::move(done));
  commits_until_ = std::max(commits_until_, universe_.clock.now() + latency());
  universe_.clock.plan(
      commits_until_, life_, [this, done = std::move(done), apply = std::move(apply)]() mutable {
        if (universe_.crashes(Fault::crash_before_commit, life_)) return;
        if (universe_.faults.strikes(Fault::store_refused)) {
          universe_.observer->disturbed();
          return done(fail(full()));
        }
        apply([this, done = std::move(done)](Result<T> result) mutable {
          // The commit is on the disk: from here on only the word about it can be lost.
          if (!life_->alive || universe_.crashes(Fault::crash_after_commit, life_)) return;
          if (universe_.faults.strikes(Fault::store_commit_unknown)) {
            universe_.observer->disturbed();
            return done(fail(away(Applied::maybe)));
          }
          if (!universe_.faults.strikes(Fault::freeze_after_commit)) return done(std::move(result));
          universe_.freeze(life_);
          universe_.clock.plan(
              universe_.clock.now(), life_,
              [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
        });
      });
}

void SlowDisk::write(std::shared_ptr<const ports::ActivationWrite> write,
                     ports::Done<Result<ports::WriteOutcome>> done) {
  commit<ports::WriteOutcome>(std::move(done), [this, write = std::move(write)](auto result) mutable {
    inner().write(std::move(write), std::move(result));
  });
}

void SlowDisk::write(ports::OutboxWrite write, ports::Done<Status> done) {
  commit<void>(std::move(done), [this, write = std::move(write)](auto result) mutable {
    ports::OutboxWrite copy = write;
    inner().write(std::move(copy),
                  [this, write = std::move(write), result = std::move(result)](Status status) mutable {
                    if (status) universe_.observer->outbox_committed(write);
                    result(std::move(status));
                  });
  });
}

void SlowDisk::put_ticket(ota::Ticket ticket, ports::Done<Status> done) {
  commit<void>(std::move(done), [this, ticket = std::move(ticket)](auto result) mutable {
    inner().put_ticket(std::move(ticket), std::move(result));
  });
}

void SlowDisk::put_incident(ports::Incident incident, ports::Done<Status> done) {
  commit<void>(std::move(done), [this, incident = std::move(incident)](auto result) mutable {
    inner().put_incident(std::move(incident), std::move(result));
  });
}

void SlowDisk::first_sight(std::string event_id, Instant at, ports::Done<Result<bool>> done) {
  commit<bool>(std::move(done), [this, event_id = std::move(event_id), at](auto result) mutable {
    inner().first_sight(std::move(event_id), at, std::move(result));
  });
}

void SlowDisk::load(std::vector<ActivationId> ids, ports::Done<Result<std::vector<ports::Loaded>>> done) {
  read<std::vector<ports::Loaded>>(std::move(done), [this, ids = std::move(ids)](auto result) mutable {
    inner().load(std::move(ids), std::move(result));
  });
}

void SlowDisk::live_rows(ports::ShardSet shards, ActivationId after, std::size_t limit,
                         ports::Done<Result<std::vector<ports::LiveRow>>> done) {
  if (universe_.crashes(Fault::crash_while_starting, life_)) return;
  read<std::vector<ports::LiveRow>>(std::move(done), [this, shards, after, limit](auto result) {
    inner().live_rows(shards, after, limit, std::move(result));
  });
}

void SlowDisk::outbox(ports::ShardSet shards, std::int64_t after, std::size_t limit,
                      ports::Done<Result<std::vector<ports::OutboxEntry>>> done) {
  if (universe_.crashes(Fault::crash_while_starting, life_)) return;
  read<std::vector<ports::OutboxEntry>>(std::move(done), [this, shards, after, limit](auto result) {
    inner().outbox(shards, after, limit, std::move(result));
  });
}

void SlowDisk::vehicle_context(Vin vin, ports::Done<Result<VehicleContext>> done) {
  read<VehicleContext>(std::move(done),
                       [this, vin](auto result) { inner().vehicle_context(vin, std::move(result)); });
}

void SlowDisk::find(ActivationId id, ports::Done<Result<std::optional<ota::Activation>>> done) {
  read<std::optional<ota::Activation>>(std::move(done),
                                       [this, id](auto result) { inner().find(id, std::move(result)); });
}

void SlowDisk::find_order(OrderId id, ports::Done<Result<std::optional<ota::Activation>>> done) {
  read<std::optional<ota::Activation>>(std::move(done), [this, id = std::move(id)](auto result) mutable {
    inner().find_order(std::move(id), std::move(result));
  });
}

void SlowDisk::find_payment(std::string transaction_id,
                            ports::Done<Result<std::optional<ota::Activation>>> done) {
  read<std::optional<ota::Activation>>(std::move(done),
                                       [this, id = std::move(transaction_id)](auto result) mutable {
                                         inner().find_payment(std::move(id), std::move(result));
                                       });
}

void SlowDisk::history(ActivationId id, ports::Done<Result<std::vector<ota::HistoryEntry>>> done) {
  read<std::vector<ota::HistoryEntry>>(std::move(done),
                                       [this, id](auto result) { inner().history(id, std::move(result)); });
}

void SlowDisk::find_ticket(TicketId id, ports::Done<Result<std::optional<ota::Ticket>>> done) {
  read<std::optional<ota::Ticket>>(std::move(done),
                                   [this, id](auto result) { inner().find_ticket(id, std::move(result)); });
}

void SlowDisk::find_reply(std::string principal, std::string route, std::string key,
                          ports::Done<Result<std::optional<ports::IdempotentReply>>> done) {
  read<std::optional<ports::IdempotentReply>>(
      std::move(done), [this, principal = std::move(principal), route = std::move(route),
                        key = std::move(key)](auto result) mutable {
        inner().find_reply(std::move(principal), std::move(route), std::move(key), std::move(result));
      });
}

}  // namespace contactor::sim
