#pragma once

#include <bitset>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "ota/activation.h"
#include "ota/notices.h"
#include "ota/ticket.h"
#include "ports/http.h"
#include "ports/payments.h"

namespace contactor::ports {

/// The configure commands of one vehicle, by all senders: what the hourly budget and the order of commands
/// rest on.
struct CommandLedger {
  Vin vin;
  std::uint32_t version = 0;  ///< 0: no row yet; raised by every write, the fence against a second sender
  std::uint64_t generation = 0;
  std::string last_command_id;
  std::vector<Instant> sends;  ///< oldest first, at most as many as the budget of an hour
  Instant
      busy_until;  ///< the end of a last command that its activation no longer waits for; 0: there is none
};

/// Something owed to the outside after a commit. It leaves the outbox when it is done or given up for a
/// stated reason.
struct OutboxEntry {
  enum class Kind : std::uint8_t { money, email, push, display };
  std::int64_t id = 0;  ///< given by the engine with the write: unique, rising, its low byte the shard
  ActivationId activation_id;
  Kind kind = Kind::money;
  std::string
      key;  ///< computed from activation, purpose and ordinal: unique, the idempotency key of the effect
  MoneyPurpose purpose = MoneyPurpose::capture;                 ///< for money
  ota::NoticeEvent event = ota::NoticeEvent::PaymentConfirmed;  ///< for notices
  std::string detail;                                           ///< free words that belong into a notice
  std::uint32_t tries = 0;
  bool unknown = false;  ///< the last try may have had its effect: look up before repeating
  Instant first_try_at;  ///< when its key was first used; 0 before
  Instant next_try_at;
  Instant created_at;
};

/// What became of one notice on one channel.
enum class NoticeOutcome : std::uint8_t { pending, sent, failed, unavailable, dropped };
struct NoticeRecord {
  ActivationId activation_id;
  ota::NoticeEvent event = ota::NoticeEvent::PaymentConfirmed;
  ota::Channel channel = ota::Channel::email;
  NoticeOutcome outcome = NoticeOutcome::pending;
  Instant at;
  std::string detail;
};

/// A reply kept for the repeat of a request.
struct IdempotentReply {
  std::string principal;
  std::string route;
  std::string key;
  std::string request_digest;  ///< of the body, hex
  int status = 0;
  std::string body;
  Instant at;
};

/// Every vehicle belongs to one of 256 shards (`Vin::shard()`), and every id made for it names its shard.
using ShardSet = std::bitset<256>;

/// One step of one activation with all that must become true together with it. Applied as a whole or refused
/// as a whole.
struct ActivationWrite {
  ota::Activation after;           ///< the whole row; `version` = base + 1
  std::uint32_t base_version = 0;  ///< 0: a new activation; its order is stored with it
  std::vector<ota::HistoryEntry> history;
  std::vector<OutboxEntry> outbox;
  std::vector<NoticeRecord> notices;    ///< decisions that need no sending: channel unavailable
  std::optional<CommandLedger> ledger;  ///< as it is after the step; fenced by version - 1
  std::optional<ota::Ticket> ticket;    ///< a new ticket (version 1), or a changed one fenced by version - 1
  std::vector<ota::Activation>
      followers;  ///< linked activations that start with this step, each with its own order and first entry
  std::vector<ota::HistoryEntry> follower_history;  ///< one for each follower, same order
  std::optional<IdempotentReply> reply;
  std::uint64_t epoch =
      0;  ///< of the lease under which it was decided (ports/nodes.h): a fence like the version
};

enum class WriteOutcome : std::uint8_t {
  applied,
  stale,            ///< a fence refused it: version, ledger or lease; nothing of it was stored
  duplicate_order,  ///< the order id is on record already; nothing of it was stored
  duplicate_key,    ///< the idempotency key is on record already; nothing of it was stored
};

/// An outbox entry's end or postponement, with what it changes beside it.
struct OutboxWrite {
  std::int64_t id = 0;
  std::optional<OutboxEntry> postponed;  ///< none: the entry is deleted
  std::optional<NoticeRecord> notice;
  std::optional<CommandLedger>
      ledger;               ///< a display text is a command too: its send intent, fenced like any other
  std::uint64_t epoch = 0;  ///< as in ActivationWrite; the shard is the id's
};

/// Everything a dispatcher must know of one activation before it acts.
struct Loaded {
  ota::Activation activation;
  CommandLedger ledger;
};

/// What fits into memory for every live activation.
struct LiveRow {
  ActivationId id;
  ota::State state = ota::State::QueuedForActivation;
  Instant next_action_at;
};

struct ActivationFilter {
  std::optional<Vin> vin;
  std::optional<ota::State> state;
  CustomerId customer_id;
  std::string ordered_by;  ///< only what this principal has ordered; empty: all
  std::size_t limit = 50;
  ActivationId after;  ///< keyset cursor: older than this one; empty: newest first from the top
};

struct TicketFilter {
  std::optional<ota::TicketState> state;
  std::size_t limit = 50;
  TicketId after;
};

/// The catalogue's entry of one paid feature.
struct Service {
  ServiceId id;
  std::uint32_t version = 0;
  std::string name;
  std::string document;  ///< the whole JSON object as it was put, `template` and all
  Instant updated_at;
};

struct ApiToken {
  TokenId id;
  std::string name;
  std::string role;
  std::string client;
  ota::Digest digest{};
  Instant created_at;
  Instant expires_at = Instant::never();
  std::optional<Instant> revoked_at;
};

struct Incident {
  std::string cause;  ///< "iot_api unauthorized"
  Instant opened_at;
  std::optional<Instant> ended_at;
  std::string detail;
  std::uint64_t held_back = 0;
};

/// Counts over everything stored, for the overview, the demo's summary and the audit. Reads every row:
/// whoever needs it often keeps the answer for a while.
struct Totals {
  std::vector<std::pair<ota::State, std::uint64_t>> by_state;  ///< this and the next ones ascending, no zeros
  std::vector<std::pair<ota::ServiceStatus, std::uint64_t>> by_service;
  std::vector<std::pair<ota::MoneyState, std::uint64_t>> by_money;
  std::vector<std::pair<ota::Priority, std::uint64_t>> open_tickets;  ///< open, or waiting for the customer
  /// Activations by the hour of the clock in which they were created: that of the newest and the 24 before
  /// it.
  std::vector<std::pair<Instant, std::uint64_t>> begun_by_hour;
  std::uint64_t retried = 0;
  std::uint64_t tickets = 0;
  std::uint64_t captured_not_confirmed = 0;
  std::uint64_t outbox = 0;
  Instant outbox_oldest_at = Instant::never();  ///< when the oldest entry of the outbox was created
};

/// Where everything durable lives. Writes are grouped into batches behind this port; `done` is called after
/// the commit that holds the write, in the order in which writes of one activation were handed in. All
/// callbacks run on the engine's thread.
/// @errors everywhere: exhausted (queue full, disk full), unavailable (database away, `applied` says whether
/// the commit may have happened),
///         internal (corruption).
class Store {
 public:
  virtual ~Store() = default;

