#include "mutants.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "broken_calls.h"
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

class ForgetsBusyVehicles final : public BrokenStore {
 public:
  using BrokenStore::BrokenStore;
  using BrokenStore::write;
  void write(SharedWrite write, WriteDone done) override {
    if (!write->ledger || write->ledger->busy_until == Instant())
      return inner().write(std::move(write), std::move(done));
    ActivationWrite without = *write;
    without.ledger->busy_until = Instant();
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

/// Cars answer when the next attempt is on its way already, and will be for a while.
void makes_answers_late(Scenario& scenario) {
  scenario.policy.command_timeout = std::chrono::seconds(200);
  scenario.policy.retry.retries_max = 5;
  scenario.policy.retry.base_delay = std::chrono::seconds(1);
  scenario.world.mood_weights[static_cast<std::size_t>(world::Mood::slow)] = 8;
  scenario.world.faults.set(world::FaultKind::car_ignores_expiry, 1);
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
      Mutant{.name = "busy_forgotten",
             .breaks = "a vehicle stays busy with a command that nobody waits for any more",
             .caught_by = "C2",
             .store = store_of<ForgetsBusyVehicles>,
             .make_likely = makes_answers_late},
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
