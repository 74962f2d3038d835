#include "mutants.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "broken_nodes.h"
#include "forwarding_store.h"

namespace contactor::sim {
namespace {

using ports::ActivationWrite;
using WriteDone = ports::Done<Result<ports::WriteOutcome>>;
using SharedWrite = std::shared_ptr<const ActivationWrite>;

bool passes(const ActivationWrite& write, ota::State state) {
  return std::ranges::any_of(write.history, [&](const auto& entry) {
    return std::ranges::find(entry.path, state) != entry.path.end();
  });
}

/// Every write asks here first; the derived class says what it makes of it.
class BrokenStore : public ForwardingStore {
 public:
  BrokenStore(Universe& universe, LifeRef life, ports::Store& inner)
      : ForwardingStore(inner), universe_(universe), life_(std::move(life)) {}
  using ForwardingStore::write;

 protected:
  Universe& universe_;
  LifeRef life_;
};

class CapturesAtOrder final : public BrokenStore {
 public:
  using BrokenStore::BrokenStore;
  using BrokenStore::write;
  void write(SharedWrite write, WriteDone done) override {
    const auto& payment = write->after.order->payment;
    if (write->base_version == 0 && write->after.money_state == ota::MoneyState::held &&
        payment.provider == ota::Provider::stripe) {
      ports::HttpRequest request{
          .method = "POST",
          .url = "http://world.test/stripe/v1/payment_intents/" + payment.transaction_id + "/capture",
          .headers = {{"Authorization", "Bearer " + universe_.scenario.world.stripe_secret_key},
                      {"Idempotency-Key", to_string(write->after.id) + "-capture-1"}}};
      static_cast<void>(universe_.world.handle(request, universe_.clock.now()));
    }
    inner().write(std::move(write), std::move(done));
  }
};

/// Hands on ledgers that some sends are missing from.
class ForgetsSends : public BrokenStore {
 public:
  using BrokenStore::BrokenStore;
  void load(std::vector<ActivationId> ids, ports::Done<Result<std::vector<ports::Loaded>>> done) override {
    inner().load(std::move(ids),
                 [this, done = std::move(done)](Result<std::vector<ports::Loaded>> loaded) mutable {
                   if (loaded)
                     for (auto& item : *loaded) thin_out(item.activation.order->vin, item.ledger.sends);
                   done(std::move(loaded));
                 });
  }

 protected:
  virtual void thin_out(const Vin& vin, std::vector<Instant>& sends) = 0;
};

class LimiterInMemory final : public ForgetsSends {
 public:
  using ForgetsSends::ForgetsSends;

 protected:
  void thin_out(const Vin&, std::vector<Instant>& sends) override { sends.clear(); }
};

class LimiterCountsSuccesses final : public ForgetsSends {
 public:
  using BrokenStore::write;
  using ForgetsSends::ForgetsSends;
  void write(SharedWrite write, WriteDone done) override {
    if (passes(*write, ota::State::Failure))
      forgiven_[write->after.order->vin].push_back(write->after.sent_at);
    inner().write(std::move(write), std::move(done));
  }

 protected:
  void thin_out(const Vin& vin, std::vector<Instant>& sends) override {
    for (const Instant at : forgiven_[vin]) std::erase(sends, at);
  }

