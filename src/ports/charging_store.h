#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "charging/delivery.h"
#include "charging/models.h"
#include "ports/http.h"

namespace contactor::ports {

/// A stat with what only the store keeps of it.
struct StoredStat {
  charging::ChargingStat stat;
  /// Whose measurements it continues: provider and device, else VIN, as the caller spells it; at most 600
  /// bytes.
  std::string stream;
  friend bool operator==(const StoredStat&, const StoredStat&) = default;
};

struct StoredEvent {
  charging::ChargingEvent event;
  std::string stream;        ///< as above
  bool is_computed = false;  ///< made of stats, not told by a provider
  friend bool operator==(const StoredEvent&, const StoredEvent&) = default;
};

/// Whoever computes sessions of a stream raises its version by one in the same write: of two nodes that do it
/// at the same time, one is told `stale`.
struct StreamFence {
  std::string stream;
  std::uint64_t base_version = 0;  ///< the stored one; 0: there is none yet
};

/// What becomes true together, or not at all. At most 10 000 records.
///
/// * A stat is stored under its id; a later one with the same id replaces it, if anything but created_at is
///   different. It keeps the event that it became part of, unless the later one names another.
/// * An event of version 0 becomes version 1, the next version, or nothing where the stored one has the same
///   content (`charging::corrected`). One of version n > 0 is stored as it is if n - 1 is the stored version.
///   One of the stored version, or of version 0, without new content links: the vehicle, location and other
///   telling (`same_as`) that it names are noted in the stored version; version n > 0 also empties them, and
///   replaces what only the store knows of it. Earlier versions are kept.
/// * Each new version of an event that is not quarantined gets its rows of event_log, one for each
///   subscription that wants it. The store makes them: only inside the transaction it is known which
///   version an event got and who has subscribed by then.
/// * A location is stored if its id is not on record.
/// * The mark of a job moves, and never back: it does not pass data that is not stored.
///
/// Of several stats with one id in a write the last counts, the others are `unchanged`. No event may stand
/// twice.
struct ChargingWrite {
  Instant at;  ///< now: what created_at (of a stat that has none) and updated_at become
  std::vector<StoredStat> stats;
  std::vector<StoredEvent> events;
  std::vector<charging::Location> locations;
  std::vector<StreamFence> fences;
  std::optional<charging::LastRunTime> run;  ///< its id is the store's; by credential and job
};

enum class RecordOutcome : std::uint8_t {
  created,
  updated,  ///< of an event: its next version
  linked,   ///< an event's version as before, with other references
  unchanged,
};
struct ChargingWritten {
  bool stale = false;                ///< a fence of a stream, or the version of an event: nothing was stored
  std::vector<RecordOutcome> stats;  ///< in their order; empty where stale
  std::vector<RecordOutcome> events;
  std::vector<charging::ChargingEvent> changed;  ///< events as they were stored, without the unchanged ones
};

/// Stats of one stream. Forwards: from `from` on, the oldest first. Backwards: before `until`, the newest
/// first.
struct StatWindow {
  std::string stream;
  Instant from;
  Instant until = Instant::never();  ///< not itself
  bool backwards = false;
  std::size_t limit = 10'000;  ///< at most 100 000
};

/// Which rows of a list: all that is named must hold. A member that a model does not have matches none of
/// its rows.
struct ChargingFilter {
  std::string id;  ///< with client_id: may that client see it?
  std::optional<Vin> vin;
  std::string provider;
  std::string device_id;
  std::string name;                    ///< of a client, service, credential; the job's of a last_run_time
  std::optional<Instant> from, until;  ///< [from, until) of started_at, measured_at, else created_at
  charging::IdOf<charging::Credential> credential_id;
  charging::IdOf<charging::ChargingEvent> charging_event_id;  ///< of stats and event_log
  charging::IdOf<charging::Location> location_id;             ///< of events
  /// Only what this client may see: itself, its subscriptions, the services these name, their event_log, and
  /// the events that one of these names. Nothing of the other models.
  std::optional<charging::IdOf<charging::Client>> client_id;
  charging::IdOf<charging::ClientService> client_service_id;  ///< of event_log
  std::optional<charging::DeliveryStatus> status;             ///< of event_log
  std::optional<bool> quarantined;                            ///< of events
  std::string cursor;                                         ///< `next` of the page before
  std::size_t limit = 50;                                     ///< 1 to 500
};

template <class Model>
struct ChargingPage {
  std::vector<Model> items;
  std::string next;  ///< empty: this was the last page
};

/// What every model has. Lists begin with the newest by started_at, measured_at, else created_at; stats of
/// all vehicles together have an order of the store's own.
template <class Model>
class ChargingTable {
 public:
  virtual ~ChargingTable() = default;
  /// Those on record, in no order; at most 10 000. An event in its last version.
  virtual void find(std::vector<charging::IdOf<Model>> ids, Done<Result<std::vector<Model>>> done) = 0;
  /// @errors  invalid: the cursor is none of this list.
  virtual void list(ChargingFilter filter, Done<Result<ChargingPage<Model>>> done) = 0;
};

/// A model whose rows are written one by one. Secrets are texts that the caller has sealed. What a row
/// refers to is not looked at: nothing is ever deleted.
template <class Model>
class EditableTable : public ChargingTable<Model> {
 public:
  /// @param model  with its id, but for a job's mark; created_at and updated_at are the store's.
  /// @param base   `updated_at` of the row that it replaces; none: it must be new. A vehicle that only the
  ///               fleet knows is new here.
  /// @return the row as it is stored; its updated_at is later than `base`.
  /// @errors  conflict: the row was changed since, or is on record already; a vehicle's VIN, a client's
  ///          token or a job's mark is another row's.
  virtual void put(Model model, std::optional<Instant> base, Instant at, Done<Result<Model>> done) = 0;
};

struct DeliveryTarget {
  charging::Subscription subscription;
  charging::EndpointHealth health;
  bool any_paused = false;             ///< there is a paused row
  std::optional<Instant> next_due_at;  ///< of what is pending, retrying or delivering; none: nothing is
};

/// Rows of one subscription that are taken to be delivered: pending or retrying and due, or delivering with a
/// claim that has run out. The first due come first. They become `delivering` until `until`, one attempt
/// more. Of a subscription that is ordered by vehicle, only a row before which none of the same vehicle is
/// open (pending, retrying, delivering, paused).
struct DeliveryClaim {
  charging::IdOf<charging::ClientService> client_service_id;
  Instant now;
  Instant until;
  std::size_t limit = 100;  ///< at most 1000
};
struct Delivery {
  charging::EventLog log;
  charging::ChargingEvent event;  ///< in the version that the row names
};

struct DeliveryAttempt {
  charging::IdOf<charging::EventLog> event_log_id;
  std::int64_t number = 0;
  Instant at;
  Millis duration{0};
  std::optional<std::int64_t> status_code;
  std::string outcome;
  std::string error;  ///< cut to 200 bytes
  friend bool operator==(const DeliveryAttempt&, const DeliveryAttempt&) = default;
};
/// Fenced by status `delivering` and the number of attempts, so that only the last claim's owner speaks. A
/// row that was delivered stays so; a success that comes late is believed all the same.
struct DeliveryResult {
  charging::EventLog after;
  std::optional<DeliveryAttempt> attempt;  ///< kept whether it is stale or not
};
struct DeliveriesConcluded {
  std::size_t applied = 0;
  std::size_t stale = 0;
};

/// Rows of a subscription from some statuses into another, the oldest first; those that become pending are
/// due at `at`.
struct DeliveryMove {
  charging::IdOf<charging::ClientService> client_service_id;
  std::vector<charging::DeliveryStatus> from;
  charging::DeliveryStatus to = charging::DeliveryStatus::paused;
  Instant at;
  std::size_t limit = 1000;  ///< at most 10 000
};

/// Rows that are to be sent again: pending, due at `at`, no attempts. Those that are being delivered are left
/// alone.
struct DeliveryReplay {
  std::vector<charging::IdOf<charging::EventLog>> event_log_ids;  ///< at most 1000; empty: by what follows
  charging::IdOf<charging::ClientService> client_service_id;
  std::optional<Instant> since, until;  ///< [since, until) of created_at
  bool only_missing = true;             ///< not those that were delivered
  Instant at;
  std::string cursor;
  std::size_t limit = 1000;
};
struct DeliveriesReplayed {
  std::size_t moved = 0;
  std::string next;  ///< empty: there are no more
};

struct DeliveryTotal {
  charging::IdOf<charging::ClientService> client_service_id;
  charging::DeliveryStatus status = charging::DeliveryStatus::pending;
  std::uint64_t count = 0;
  Instant oldest_at;  ///< created_at
  friend bool operator==(const DeliveryTotal&, const DeliveryTotal&) = default;
};

/// Where the charging capability keeps everything durable. Thread and errors as in `ports::Store`.
class ChargingStore : public ChargingTable<charging::ChargingEvent>,
                      public ChargingTable<charging::ChargingStat>,
                      public EditableTable<charging::Vehicle>,
                      public EditableTable<charging::Credential>,
                      public EditableTable<charging::Client>,
                      public EditableTable<charging::ClientService>,
                      public EditableTable<charging::Service>,
                      public ChargingTable<charging::EventLog>,
                      public EditableTable<charging::LastRunTime>,
                      public EditableTable<charging::Location> {
 public:
  /// `store.of<charging::Client>().list(…)`.
  template <class Model>
  [[nodiscard]] ChargingTable<Model>& of() {
    return *this;
  }
  template <class Model>
  [[nodiscard]] EditableTable<Model>& editable() {
    return *this;
  }

  // -- what comes in --------------------------------------------------------------------------------------
  /// @errors  invalid: a rule of ChargingWrite is broken; nothing was stored.
  virtual void write(ChargingWrite write, Done<Result<ChargingWritten>> done) = 0;

  // -- sessions -------------------------------------------------------------------------------------------
  virtual void stats(StatWindow window, Done<Result<std::vector<charging::ChargingStat>>> done) = 0;
  /// At most 10 000; one that is not on record is left out.
  virtual void stream_versions(std::vector<std::string> streams,
                               Done<Result<std::vector<std::pair<std::string, std::uint64_t>>>> done) = 0;
  /// With what only the store knows of them; at most 10 000 ids.
  virtual void stored_events(std::vector<charging::IdOf<charging::ChargingEvent>> ids,
                             Done<Result<std::vector<StoredEvent>>> done) = 0;
  /// Not quarantined, and not over before `from`, nor begun after `until`; the oldest first, at most 10 000.
  virtual void events_of(Vin vin, Instant from, Instant until,
                         Done<Result<std::vector<StoredEvent>>> done) = 0;
  /// The same of one stream, quarantined ones too.
  virtual void events_of_stream(std::string stream, Instant from, Instant until,
                                Done<Result<std::vector<StoredEvent>>> done) = 0;
  /// Computed, without an end, and begun before this; the oldest first, at most 10 000.
  virtual void open_events(Instant started_before, std::size_t limit,
                           Done<Result<std::vector<StoredEvent>>> done) = 0;
  /// Every version that is kept, the oldest first.
  virtual void event_versions(charging::IdOf<charging::ChargingEvent> id,
                              Done<Result<std::vector<charging::ChargingEvent>>> done) = 0;

  // -- who asks -------------------------------------------------------------------------------------------
  /// The active client that has this digest, or has had it and may use it until later than `now`.
  virtual void client_of_token(std::string token_hash, Instant now,
                               Done<Result<std::optional<charging::Client>>> done) = 0;
  virtual void mark_of(std::optional<charging::IdOf<charging::Credential>> credential_id,
                       std::string job_name, Done<Result<std::optional<charging::LastRunTime>>> done) = 0;

  // -- deliveries -----------------------------------------------------------------------------------------
  /// All subscriptions, resting ones too, by id; keyset-paged, at most 1000.
  virtual void targets(charging::IdOf<charging::ClientService> after, std::size_t limit,
                       Done<Result<std::vector<DeliveryTarget>>> done) = 0;
  /// @param paused_because  what the subscription's member becomes; empty: null; none: it stays as it is.
  virtual void put_health(charging::IdOf<charging::ClientService> id, charging::EndpointHealth health,
                          std::optional<std::string> paused_because, Done<Status> done) = 0;
  virtual void claim_deliveries(DeliveryClaim claim, Done<Result<std::vector<Delivery>>> done) = 0;
  /// At most 1000.
  virtual void conclude_deliveries(std::vector<DeliveryResult> results,
                                   Done<Result<DeliveriesConcluded>> done) = 0;
  /// The newest first. The last 50 of each row are kept.
  virtual void attempts(charging::IdOf<charging::EventLog> id, std::size_t limit,
                        Done<Result<std::vector<DeliveryAttempt>>> done) = 0;
  /// @return how many were moved; as many as `limit`: there may be more.
  virtual void move_deliveries(DeliveryMove move, Done<Result<std::size_t>> done) = 0;
  /// @errors  invalid: the cursor is none.
  virtual void replay(DeliveryReplay replay, Done<Result<DeliveriesReplayed>> done) = 0;
  /// By subscription and status. Reads every row.
  virtual void delivery_totals(Done<Result<std::vector<DeliveryTotal>>> done) = 0;
};

}  // namespace contactor::ports
