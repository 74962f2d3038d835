#pragma once

#include <array>
#include <deque>
#include <list>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "engine/breaker.h"
#include "engine/caution.h"
#include "engine/engine.h"
#include "engine/recent_map.h"
#include "engine/shards.h"
#include "engine/store_clock.h"
#include "engine/timers.h"
#include "ota/advance.h"
#include "ota/evidence.h"

namespace contactor::engine {

/// One activation in memory while something happens to it. Everything in it can be read again from the store.
struct Work {
  ota::Activation activation;
  std::deque<std::pair<ota::Event, ports::Done<Result<ota::Activation>>>> events;
  bool writing = false;  ///< a step is on its way to the store; its effects wait for it
  bool calling = false;  ///< a look, a diagnosis or a command is on its way
  bool sending = false;  ///< counted in sending_
  bool missed =
      false;         ///< fell due while something was on its way: looked at again as soon as that has ended
  bool live = true;  ///< false: a finished activation that was brought back for one event
  Millis poll_after = Millis(0);
  std::uint64_t serial = 0;  ///< answers for an earlier Work of the same activation are dropped
};

/// What is kept for every live activation, loaded or not.
struct Record {
  Instant due = Instant::never();
  std::uint32_t epoch = 0;
  ota::State state = ota::State::QueuedForActivation;
  std::unique_ptr<Work> work;
};

/// One vehicle while commands to it are decided: who may send, who waits, what was sent.
struct Slot {
  ActivationId holder;
  std::vector<ActivationId> waiters;
  ports::CommandLedger ledger;
  std::size_t users = 0;  ///< loaded activations of this vehicle
};

/// Names an entry across calls that may outlast its shard's stay in memory.
struct OwedRef {
  std::int64_t id = 0;
  std::uint64_t serial = 0;
};

/// One entry of the outbox in memory.
struct Owed {
  ports::OutboxEntry entry;
  std::uint64_t serial = 0;  ///< answers for an earlier reading of the same entry are dropped
  bool calling = false;
  bool look_first = false;  ///< its first try may have happened before this process started
  int fruitless_looks = 0;  ///< at the books since the key was first used: the request had no effect

  [[nodiscard]] OwedRef ref() const { return {.id = entry.id, .serial = serial}; }
};

class Engine::Impl {
 public:
  Impl(Ports ports, Settings settings);
  ~Impl();

  // -- engine.cpp: the face
  void start(ports::Done<Status> done);
  void stop(std::move_only_function<void()> done);
  void read_live(ports::ShardSet shards, ActivationId after, ports::Done<Status> done);
  void read_outbox(ports::ShardSet shards, std::int64_t after, ports::Done<Status> done);
  /// After a write that may have been stored: what it started is not in memory yet.
  void read_again(std::uint8_t shard);

  // -- lease.cpp: what is this node's to work on, and for how long
  void beat();
  void beat_after(Millis wait);
  void beaten(const ports::NodeView& view, Millis asked_at);
  void beat_failed(const Error& error);
  void borrow(const ports::NodeView& view, Millis asked_at);
  void take_over(std::vector<ports::HeldShard> gained);
  void put_to_rest(std::size_t share);
  void look_who_rests();
  [[nodiscard]] ports::ShardSet busy_shards() const;
  /// Forgets everything of these shards; whoever waits for it is told to ask again.
  void drop(const ports::ShardSet& shards);
  void hand_over(std::move_only_function<void()> done);
  /// A fence refused a write: if the lease is gone, the next beat says so.
  void doubt_lease();
  void keep_house();
  /// May anything outside be begun? Not once the leases may have run out while this process did not notice.
  [[nodiscard]] bool may_act() const;
  /// May something new be begun for this shard?
  [[nodiscard]] bool may_begin(std::uint8_t shard) const { return shards_.works_on(shard) && may_act(); }
  /// Why a request for this shard is not answered here now.
  [[nodiscard]] std::optional<Error> turn_away(std::uint8_t shard) const;
  [[nodiscard]] static Error moved(std::uint8_t shard);
  /// Keeps a shard from coming to rest until the request is answered.
  template <class T>
  ports::Done<Result<T>> counted(std::uint8_t shard, ports::Done<Result<T>> done) {
    intake_[shard] += 1;
    return [self = self_, shard, done = std::move(done)](Result<T> result) mutable {
      if (*self) (*self)->intake_[shard] -= 1;
      if (done) done(std::move(result));
    };
  }