 private:
  std::map<Vin, std::vector<Instant>> forgiven_;
};

class AcknowledgesBeforeCommit final : public BrokenStore {
 public:
  using BrokenStore::BrokenStore;
  using BrokenStore::write;
  void write(SharedWrite write, WriteDone done) override {
    // The engine goes on with its own before this one is stored.
    inner().write(std::make_shared<const ActivationWrite>(*write), [](const Result<ports::WriteOutcome>&) {});
    universe_.clock.plan(universe_.clock.now(), life_,
                         [done = std::move(done)]() mutable { done(ports::WriteOutcome::applied); });
  }
};

class LosesHistory final : public BrokenStore {
 public:
  using BrokenStore::BrokenStore;
  using BrokenStore::write;
  void write(SharedWrite write, WriteDone done) override {
    if (!passes(*write, ota::State::EvaluatingRetry)) return inner().write(std::move(write), std::move(done));
    ActivationWrite without = *write;
    without.history.clear();
    inner().write(std::make_shared<const ActivationWrite>(std::move(without)), std::move(done));
  }
};

class LosesOutbox final : public BrokenStore {
 public:
  using BrokenStore::BrokenStore;
  void outbox(ports::ShardSet, std::int64_t, std::size_t,
              ports::Done<Result<std::vector<ports::OutboxEntry>>> done) override {
    universe_.clock.plan(universe_.clock.now(), life_,
                         [done = std::move(done)]() mutable { done(std::vector<ports::OutboxEntry>()); });
  }
};

class TakesOrdersTwice final : public BrokenStore {
 public:
  using BrokenStore::BrokenStore;
  using BrokenStore::write;
  void write(SharedWrite write, WriteDone done) override {
    if (write->base_version != 0 || !universe_.disk.orders.contains(write->after.order->order_id.str()))
      return inner().write(std::move(write), std::move(done));
    ota::Order twin = *write->after.order;
    twin.order_id = OrderId(twin.order_id.str() + "-" + to_string(write->after.id));
    ActivationWrite second = *write;
    second.after.order = std::make_shared<const ota::Order>(std::move(twin));
    inner().write(std::make_shared<const ActivationWrite>(std::move(second)), std::move(done));
  }
};

class KeepsNoReplies final : public BrokenStore {
 public:
  using BrokenStore::BrokenStore;
  using BrokenStore::write;
  void write(SharedWrite write, WriteDone done) override {
    ActivationWrite without = *write;
    without.reply.reset();
    inner().write(std::make_shared<const ActivationWrite>(std::move(without)), std::move(done));
  }
};

template <class Broken>
std::unique_ptr<ports::Store> store_of(Universe& universe, LifeRef life, ports::Store& inner) {
  return std::make_unique<Broken>(universe, std::move(life), inner);
}

// -- payments ---------------------------------------------------------------------------------------------

class BrokenPayments : public ports::Payments {
 public:
  explicit BrokenPayments(ports::Payments& inner) : inner_(inner) {}
  void move(ports::MoneyRequest request, Instant respond_by, ports::Done<Status> done) override {
    inner_.move(std::move(request), respond_by, std::move(done));
  }
  void look_up(std::string transaction_id, Instant respond_by,
               ports::Done<Result<ports::PaymentFacts>> done) override {
    inner_.look_up(std::move(transaction_id), respond_by, std::move(done));
  }

 protected:
  ports::Payments& inner_;
};

class RandomKeys final : public BrokenPayments {
 public:
  RandomKeys(ports::Payments& inner, std::uint64_t seed) : BrokenPayments(inner), dice_(seed) {}
  void move(ports::MoneyRequest request, Instant respond_by, ports::Done<Status> done) override {
    request.idempotency_key += fmt::format("-{:x}", dice_.next());
    inner_.move(std::move(request), respond_by, std::move(done));
  }

 private:
  Prng dice_;
};

/// What an unanswered movement is taken for.
class AssumesOfMoney final : public BrokenPayments {
 public:
  AssumesOfMoney(ports::Payments& inner, bool success) : BrokenPayments(inner), success_(success) {}
  void move(ports::MoneyRequest request, Instant respond_by, ports::Done<Status> done) override {
    inner_.move(std::move(request), respond_by,
                [success = success_, done = std::move(done)](Status status) mutable {
                  if (!status && status.error().applied == Applied::maybe) {
                    if (success)
                      status = Status();
                    else
                      status.error().applied = Applied::no;
                  }
                  done(std::move(status));
                });
  }

 private:
  bool success_;
};

// -- the IoT API ------------------------------------------------------------------------------------------

class BrokenIotApi : public ports::IotApi {
 public:
  explicit BrokenIotApi(ports::IotApi& inner) : inner_(inner) {}
  void configure(ports::ConfigureCommand command, Instant respond_by,
                 ports::Done<ota::CommandAnswer> done) override {
    inner_.configure(std::move(command), respond_by, std::move(done));
  }
  void status(Vin vin, std::string command_id, Instant respond_by,
              ports::Done<Result<ota::VehicleStatus>> done) override {
    inner_.status(vin, std::move(command_id), respond_by, std::move(done));
  }
  void health(Vin vin, Instant respond_by, ports::Done<Result<ota::VehicleHealth>> done) override {
    inner_.health(vin, respond_by, std::move(done));
  }
  void history(Vin vin, Instant respond_by,
               ports::Done<Result<std::vector<ota::IotHistoryItem>>> done) override {
    inner_.history(vin, respond_by, std::move(done));
  }

