#pragma once

#include <utility>

#include "store/charging/rules.h"

namespace contactor::store {

/// The port for those who have all its answers at once. `Runner` has two functions: `change<T>(work, done)`
/// commits what `work` does, `ask<T>(work, done)` only reads. Either calls `work` with a reference to rows
/// (`ChargingDisk`, `ChargingSql`), where each call of the port has a function of the same name, and hands
/// its Result<T> to `done` on the engine's thread.
template <class Runner, class Base, class... Models>
class TableCalls : public Base {};

template <class Runner, class Base, class Model, class... Rest>
class TableCalls<Runner, Base, Model, Rest...> : public TableCalls<Runner, Base, Rest...> {
 public:
  void find(std::vector<charging::IdOf<Model>> ids, ports::Done<Result<std::vector<Model>>> done) override {
    static_cast<Runner*>(this)->template ask<std::vector<Model>>(
        [ids = std::move(ids)](auto& rows) { return rows.template find<Model>(ids); }, std::move(done));
  }
  void list(ports::ChargingFilter filter, ports::Done<Result<ports::ChargingPage<Model>>> done) override {
    static_cast<Runner*>(this)->template ask<ports::ChargingPage<Model>>(
        [filter = std::move(filter)](auto& rows) { return rows.template list<Model>(filter); },
        std::move(done));
  }
};

template <class Runner, class Base, class... Models>
class EditCalls : public Base {};

template <class Runner, class Base, class Model, class... Rest>
class EditCalls<Runner, Base, Model, Rest...> : public EditCalls<Runner, Base, Rest...> {
 public:
  void put(Model model, std::optional<Instant> base, Instant at, ports::Done<Result<Model>> done) override {
    static_cast<Runner*>(this)->template change<Model>(
        [model = std::move(model), base, at](auto& rows) { return rows.put(model, base, at); },
        std::move(done));
  }
};

template <class Runner>
using AllTables =
    EditCalls<Runner,
              TableCalls<Runner, ports::ChargingStore, charging::ChargingEvent, charging::ChargingStat,
                         charging::Vehicle, charging::Credential, charging::Client, charging::ClientService,
                         charging::Service, charging::EventLog, charging::LastRunTime, charging::Location>,
              charging::Vehicle, charging::Credential, charging::Client, charging::ClientService,
              charging::Service, charging::LastRunTime, charging::Location>;

template <class Runner>
class ChargingCalls : public AllTables<Runner> {
 public:
  template <class T>
  using Answer = ports::Done<Result<T>>;