  // -- intake.cpp: orders, cancellations, reports from outside; desk.cpp: technicians
  void accept(ota::Order order, std::optional<ReplyTemplate> reply, ports::Done<Result<Accepted>> done);
  void accept_beside(ota::Order order, std::optional<ReplyTemplate> reply,
                     const ports::Store::VehicleContext& context, std::uint64_t epoch,
                     ports::Done<Result<Accepted>> done);
  /// @param epoch  under which what the vehicle already has was read
  void store_new(ota::Order order, std::optional<ReplyTemplate> reply, std::uint64_t epoch,
                 ports::Done<Result<Accepted>> done);
  void find_repeated(ports::WriteOutcome outcome, const ota::Order& order, std::optional<ReplyTemplate> reply,
                     ports::Done<Result<Accepted>> done);
  void act_on_ticket(TicketId id, TicketOrder order, ports::Done<Result<TicketOutcome>> done);
  void start_from_ticket(ota::Ticket ticket, TicketOrder order, ports::Done<Result<TicketOutcome>> done);
  void finish_ticket_action(ota::Ticket ticket, const TicketOrder& order,
                            std::optional<ota::Activation> started, ports::Done<Result<TicketOutcome>> done);
  void vehicle_reported(VehicleReport report, ports::Done<Status> done);
  void payment_reported(PaymentReport report, ports::Done<Status> done);
  /// Brings an activation to memory, live or finished, and hands it an event.
  void give(ActivationId id, ota::Event event, ports::Done<Result<ota::Activation>> done);
  void bring(ports::Loaded loaded, bool live);
  void report_to(ActivationId id, const PaymentReport& report, ports::Done<Status> done);

  // -- step.cpp: event -> advance -> commit -> perform
  void happen(Work& work, ota::Event event, ports::Done<Result<ota::Activation>> done = {});
  void run_next_event(Work& work);
  void commit(Work& work, ota::Step step, ports::Done<Result<ota::Activation>> done);
  void committed(ActivationId id, std::uint64_t serial, std::shared_ptr<ports::ActivationWrite> write,
                 std::vector<ota::Effect> effects, Result<ports::WriteOutcome> outcome,
                 ports::Done<Result<ota::Activation>> done);
  void perform(Work& work, std::vector<ota::Effect> effects);
  void add_outbox(ports::ActivationWrite& write, const ota::Effect& effect);
  void add_notice(ports::ActivationWrite& write, ota::NoticeEvent event, ota::Channel channel);
  ports::OutboxEntry& owe_with(ports::ActivationWrite& write, ports::OutboxEntry::Kind kind, std::string key);
  [[nodiscard]] ports::CommandLedger ledger_after(ports::CommandLedger ledger,
                                                  const ota::SendCommand& send) const;
  void forget(ActivationId id);
  void reload_later(ActivationId id);
  void settle(Work& work);

  // -- dispatch.cpp: what is due, in which order, within which budget
  void wake_at(ActivationId id, Instant at);
  void arm();
  void tick();
  void pump();
  void load_ready(std::vector<ActivationId> ids);
  void attach(ports::Loaded loaded);
  void on_due(Work& work);
  void end_unless_extended(Work& work);
  void try_send(Work& work);
  void look_before_sending(Work& work);
  void looked(Work& work, Result<ota::VehicleStatus> status);
  void refused_look(Work& work, const Error& error);
  void begin_sending(Work& work);
  void end_sending(Work& work);
  void check_horizons();
  [[nodiscard]] bool is_waited_for(const ports::CommandLedger& ledger, ActivationId asking) const;
  void grant(Work& work);
  [[nodiscard]] std::optional<Instant> budget_wait(const Vin& vin, const ports::CommandLedger& ledger) const;
  /// Nothing once `at` is surely past, otherwise when to ask again.
  [[nodiscard]] std::optional<Instant> not_before(Instant at) const;
  void learn_from_history(Work& work);
  void release_slot(const ota::Activation& activation);
  [[nodiscard]] Instant earliest_look(const ota::Activation& activation) const;
  void idle(Work& work);

  // -- watch.cpp: commands on their way
  void send_command(Work& work, const ota::SendCommand& command);
  void answered(ActivationId id, std::uint64_t serial, ota::CommandAnswer answer);
  void poll(Work& work);
  void polled(Work& work, Result<ota::VehicleStatus> status);
  void last_look(Work& work);
  void overdue(Work& work);
  void watch_on(Work& work);
  void diagnose(Work& work);
  /// Wraps a port's answer: counted, judged by the breaker, and dropped where its activation has moved on.
  template <class T>
  ports::Done<Result<T>> answer_for(Work& work, std::move_only_function<void(Work&, Result<T>)> then);
  void record_call(Breaker::Outcome outcome);

  // -- incident.cpp: what holds everybody back
  void open_incident();
  void put_own_incident();
  void close_incidents();
  void share_incidents(const std::vector<ports::Incident>& open, Millis asked_at);
  void probe();
  void probe_vehicle();
  void probed(bool is_back);
  /// Never while no probe may be sent: who waits for it would be woken again and again.
  [[nodiscard]] Instant probe_at() const {
    return leads_ && may_act() ? breaker_.probe_at() : Instant::never();
  }