 protected:
  ports::IotApi& inner_;
};

class UnknownIsRefused final : public BrokenIotApi {
 public:
  using BrokenIotApi::BrokenIotApi;
  void configure(ports::ConfigureCommand command, Instant respond_by,
                 ports::Done<ota::CommandAnswer> done) override {
    inner_.configure(std::move(command), respond_by,
                     [done = std::move(done)](ota::CommandAnswer answer) mutable {
                       if (answer.kind == ota::CommandAnswer::Kind::unknown)
                         answer.kind = ota::CommandAnswer::Kind::refused;
                       done(std::move(answer));
                     });
  }
};

class AcceptedIsConfirmed final : public BrokenIotApi {
 public:
  using BrokenIotApi::BrokenIotApi;
  void configure(ports::ConfigureCommand command, Instant respond_by,
                 ports::Done<ota::CommandAnswer> done) override {
    inner_.configure(std::move(command), respond_by,
                     [done = std::move(done)](ota::CommandAnswer answer) mutable {
                       if (answer.kind == ota::CommandAnswer::Kind::accepted)
                         answer.kind = ota::CommandAnswer::Kind::confirmed;
                       done(std::move(answer));
                     });
  }
};

class OneGeneration final : public BrokenIotApi {
 public:
  using BrokenIotApi::BrokenIotApi;
  void configure(ports::ConfigureCommand command, Instant respond_by,
                 ports::Done<ota::CommandAnswer> done) override {
    command.generation = 1;
    inner_.configure(std::move(command), respond_by, std::move(done));
  }
};

template <class Broken>
std::unique_ptr<ports::IotApi> iot_of(ports::IotApi& inner) {
  return std::make_unique<Broken>(inner);
}

std::unique_ptr<ports::Payments> random_keys(Universe& universe, const LifeRef&, ports::Payments& inner) {
  return std::make_unique<RandomKeys>(inner, universe.faults.dice().next());
}
std::unique_ptr<ports::Payments> assumes_success(Universe&, const LifeRef&, ports::Payments& inner) {
  return std::make_unique<AssumesOfMoney>(inner, true);
}
std::unique_ptr<ports::Payments> assumes_nothing(Universe&, const LifeRef&, ports::Payments& inner) {
  return std::make_unique<AssumesOfMoney>(inner, false);
}

/// Guards of the store.
std::span<const Mutant> store_mutants() {
  static const std::array all{
      Mutant{.name = "capture_at_order",
             .breaks = "capture before confirmation",
             .caught_by = "M1 M6",
             .store = store_of<CapturesAtOrder>},
      Mutant{.name = "limiter_in_memory",
             .breaks = "the budget is not read from the store",
             .caught_by = "C1",
             .store = store_of<LimiterInMemory>},
      Mutant{.name = "limiter_counts_successes",
             .breaks = "the budget forgets failed sends",
             .caught_by = "C1",
             .store = store_of<LimiterCountsSuccesses>},
      Mutant{.name = "ack_before_commit",
             .breaks = "effects leave before their commit",
             .caught_by = "C3 M6 N1 L10 S3",
             .store = store_of<AcknowledgesBeforeCommit>},
      Mutant{.name = "history_missing",
             .breaks = "a step without its history row",
             .caught_by = "S4 S3",
             .store = store_of<LosesHistory>},
      Mutant{.name = "outbox_lost",
             .breaks = "what is owed is not read at a restart",
             .caught_by = "S9",
             .store = store_of<LosesOutbox>},
      Mutant{.name = "order_taken_twice",
             .breaks = "unique order ids",
             .caught_by = "S7",
             .store = store_of<TakesOrdersTwice>},
      Mutant{.name = "reply_not_kept",
             .breaks = "the stored reply of an idempotency key",
             .caught_by = "S6",
             .store = store_of<KeepsNoReplies>},
  };
  return all;
}

/// Guards around what is sent and what is answered.
std::span<const Mutant> call_mutants() {
  static const std::array all{
      Mutant{.name = "random_key",
             .breaks = "random instead of computed idempotency key",
             .caught_by = "M6",
             .payments = random_keys},
      Mutant{.name = "unknown_is_refused",
             .breaks = "a lost answer counts as a refusal",
             .caught_by = "C2",
             .iot = iot_of<UnknownIsRefused>},
      Mutant{.name = "accepted_is_confirmed",
             .breaks = "202 counts as the car's confirmation",
             .caught_by = "S13 M1",
             .iot = iot_of<AcceptedIsConfirmed>},
      Mutant{.name = "maybe_money_is_success",
             .breaks = "an unanswered movement counts as done",
             .caught_by = "M8 M10 M12",
             .payments = assumes_success},
      Mutant{.name = "maybe_money_is_nothing",
             .breaks = "an unanswered movement is repeated without a look-up",
             .caught_by = "M8",
             .payments = assumes_nothing},
      Mutant{.name = "forged_callback",
             .breaks = "callbacks are taken without their signature",
             .caught_by = "S13 M1",
             .accepts_forged = true},
      Mutant{.name = "late_yes_dropped",
             .breaks = "a confirmation after the end is acknowledged and dropped",
             .caught_by = "S12",
             .drops_late_confirmations = true},
      Mutant{.name = "one_generation",
             .breaks = "generations rise with every command",
             .caught_by = "C4",
             .iot = iot_of<OneGeneration>},
  };
  return all;
}

}  // namespace

std::span<const Mutant> mutants() {
  static const std::vector<Mutant> all = [] {
    std::vector<Mutant> made;
    for (const auto part : {store_mutants(), call_mutants(), node_mutants()})
      made.insert(made.end(), part.begin(), part.end());
    return made;
  }();
  return all;
}

const Mutant* find_mutant(std::string_view name) {
  const auto found = std::ranges::find(mutants(), name, &Mutant::name);
  return found == mutants().end() ? nullptr : &*found;
}

}  // namespace contactor::sim
