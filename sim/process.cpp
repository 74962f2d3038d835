#include "process.h"

#include <algorithm>

#include <fmt/format.h>

#include "gateways/iot_api/gateway.h"
#include "gateways/shop/gateway.h"
#include "gateways/stripe/gateway.h"
#include "network.h"
#include "sinks.h"
#include "slow_disk.h"
#include "slow_nodes.h"
#include "store/memory/nodes.h"
#include "store/memory/store.h"

namespace contactor::sim {
namespace {

using std::chrono::seconds;

class SeededEntropy final : public ports::Entropy {
 public:
  explicit SeededEntropy(Prng dice) : dice_(dice) {}
  std::uint64_t next() override { return dice_.next(); }

 private:
  Prng dice_;
};

gateways::iot_api::GatewayParams iot_params(Network& network, ProcessTime& time, const Scenario& scenario) {
  return {.transport = network,
          .timekeeper = time,
          .base_url = "http://world.test/iot",
          .token_url = "http://world.test/iot-auth/token",
          .client_id = scenario.world.iot_client_id,
          .client_secret = Secret(scenario.world.iot_client_secret),
          .callback_url = scenario.callbacks_share > 0 ? "http://contactor.test/v1/iot/callbacks" : ""};
}

engine::Settings settings_of(const Scenario& scenario, std::string node) {
  engine::Settings settings;
  settings.policy = scenario.policy;
  settings.node = std::move(node);
  settings.console_url = "https://console.example.org";
  settings.support_contact = "support@example.org";
  settings.calls_in_flight_max = scenario.calls_in_flight_max;
  return settings;
}

}  // namespace

struct Process::Parts {
  Parts(Process& process, std::size_t place, std::uint64_t incarnation)
      : Parts(process.universe_, process.mutant_, process.clock_error_, process.away_until_, place,
              incarnation) {}
  Parts(Universe& universe, const Mutant* mutant, const Millis& clock_error, const Instant& away_until,
        std::size_t place, std::uint64_t incarnation)
      : life(std::make_shared<Life>(Life{.process = place * 1'000'000 + incarnation})),
        time(universe.clock, life, clock_error, mutant != nullptr && mutant->clock_stands_still),
        disk_time(universe.clock, life, no_error),
        entropy(stream(universe.scenario.seed, 1000 + place * 1'000'000 + incarnation)),
        network(universe, life, time),
        memory(universe.disk, disk_time),
        broken_memory(mutant != nullptr && mutant->inner_store ? mutant->inner_store(universe, life, memory)
                                                               : nullptr),
        disk(universe, life, broken_memory ? *broken_memory : static_cast<ports::Store&>(memory), away_until),
        leases(universe.disk, disk_time, {.process = life->process}),
        nodes(universe, life, leases, away_until),
        iot(iot_params(network, time, universe.scenario)),
        stripe({.transport = network,
                .timekeeper = time,
                .account = {.api_url = "http://world.test/stripe",
                            .secret_key = Secret(universe.scenario.world.stripe_secret_key)}}),
        shop({.transport = network,
              .timekeeper = time,
              .url = "http://world.test/shop",
              .signing_secret = Secret(universe.scenario.world.shop_secret)}),
        mail(universe, life),
        push(universe, life) {
    if (mutant != nullptr && mutant->store) broken_store = mutant->store(universe, life, disk);
    if (mutant != nullptr && mutant->payments) broken_payments = mutant->payments(universe, life, stripe);
    if (mutant != nullptr && mutant->iot) broken_iot = mutant->iot(iot);
    if (mutant != nullptr && mutant->nodes_port) broken_nodes = mutant->nodes_port(universe, life, nodes);
    build_engine(universe, place, incarnation);
  }

  void build_engine(Universe& universe, std::size_t place, std::uint64_t incarnation) {
    const Scenario& scenario = universe.scenario;
    ports::Store& store = broken_store ? *broken_store : static_cast<ports::Store&>(disk);
    ports::Payments& payments = broken_payments ? *broken_payments : static_cast<ports::Payments&>(stripe);
    ports::IotApi& iot_api = broken_iot ? *broken_iot : static_cast<ports::IotApi&>(iot);
    ports::Nodes& shared = broken_nodes ? *broken_nodes : static_cast<ports::Nodes&>(nodes);
    // A machine keeps its name over restarts, a container gets a new one.
    std::string name =
        scenario.names_stay ? fmt::format("node-{}", place) : fmt::format("node-{}-{}", place, incarnation);
    universe.node_names[life->process] = name;
    engine = std::make_unique<engine::Engine>(engine::Ports{.time = time,
                                                            .entropy = entropy,
                                                            .store = store,
                                                            .iot = iot_api,
                                                            .stripe = &payments,
                                                            .shop = &shop,
                                                            .mail = &mail,
                                                            .push = &push,
                                                            .nodes = scenario.nodes > 0 ? &shared : nullptr},
                                              settings_of(scenario, std::move(name)));
  }

