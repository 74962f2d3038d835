#include "fleet/runner.h"

#include <fmt/format.h>

#include "fleet/fleet_network.h"
#include "fleet/fleet_witness.h"
#include "fleet/gateways.h"
#include "fleet/slow_fleet_disk.h"
#include "fleet/watched_ports.h"
#include "gateways/slack/gateway.h"
#include "store/memory/store.h"

namespace contactor::sim {
namespace {

class Numbers final : public ports::Entropy {
 public:
  explicit Numbers(std::uint64_t seed) : prng_(seed) {}
  std::uint64_t next() override { return prng_.next(); }

 private:
  Prng prng_;
};

const Millis kTrueTime{0};

}  // namespace

struct Runner::Process {
  Process(FleetUniverse& from, const FleetMutant* mutant, LifeRef own, std::string name)
      : universe(from),
        life(std::move(own)),
        time(from.clock, life, kTrueTime),
        store(from.disk, time),
        disk(from, life, store.fleet()),
        broken(mutant != nullptr && mutant->store ? mutant->store(from, life, disk) : nullptr),
        network(from, life, time),
        numbers(from.faults.dice().next()),
        slack({.transport = network,
               .timekeeper = time,
               .api_url = "https://world.test/slack",
               .token = Secret("xoxb-contactor")}),
        chat(from, slack) {
    const GatewayParts parts{.transport = network, .time = time, .entropy = numbers};
    std::map<fleet::Oem, ports::OemCloud*> configured;
    for (const fleet::Oem oem : fleet::all_oems) {
      clouds.push_back(std::make_unique<WatchedCloud>(from, life, make_gateway(oem, parts)));
      configured[oem] = clouds.back().get();
      if (mutant == nullptr || !mutant->cloud) continue;
      clouds.push_back(mutant->cloud(*configured[oem]));
      configured[oem] = clouds.back().get();
    }
    ports::FleetStore& last = broken ? *broken : disk;
    control = std::make_unique<engine::FleetControl>(
        engine::FleetControl::Params{.parts = {.store = last,
                                               .time = time,
                                               .clouds = std::move(configured),
                                               .settings = from.settings,
                                               .chat = &chat,
                                               .channel = "fleet"},
                                     .holder = std::move(name),
                                     .every = {}});
  }
  ~Process() { life->alive = false; }

  FleetUniverse& universe;
  LifeRef life;
  ProcessTime time;
  store::memory::Store store;
  SlowFleetDisk disk;
  std::unique_ptr<ports::FleetStore> broken;
  FleetNetwork network;
  Numbers numbers;
  gateways::slack::Gateway slack;
  WatchedChat chat;
  std::vector<std::unique_ptr<ports::OemCloud>> clouds;
  std::unique_ptr<engine::FleetControl> control;
};

Runner::Runner(FleetUniverse& universe, const FleetMutant* mutant, std::size_t index)
    : universe_(universe), mutant_(mutant), index_(index) {}
Runner::~Runner() = default;

void Runner::start() {
  if (process_ || retired_) return;
  leaving_ = false;
  auto life = std::make_shared<Life>();
  life->process = ++universe_.processes;
  const std::string name = fmt::format("runner-{}:{}", index_, life->process);
  universe_.witness->process_started(*life, name);
  process_ = std::make_unique<Process>(universe_, mutant_, life, name);
  schedule(life);
}

/// Every half hour, a little later than the clock says where its machine is slow.
void Runner::schedule(const LifeRef& life) {
  const auto every = kRunEvery.count();
  const Millis offset = universe_.scenario.offsets[index_];
  const std::int64_t round = (universe_.clock.now() - offset).millis() / every + 1;
  universe_.clock.plan(Instant::from_millis(round * every) + offset, life, [this, life] {
    begin_run();
    schedule(life);
  });
}

void Runner::begin_run() {
  if (!control()) return;
  const auto id = process_->control->begin(engine::FleetRunView::Kind::run, {});
  if (!id) return;
  runs_ += 1;
  const std::size_t before = universe_.disk.fleet.vehicles.size();
  process_->control->watch(*id, Instant::never(), [this, before](const engine::FleetRunView* view) {
    if (view != nullptr) universe_.witness->run_ended(*view, before, true);
  });
}

void Runner::crash(Millis back_after) {
  if (!process_) return;
  crashes_ += 1;
  universe_.witness->disturbed();
  end_process();
  universe_.clock.plan(universe_.clock.now() + back_after, nullptr, [this] { start(); });
}

/// From anywhere inside it: what is on the stack goes on until it returns, and reaches nothing any more.
void Runner::end_process() {
  universe_.witness->disturbed();
  process_->life->alive = false;
  universe_.clock.plan(universe_.clock.now(), nullptr,
                       [dead = std::shared_ptr<Process>(std::move(process_))] {});
}

void Runner::leave(Millis back_after) {
  if (!control()) return;
  leaving_ = true;
  universe_.witness->disturbed();
  process_->control->interrupt_all();
  universe_.clock.plan(universe_.clock.now() + std::chrono::seconds(11), process_->life, [this, back_after] {
    end_process();
    universe_.clock.plan(universe_.clock.now() + back_after, nullptr, [this] { start(); });
  });
}

void Runner::retire() {
  retired_ = true;
  if (process_) end_process();
}

bool Runner::owns(const LifeRef& life) const { return process_ && process_->life == life; }
LifeRef Runner::life() const { return process_ ? process_->life : nullptr; }
engine::FleetControl* Runner::control() { return process_ && !leaving_ ? process_->control.get() : nullptr; }

}  // namespace contactor::sim