  // -- the hot path ---------------------------------------------------------------------------------------
  /// `write` is not copied: nobody changes it before `done` is called, and the store does not look at it
  /// afterwards.
  virtual void write(std::shared_ptr<const ActivationWrite> write, Done<Result<WriteOutcome>> done) = 0;
  /// @errors  conflict where the ledger's or the lease's fence refused it; nothing of it was stored then.
  virtual void write(OutboxWrite write, Done<Status> done) = 0;
  /// Live activations only, each with its vehicle's ledger; ids that are not live are left out.
  virtual void load(std::vector<ActivationId> ids, Done<Result<std::vector<Loaded>>> done) = 0;
  /// Live rows of these shards in id order, keyset-paged.
  virtual void live_rows(ShardSet shards, ActivationId after, std::size_t limit,
                         Done<Result<std::vector<LiveRow>>> done) = 0;
  /// What these shards owe to the outside, in id order, keyset-paged.
  virtual void outbox(ShardSet shards, std::int64_t after, std::size_t limit,
                      Done<Result<std::vector<OutboxEntry>>> done) = 0;
  /// The vehicle's ledger and all its activations, live and finished, newest first, at most 100.
  struct VehicleContext {
    CommandLedger ledger;
    std::vector<ota::Activation> activations;
  };
  virtual void vehicle_context(Vin vin, Done<Result<VehicleContext>> done) = 0;

  // -- reading --------------------------------------------------------------------------------------------
  virtual void find(ActivationId id, Done<Result<std::optional<ota::Activation>>> done) = 0;
  virtual void find_order(OrderId id, Done<Result<std::optional<ota::Activation>>> done) = 0;
  /// By the provider's payment id: for payment events.
  virtual void find_payment(std::string transaction_id,
                            Done<Result<std::optional<ota::Activation>>> done) = 0;
  virtual void list(ActivationFilter filter, Done<Result<std::vector<ota::Activation>>> done) = 0;
  virtual void history(ActivationId id, Done<Result<std::vector<ota::HistoryEntry>>> done) = 0;
  virtual void notices(ActivationId id, Done<Result<std::vector<NoticeRecord>>> done) = 0;
  virtual void pending_outbox(ActivationId id, Done<Result<std::vector<OutboxEntry>>> done) = 0;
  virtual void totals(Done<Result<Totals>> done) = 0;
  /// All activations in id order with their history, for `audit verify` and the simulation's checkers.
  struct Audited {
    ota::Activation activation;
    std::vector<ota::HistoryEntry> history;
  };
  virtual void audit(ActivationId after, std::size_t limit, Done<Result<std::vector<Audited>>> done) = 0;

  // -- the desk -------------------------------------------------------------------------------------------
  virtual void find_ticket(TicketId id, Done<Result<std::optional<ota::Ticket>>> done) = 0;
  virtual void list_tickets(TicketFilter filter, Done<Result<std::vector<ota::Ticket>>> done) = 0;
  /// Fenced by version - 1; not_found and conflict are errors.
  virtual void put_ticket(ota::Ticket ticket, Done<Status> done) = 0;

  // -- catalogue, access, incidents -----------------------------------------------------------------------
  virtual void put_service(Service service,
                           Done<Result<Service>> done) = 0;  ///< answers with the version it got
  virtual void services(Done<Result<std::vector<Service>>> done) = 0;
  virtual void put_token(ApiToken token, Done<Status> done) = 0;
  virtual void tokens(Done<Result<std::vector<ApiToken>>> done) = 0;
  virtual void find_reply(std::string principal, std::string route, std::string key,
                          Done<Result<std::optional<IdempotentReply>>> done) = 0;
  /// Conflict where the key is on record with another digest.
  virtual void put_reply(IdempotentReply reply, Done<Status> done) = 0;
  virtual void put_incident(Incident incident, Done<Status> done) = 0;
  virtual void incidents(std::size_t limit, Done<Result<std::vector<Incident>>> done) = 0;
  /// True where this event id was not seen before; remembers it. For payment events.
  virtual void first_sight(std::string event_id, Instant at, Done<Result<bool>> done) = 0;
  /// Deletes replies and seen events older than this.
  virtual void forget_before(Instant at, Done<Status> done) = 0;
};

}  // namespace contactor::ports