  LifeRef life;
  ProcessTime time;
  const Millis no_error{};
  ProcessTime disk_time;  ///< the disk's latency is real, whatever the wall clock says
  SeededEntropy entropy;
  Network network;
  store::memory::Store memory;
  std::unique_ptr<ports::Store> broken_memory;
  SlowDisk disk;
  store::memory::Nodes leases;
  SlowNodes nodes;
  gateways::iot_api::Gateway iot;
  gateways::stripe::Gateway stripe;
  gateways::shop::Gateway shop;
  MailSink mail;
  PushSink push;
  std::unique_ptr<ports::Store> broken_store;
  std::unique_ptr<ports::Payments> broken_payments;
  std::unique_ptr<ports::IotApi> broken_iot;
  std::unique_ptr<ports::Nodes> broken_nodes;
  std::unique_ptr<engine::Engine> engine;
};

Process::Process(Universe& universe, const Mutant* mutant, std::size_t place)
    : universe_(universe),
      mutant_(mutant),
      place_(place),
      clock_error_(universe.scenario.nodes > 0 ? universe.scenario.clock_errors[place] : Millis(0)) {}

Process::~Process() {
  if (parts_) parts_->life->alive = false;
  for (const auto& zombie : zombies_) zombie->life->alive = false;
}

engine::Engine* Process::engine() {
  const bool answers =
      ready_ && !stopping_ && parts_->life->alive && parts_->life->frozen_until <= universe_.clock.now();
  return answers ? parts_->engine.get() : nullptr;
}

std::uint64_t Process::number() const { return parts_ ? parts_->life->process : 0; }

bool Process::owns(const LifeRef& life) const {
  return (parts_ && parts_->life == life) ||
         std::ranges::any_of(zombies_, [&](const auto& zombie) { return zombie->life == life; });
}

Instant Process::healthy_since() const {
  const bool is_up = parts_ && ready_ && parts_->life->alive;
  const Instant now = universe_.clock.now();
  if (!is_up || away_until_ > now || parts_->life->frozen_until > now) return Instant::never();
  return std::max({ready_at_, away_until_, parts_->life->frozen_until});
}

void Process::set_clock(Millis by) {
  constexpr Millis kErrorMax = std::chrono::hours(6);  // What a clock may be wrong by in all.
  clock_error_ = std::clamp(clock_error_ + by, -kErrorMax, kErrorMax);
}

void Process::freeze() {
  if (parts_ && parts_->life->alive) universe_.freeze(parts_->life);
}

void Process::cut_off() {
  universe_.observer->disturbed();
  away_until_ = universe_.clock.now() + universe_.between(seconds(2), std::chrono::minutes(2));
}

void Process::heal() {
  clock_error_ = Millis(0);
  away_until_ = std::min(away_until_, universe_.clock.now());
  if (parts_) parts_->life->frozen_until = std::min(parts_->life->frozen_until, universe_.clock.now());
}

void Process::start() {
  ready_ = stopping_ = false;
  universe_.observer->process_starts();
  parts_ = std::make_unique<Parts>(*this, place_, ++incarnation_);
  parts_->engine->start([this, life = parts_->life](Status status) {
    if (life->alive) started(std::move(status));
  });
}

void Process::started(Status status) {
  if (status) {
    ready_ = true;
    ready_at_ = universe_.clock.now();
    return;
  }
  // As a real one would: it says why and exits, and its supervisor starts it again.
  parts_->life->alive = false;
  end_later();
  start_later(seconds(1), seconds(5));
}

void Process::crash() {
  if (!parts_ || !parts_->life->alive) return;
  parts_->life->alive = false;
  ++crashes_;
  universe_.observer->disturbed();
  end_later();
  start_later(Millis(50),
              universe_.faults.dice().chance(0.2) ? Millis(std::chrono::minutes(8)) : Millis(seconds(20)));
}

void Process::restart_gracefully() {
  if (engine() == nullptr) return;
  universe_.note("stop");
  universe_.observer->disturbed();
  auto* leaving = engine();
  stopping_ = true;
  stop_asked_at_ = universe_.clock.now();
  leaving->stop([this, life = parts_->life] {
    if (!life->alive) return;
    if (life->frozen_until < stop_asked_at_)
      universe_.observer->left_after(universe_.clock.now() - stop_asked_at_);
    universe_.clock.plan(universe_.clock.now(), nullptr, [this, life] { stopped(life); });
  });
  // A supervisor kills what does not end in time.
  universe_.clock.plan(universe_.clock.now() + seconds(30), nullptr,
                       [this, life = parts_->life] { stopped(life); });
}

void Process::leave_zombie() {
  if (engine() == nullptr) return;
  zombies_.push_back(std::move(parts_));
  universe_.clock.plan(universe_.clock.now() + seconds(90), nullptr, [this, life = zombies_.back()->life] {
    life->alive = false;
    std::erase_if(zombies_, [&](const auto& zombie) { return zombie->life == life; });
  });
  start();
}

void Process::stopped(const LifeRef& life) {
  if (!life->alive) return;
  life->alive = false;
  end_later();
  start_later(Millis(50), seconds(10));
}

/// The dead process may still be on the call stack: it is taken down by the next event.
void Process::end_later() {
  ready_ = false;
  universe_.clock.plan(universe_.clock.now(), nullptr, [this, life = parts_->life] {
    if (parts_ && parts_->life == life) parts_.reset();
  });
}

void Process::start_later(Millis low, Millis high) {
  universe_.clock.plan(universe_.clock.now() + universe_.between(low, high), nullptr, [this] { start(); });
}

}  // namespace contactor::sim
