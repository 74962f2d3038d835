#include "ota_bench.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "engine/engine.h"
#include "engine/history_chain.h"
#include "gateways/iot_api/gateway.h"
#include "http_client/beast_pool.h"
#include "ota/advance.h"
#include "store/open.h"
#include "task/loop.h"
#include "task/system_entropy.h"

namespace contactor::bench {
namespace {

double cpu_seconds_of_this_process() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double resident_mb() {
  std::ifstream file("/proc/self/statm");
  long total = 0;
  long resident = 0;
  file >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

/// A folder that is gone when the run is over.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "contactor-bench-XXXXXX").string();
    CTR_ASSERT(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Scratch() { std::filesystem::remove_all(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] std::string database() const { return (path_ / "bench.db").string(); }

 private:
  std::filesystem::path path_;
};

ota::Order order_number(std::uint64_t number, Instant now) {
  ota::Order order{.order_id = OrderId(fmt::format("order-{:09}", number)),
                   .vin = *Vin::parse(fmt::format("WVWZZZBN{:09}", number))};
  order.customer = {.id = CustomerId(fmt::format("customer-{}", number)),
                    .name = "Ada Lovelace",
                    .email = "ada@example.org",
                    .push_token = {},
                    .locale = {}};
  order.service_id = ServiceId("seat-heating");
  order.service_name = "Seat heating";
  order.origin = ota::Origin::pre_delivery;
  order.configuration = R"({"seatHeating":{"enabled":true,"zones":4}})";
  order.template_version = 1;
  order.requested_at = now;
  order.ordered_by = "bench";
  return order;
}

/// Loop, store, client, gateway and engine, as a node has them.
struct Node {
  Node(const std::string& database, const std::string& iot_url, Millis poll) {
    store = std::move(*store::open_sqlite(
        {.path = database,
         .post = [this](std::move_only_function<void()> action) { loop.post(std::move(action)); },
         .now = loop.now()}));
    if (iot_url.empty()) return;
    pool = std::move(*http_client::BeastPool::create(loop, {.connections_per_origin_max = 64}));
    iot = std::make_unique<gateways::iot_api::Gateway>(
        gateways::iot_api::GatewayParams{.transport = *pool,
                                         .timekeeper = loop,
                                         .base_url = iot_url,
                                         .token_url = iot_url + "/token",
                                         .client_id = "bench",
                                         .client_secret = Secret("bench"),
                                         .callback_url = {}});
    engine::Settings settings;
    settings.policy.poll_min = poll;
    engine = std::make_unique<engine::Engine>(
        engine::Ports{.time = loop, .entropy = entropy, .store = *store, .iot = *iot}, settings);
  }
  ~Node() {
    engine.reset();
    iot.reset();
    pool.reset();
    store.reset();
  }
  void start() {
    engine->start([](Status status) { CTR_ASSERT(status.has_value()); });
  }

  task::Loop loop;
  task::SystemEntropy entropy;
  std::unique_ptr<ports::Store> store;
  std::unique_ptr<http_client::BeastPool> pool;
  std::unique_ptr<gateways::iot_api::Gateway> iot;
  std::unique_ptr<engine::Engine> engine;
};

/// Stores queued activations as the engine would have accepted them, `due_in` from now.
void preload(const std::string& database, std::uint64_t count, Millis due_in) {
  Node node(database, "", Millis(0));
  const ota::Policy policy;
  std::uint64_t stored = 0;
  std::uint64_t sent = 0;
  std::function<void()> send_some = [&] {
    while (sent < count && sent - stored < 20'000) {
      const Instant now = node.loop.now();
      ota::Order order = order_number(sent, now);
      const std::uint8_t shard = order.vin.shard();
      const ActivationId id((now.millis() << 21 | static_cast<std::int64_t>((sent & 0x1fff) << 8)) +
                            (static_cast<std::int64_t>(sent >> 13) << 21) + shard);
      ota::Step step =
          ota::open(std::move(order), id, now, {.policy = policy, .now = now, .fresh_ticket = TicketId(1)});
      step.next.next_action_at = now + due_in;
      step.entry->hash = step.next.history_head = engine::chain({}, id, *step.entry);
      auto write = std::make_shared<ports::ActivationWrite>();
      write->after = std::move(step.next);
      write->history.push_back(std::move(*step.entry));
      ++sent;
      node.store->write(std::move(write), [&](Result<ports::WriteOutcome> outcome) {
        CTR_ASSERT(outcome && *outcome == ports::WriteOutcome::applied);
        if (++stored == count)
          node.loop.stop();
        else if (sent - stored < 10'000)
          send_some();
      });
    }
  };
  send_some();
  node.loop.run();
}

}  // namespace

DrainResult drain(IotStub::Mode mode, std::uint64_t count) {
  const Scratch scratch;
  const IotStub stub(mode);
  preload(scratch.database(), count, Millis(0));
  Node node(scratch.database(), stub.base_url(), Millis(50));
  std::uint64_t ended = 0;
  node.engine->listen([&](const ota::Activation& activation, const ota::HistoryEntry&) {
    CTR_ASSERT(activation.state != ota::State::WaitingBackoff);
    if (activation.state == ota::State::Active && ++ended == count) node.loop.stop();
  });
  const double cpu = cpu_seconds_of_this_process();
  const double stub_cpu = stub.cpu_seconds();
  const auto begun = std::chrono::steady_clock::now();
  node.start();
  node.loop.run();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begun;
  return {.activations = count,
          .seconds = wall.count(),
          .cpu_seconds = cpu_seconds_of_this_process() - cpu,
          .stub_cpu_seconds = stub.cpu_seconds() - stub_cpu,
          .resident_mb = resident_mb()};
}

LatencyResult latency(IotStub::Mode mode, std::uint64_t per_second, std::uint64_t seconds) {
  const Scratch scratch;
  const IotStub stub(mode);
  Node node(scratch.database(), stub.base_url(), Millis(50));
  const std::uint64_t count = per_second * seconds;
  using Clock = std::chrono::steady_clock;
  std::vector<Clock::time_point> due(count);
  std::vector<double> waits;
  waits.reserve(count);
  node.engine->listen([&](const ota::Activation& activation, const ota::HistoryEntry&) {
    if (activation.state != ota::State::Active) return;
    const std::size_t number = std::stoul(activation.order->order_id.str().substr(6));
    waits.push_back(std::chrono::duration<double, std::milli>(Clock::now() - due[number]).count());
    if (waits.size() == count) node.loop.stop();
  });
  node.start();
  const Clock::time_point begun = Clock::now() + std::chrono::milliseconds(100);
  const Instant begun_at = node.loop.now() + Millis(100);
  std::function<void(std::uint64_t)> send = [&](std::uint64_t number) {
    if (number == count) return;
    due[number] = begun + std::chrono::microseconds(number * 1'000'000 / per_second);
    node.engine->accept(order_number(number, node.loop.now()), {},
                        [](Result<engine::Accepted> accepted) { CTR_ASSERT(accepted.has_value()); });
    node.loop.call_at(begun_at + Millis((number + 1) * 1000 / per_second), [&, number] { send(number + 1); });
  };
  const double cpu = cpu_seconds_of_this_process();
  node.loop.call_at(begun_at, [&] { send(0); });
  node.loop.run();
  // The first second warms connections, caches and the token.
  waits.erase(waits.begin(), waits.begin() + static_cast<std::ptrdiff_t>(
                                                 std::min<std::size_t>(per_second, waits.size() / 2)));
  std::ranges::sort(waits);
  return {.p50_ms = waits[waits.size() / 2],
          .p99_ms = waits[waits.size() * 99 / 100],
          .max_ms = waits.back(),
          .activations = count,
          .cpu_seconds = cpu_seconds_of_this_process() - cpu};
}

HoldingResult holding(std::uint64_t waiting) {
  const Scratch scratch;
  const IotStub stub(IotStub::Mode::A);
  preload(scratch.database(), waiting, std::chrono::hours(1));
  const auto begun = std::chrono::steady_clock::now();
  Node node(scratch.database(), stub.base_url(), Millis(50));
  double first_command = 0;
  node.engine->listen([&](const ota::Activation& activation, const ota::HistoryEntry&) {
    if (activation.state != ota::State::Active) return;
    first_command = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    node.loop.stop();
  });
  node.engine->start([&](Status started) {
    CTR_ASSERT(started.has_value());
    node.engine->accept(order_number(waiting + 1, node.loop.now()), {},
                        [](Result<engine::Accepted> accepted) { CTR_ASSERT(accepted.has_value()); });
  });
  node.loop.run();
  return {.waiting = waiting, .resident_mb = resident_mb(), .start_seconds = first_command};
}

}  // namespace contactor::bench