  // -- relay.cpp: what is owed to the outside; display.cpp: texts in the car
  void owe(ports::OutboxEntry entry, bool look_first);
  void relay();
  [[nodiscard]] bool can_deliver() const;
  void deliver(Owed& owed);
  /// Puts it back as it was: it may not be begun now.
  void leave_owed(Owed& owed);
  [[nodiscard]] Owed* find_owed(OwedRef ref);
  void move_money(Owed& owed, const ota::Activation& activation);
  void look_up_money(Owed& owed, const ota::Activation& activation);
  void money_answered(OwedRef ref, ota::Activation activation, Status status);
  void money_looked_up(OwedRef ref, ota::Activation activation, Result<ports::PaymentFacts> facts);
  void money_ended(OwedRef ref, ActivationId activation, ota::MoneyState to, std::string detail);
  void tell(Owed& owed, const ota::Activation& activation);
  void display(Owed& owed, const ota::Activation& activation, const std::string& text);
  [[nodiscard]] std::optional<Error> keeps_text_back(
      const Vin& vin, const Result<ports::Store::VehicleContext>& context) const;
  void told(OwedRef ref, Status status);
  void postpone(OwedRef ref, Millis wait, bool unknown);
  void discharge(OwedRef ref, std::optional<ports::NoticeRecord> notice);
  [[nodiscard]] ports::Payments* payments_of(const ota::Activation& activation);

  // -- shared
  [[nodiscard]] Instant now() const { return clock_.now(); }
  [[nodiscard]] ota::Context context(std::uint8_t shard);
  [[nodiscard]] std::int64_t fresh_id(std::uint8_t shard);
  [[nodiscard]] Work* find_work(ActivationId id, std::uint64_t serial = 0);
  [[nodiscard]] Slot& slot_of(const ota::Activation& activation) { return slots_[activation.order->vin]; }
  /// Deadlines of calls are the wall clock's: gateways and transports know no other.
  [[nodiscard]] Instant respond_by() const { return ports_.time.now() + settings_.policy.request_timeout; }

  Ports ports_;
  Settings settings_;
  StoreClock clock_;
  std::vector<Listener> listeners_;
  Counters counters_;

  RecentMap<ActivationId, Record> records_;
  RecentMap<Vin, Slot> slots_;
  Timers timers_;
  Instant armed_at_ = Instant::never();
  std::deque<ActivationId> to_send_;  ///< due to send; waits here, hold alive, while the breaker is open
  std::deque<ActivationId> to_look_;  ///< due for anything else
  std::unordered_set<ActivationId> loading_;
  Breaker breaker_;
  std::size_t calls_ = 0;    ///< to the IoT API, in flight
  std::size_t sending_ = 0;  ///< activations between holding their vehicle and the answer to their command
  std::optional<Vin> last_vin_;  ///< whom a probe asks about

  std::map<std::int64_t, Owed> owed_;
  std::multimap<Instant, std::int64_t> owed_due_;
  static constexpr std::size_t kDeliveriesMax = 64;
  std::size_t deliveries_ = 0;

  std::vector<ports::Incident> incidents_;  ///< open: our own and, where several nodes share a store, theirs
  /// The one of them that this node opened: it counts as ended by others only after they can have seen it.
  struct OwnIncident {
    ports::Incident incident;
    std::optional<Millis> stored_at;  ///< monotonic; nothing while it is not on record
  };
  std::optional<OwnIncident> own_incident_;
  std::vector<ports::Incident> ended_incidents_;  ///< by this node, until every node can know it
  std::uint64_t serials_ = 0;
  std::int64_t last_id_ = 0;
  std::size_t accepting_ = 0;
  bool stopping_ = false;
  ports::ShardSet read_again_;

  Shards shards_;
  std::array<std::uint32_t, 256> intake_{};  ///< requests that are being answered
  ports::Done<Status> started_;              ///< until the first shards are read
  std::vector<ports::NodeSeen> nodes_;
  Caution caution_;
  bool leads_ = true;
  std::optional<Millis>
      beaten_at_;  ///< when the last beat that was answered was asked for; monotonic, as below
  Millis started_at_{};
  Millis beat_due_ = Millis::max();
  Millis rest_by_ = Millis::max();  ///< when what rests is dropped whatever it still does
  Millis house_kept_at_{};
  bool looking_who_rests_ = false;
  std::vector<std::move_only_function<void()>> handed_over_;  ///< who waits for the last shard to be gone
  /// Callbacks that outlive the engine find this empty.
  std::shared_ptr<Impl*> self_ = std::make_shared<Impl*>(this);
};

}  // namespace contactor::engine
