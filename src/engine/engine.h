#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ota/policy.h"
#include "ports/iot_api.h"
#include "ports/messages.h"
#include "ports/nodes.h"
#include "ports/payments.h"
#include "ports/store.h"
#include "ports/timekeeper.h"

namespace contactor::engine {

/// What the engine acts through. Channels that are not configured are null: their notices are recorded as
/// unavailable.
struct Ports {
  ports::Timekeeper& time;
  ports::Entropy& entropy;
  ports::Store& store;
  ports::IotApi& iot;
  ports::Payments* stripe = nullptr;
  ports::Payments* shop = nullptr;
  ports::Mail* mail = nullptr;
  ports::Push* push = nullptr;
  ports::Nodes* nodes = nullptr;  ///< null: this node is the only one on its store
};

struct Settings {
  ota::Policy policy;
  std::string node = "node-1";
  std::string version;  ///< of the program, for other nodes' operators
  std::string console_url;
  std::string support_contact;
  std::string display_service_id;  ///< the configure service that shows a text in the car; empty: no display
  std::size_t calls_in_flight_max =
      1024;                         ///< activations between holding their vehicle and the IoT API's answer
  std::size_t queue_max = 100'000;  ///< steps waiting for the store before new orders are answered with 503
};

/// Renders the reply that is stored with an accepted order, so that a repeat gets it byte for byte.
struct ReplyTemplate {
  std::string principal;
  std::string route;
  std::string key;
  std::string request_digest;
  std::function<std::pair<int, std::string>(const ota::Activation&)> render;
};

struct Accepted {
  ota::Activation activation;
  bool repeated = false;  ///< the same order was on record: nothing new was started
  std::optional<ports::IdempotentReply> stored_reply;  ///< the key was on record: answer with this
};

/// What a technician asks of a ticket.
struct TicketOrder {
  ota::TicketAction action = ota::TicketAction::contact_customer;
  std::string actor;
  std::string text;  ///< reason or words for the customer
  /// retry and modify_payload: who pays for the new attempt. `grant`: nobody, reason required. Otherwise a
  /// fresh authorisation.
  bool grant = false;
  std::optional<ota::Payment> payment;
  std::string configuration;  ///< modify_payload: the whole edited JSON object
};
struct TicketOutcome {
  ota::Ticket ticket;
  std::optional<ota::Activation> started;  ///< the linked activation of a retry
};

/// The car's own word, brought by an authentic callback.
struct VehicleReport {
  std::string command_id;
  Vin vin;
  ota::CommandStatus status = ota::CommandStatus::unknown;
  std::uint64_t generation = 0;
  ota::Failure failure;
};

/// An authentic event of the payment provider: only a reason to look, never the truth itself.
struct PaymentReport {
  std::string event_id;
  std::string transaction_id;
};

struct Counters {
  std::uint64_t accepted = 0, commands_sent = 0, confirmed = 0, attempts_failed = 0, escalated = 0;
  std::uint64_t captured = 0, released = 0, refunded = 0, notices_sent = 0, stale_writes = 0;
  std::size_t live = 0, ready = 0, in_flight = 0, waiting_budget = 0, outbox = 0;
  bool breaker_open = false;
  std::size_t shards = 0;  ///< that this node holds
  bool leads = true;       ///< periodic work and probes are this node's
};

/// A committed step, for the event stream and the demo's screen.
using Listener = std::function<void(const ota::Activation&, const ota::HistoryEntry&)>;

/// Runs every activation from order to end. One per process, on one thread; all decisions come from `ota`.
class Engine {
 public:
  Engine(Ports ports, Settings settings);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Reads the live rows of what this node holds and what is owed there, then begins. Orders are accepted
  /// after `done`; where several nodes share a store, what they take over later is read then.
  /// @errors  conflict: another process uses this node's name.
  void start(ports::Done<Status> done);
  /// Instead of `start`, for a command that found no node alive: works under the leases of its own beat for
  /// as long as they last without another, and only on what it is asked for. Nothing is read, sent or
  /// delivered. Before that, and without it, everything is `elsewhere`.
  /// @param asked_at  when the beat was asked for; monotonic.
  void borrow(const ports::NodeView& view, Millis asked_at);
  /// Starts nothing new, gives calls in flight ten seconds, leaves the rest as unknown for the next start,
  /// and hands its shards to the other nodes: 15 s at most.
  void stop(std::move_only_function<void()> done);

  /// Stores a new order and starts it. The order has been validated by itself; here it is held against what
  /// the vehicle already has.
  /// @errors conflict (another order holds this service, a required service is missing, a conflicting one is
  /// active),
  ///         exhausted (with retry_after), unavailable; here and below elsewhere, where another node holds
  ///         the vehicle's shard.
  void accept(ota::Order order, std::optional<ReplyTemplate> reply, ports::Done<Result<Accepted>> done);
  /// The newest wish wins: stops retries, releases money, switches off what may have been switched on.
  /// @errors not_found; conflict where the activation has ended.
  void cancel(ActivationId id, std::string actor, std::string reason,
              ports::Done<Result<ota::Activation>> done);
  /// @errors not_found, conflict, invalid.
  void act_on_ticket(TicketId id, TicketOrder order, ports::Done<Result<TicketOutcome>> done);
  /// @errors not_found where no such command was sent to this vehicle.
  void vehicle_reported(VehicleReport report, ports::Done<Status> done);
  void payment_reported(PaymentReport report, ports::Done<Status> done);

  void listen(Listener listener);
  [[nodiscard]] Counters counters() const;
  [[nodiscard]] const Settings& settings() const;
  /// All nodes on this store as of the last beat, this one included; none where it is alone.
  [[nodiscard]] const std::vector<ports::NodeSeen>& nodes() const;
  /// The time that all nodes on this store agree upon.
  [[nodiscard]] ports::Timekeeper& time();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace contactor::engine