  void write(ports::ChargingWrite write, Answer<ports::ChargingWritten> done) override {
    change<ports::ChargingWritten>(
        [write = std::move(write)](auto& rows) -> Result<ports::ChargingWritten> {
          CTR_CHECK(check(write));
          return rows.write(write);
        },
        std::move(done));
  }
  void stats(ports::StatWindow window, Answer<std::vector<charging::ChargingStat>> done) override {
    ask<std::vector<charging::ChargingStat>>(
        [window = std::move(window)](auto& rows) { return rows.stats(window); }, std::move(done));
  }
  void stream_versions(std::vector<std::string> streams,
                       Answer<std::vector<std::pair<std::string, std::uint64_t>>> done) override {
    ask<std::vector<std::pair<std::string, std::uint64_t>>>(
        [streams = std::move(streams)](auto& rows) { return rows.stream_versions(streams); },
        std::move(done));
  }
  void stored_events(std::vector<charging::IdOf<charging::ChargingEvent>> ids,
                     Answer<std::vector<ports::StoredEvent>> done) override {
    ask<std::vector<ports::StoredEvent>>(
        [ids = std::move(ids)](auto& rows) { return rows.stored_events(ids); }, std::move(done));
  }
  void events_of(Vin vin, Instant from, Instant until,
                 Answer<std::vector<ports::StoredEvent>> done) override {
    ask<std::vector<ports::StoredEvent>>(
        [vin, from, until](auto& rows) { return rows.events_of(vin, from, until); }, std::move(done));
  }
  void events_of_stream(std::string stream, Instant from, Instant until,
                        Answer<std::vector<ports::StoredEvent>> done) override {
    ask<std::vector<ports::StoredEvent>>(
        [stream = std::move(stream), from, until](auto& rows) {
          return rows.events_of_stream(stream, from, until);
        },
        std::move(done));
  }
  void open_events(Instant before, std::size_t limit, Answer<std::vector<ports::StoredEvent>> done) override {
    ask<std::vector<ports::StoredEvent>>(
        [before, limit](auto& rows) { return rows.open_events(before, limit); }, std::move(done));
  }
  void event_versions(charging::IdOf<charging::ChargingEvent> id,
                      Answer<std::vector<charging::ChargingEvent>> done) override {
    ask<std::vector<charging::ChargingEvent>>(
        [id = std::move(id)](auto& rows) { return rows.event_versions(id); }, std::move(done));
  }
  void client_of_token(std::string token_hash, Instant now,
                       Answer<std::optional<charging::Client>> done) override {
    ask<std::optional<charging::Client>>(
        [hash = std::move(token_hash), now](auto& rows) { return rows.client_of_token(hash, now); },
        std::move(done));
  }
  void mark_of(std::optional<charging::IdOf<charging::Credential>> credential_id, std::string job_name,
               Answer<std::optional<charging::LastRunTime>> done) override {
    charging::LastRunTime mark{.credential_id = std::move(credential_id), .job_name = std::move(job_name)};
    ask<std::optional<charging::LastRunTime>>(
        [id = id_of_mark(mark)](auto& rows) -> Result<std::optional<charging::LastRunTime>> {
          CTR_TRY(found, rows.template find<charging::LastRunTime>({id}));
          if (found.empty()) return std::nullopt;
          return std::move(found.front());
        },
        std::move(done));
  }
  void targets(charging::IdOf<charging::ClientService> after, std::size_t limit,
               Answer<std::vector<ports::DeliveryTarget>> done) override {
    ask<std::vector<ports::DeliveryTarget>>(
        [after = std::move(after), limit](auto& rows) { return rows.targets(after, limit); },
        std::move(done));
  }
  void put_health(charging::IdOf<charging::ClientService> id, charging::EndpointHealth health,
                  std::optional<std::string> paused_because, ports::Done<Status> done) override {
    change<void>([id = std::move(id), health = std::move(health), because = std::move(paused_because)](
                     auto& rows) { return rows.put_health(id, health, because); },
                 std::move(done));
  }
  void claim_deliveries(ports::DeliveryClaim claim, Answer<std::vector<ports::Delivery>> done) override {
    change<std::vector<ports::Delivery>>(
        [claim = std::move(claim)](auto& rows) { return rows.claim_deliveries(claim); }, std::move(done));
  }
  void conclude_deliveries(std::vector<ports::DeliveryResult> results,
                           Answer<ports::DeliveriesConcluded> done) override {
    change<ports::DeliveriesConcluded>(
        [results = std::move(results)](auto& rows) { return rows.conclude_deliveries(results); },
        std::move(done));
  }
  void attempts(charging::IdOf<charging::EventLog> id, std::size_t limit,
                Answer<std::vector<ports::DeliveryAttempt>> done) override {
    ask<std::vector<ports::DeliveryAttempt>>(
        [id = std::move(id), limit](auto& rows) { return rows.attempts(id, limit); }, std::move(done));
  }
  void move_deliveries(ports::DeliveryMove move, Answer<std::size_t> done) override {
    change<std::size_t>([move = std::move(move)](auto& rows) { return rows.move_deliveries(move); },
                        std::move(done));
  }
  void replay(ports::DeliveryReplay replay, Answer<ports::DeliveriesReplayed> done) override {
    change<ports::DeliveriesReplayed>(
        [replay = std::move(replay)](auto& rows) { return rows.replay(replay); }, std::move(done));
  }
  void delivery_totals(Answer<std::vector<ports::DeliveryTotal>> done) override {
    ask<std::vector<ports::DeliveryTotal>>([](auto& rows) { return rows.delivery_totals(); },
                                           std::move(done));
  }

 private:
  template <class T, class Work>
  void change(Work work, Answer<T> done) {
    static_cast<Runner*>(this)->template change<T>(std::move(work), std::move(done));
  }
  template <class T, class Work>
  void ask(Work work, Answer<T> done) {
    static_cast<Runner*>(this)->template ask<T>(std::move(work), std::move(done));
  }
};

}  // namespace contactor::store
