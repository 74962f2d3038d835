#include "ota_bench.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/result.h"
#include "driven.h"
#include "engine/history_chain.h"
#include "node.h"
#include "ota/advance.h"

namespace contactor::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

/// A new activation as `engine::Engine::accept` would store it, under an id of its moment and its vehicle's
/// shard.
std::shared_ptr<ports::ActivationWrite> accepted(std::uint64_t number, std::int64_t begun_at_ms, Instant now,
                                                 Instant due_at) {
  static const ota::Policy policy;
  ota::Order order = order_number(number, now);
  const std::uint8_t shard = order.vin.shard();
  const auto sequence = static_cast<std::int64_t>(number);
  const ActivationId id(((begun_at_ms + (sequence >> 13)) << 21) | ((sequence & 0x1fff) << 8) | shard);
  ota::Step step =
      ota::open(std::move(order), id, now, {.policy = policy, .now = now, .fresh_ticket = TicketId(1)});
  step.next.next_action_at = due_at;
  step.entry->hash = step.next.history_head = engine::chain({}, id, *step.entry);
  auto write = std::make_shared<ports::ActivationWrite>();
  write->after = std::move(step.next);
  write->history.push_back(std::move(*step.entry));
  return write;
}

/// The shards of a store that has known nodes, held as one of them holds them: what is written without an
/// epoch is fenced off there.
class AllShards {
 public:
  AllShards(const OpenedStore& opened, task::Loop& loop) : nodes_(opened.nodes.get()), loop_(loop) {
    if (nodes_ != nullptr) beat({});
    while (nodes_ != nullptr && held_ < epochs_.size()) loop_.run();
  }
  /// They are free again, so that whoever comes next need not wait for them to run out.
  void hand_back() {
    if (nodes_ == nullptr) return;
    ports::ShardSet all;
    beat(all.set());
    loop_.run();
  }
  [[nodiscard]] std::uint64_t epoch_of(std::uint8_t shard) const { return epochs_[shard]; }

 private:
  void beat(ports::ShardSet handed_back) {
    const bool leaves = handed_back.any();
    nodes_->beat({.node = "bench", .version = "bench", .leaving = leaves, .handed_back = handed_back},
                 [this, leaves](const Result<ports::NodeView>& view) {
                   held_ = view && !leaves ? view->held.size() : 0;
                   if (view)
                     for (const auto& held : view->held) epochs_[held.shard] = held.epoch;
                   loop_.stop();
                   if (leaves) return;
                   // What a process before held is free when its leases have run out, and ours are renewed.
                   const bool is_complete = held_ == epochs_.size();
                   loop_.call_at(loop_.now() + (is_complete ? ports::kBeatEvery : std::chrono::seconds(1)),
                                 [this] { beat({}); });
                 });
  }

  ports::Nodes* nodes_;
  task::Loop& loop_;
  std::array<std::uint64_t, 256> epochs_{};
  std::size_t held_ = 0;
};

}  // namespace

void preload(const PreloadParams& params) {
  task::Loop loop;
  const auto opened = open_store(params.store_url, loop);
  ports::Store* store = opened.store.get();
  AllShards shards(opened, loop);
  // Whole hours: ids stay unique over several calls, because either the hour or the numbers differ.
  constexpr std::int64_t kHour = 3'600'000;
  const std::int64_t begun_at = (loop.now().millis() / kHour - 1) * kHour;
  const Instant due_at = loop.now() + params.due_in;
  std::uint64_t stored = 0;
  std::uint64_t sent = 0;
  std::function<void()> send_some = [&] {
    while (sent < params.count && sent - stored < 20'000) {
      auto write = accepted(params.first + sent++, begun_at, loop.now(), due_at);
      write->epoch = shards.epoch_of(write->after.id.shard());
      store->write(std::move(write), [&](Result<ports::WriteOutcome> outcome) {
        CTR_ASSERT(outcome && *outcome == ports::WriteOutcome::applied);
        if (++stored == params.count)
          loop.stop();
        else if (sent - stored < 10'000)
          send_some();
      });
    }
  };
  wait_for_start();
  say_begun();
  const auto begun = Clock::now();
  send_some();
  while (stored < params.count) loop.run();
  say_result({{"activations", static_cast<double>(params.count)},
              {"seconds", seconds_between(begun, Clock::now())}});
  shards.hand_back();
}

void drain(const std::string& store_url, const std::string& iot_url, std::uint64_t count) {
  wait_for_start();
  const auto opened = Clock::now();
  Clock::time_point begun;
  Node node(store_url, iot_url);
  std::uint64_t ended = 0;
  node.engine->listen([&](const ota::Activation& activation, const ota::HistoryEntry&) {
    CTR_ASSERT(activation.state != ota::State::WaitingBackoff);
    if (activation.state == ota::State::Active && ++ended == count) node.loop.stop();
  });
  node.engine->start([&](Status status) {
    CTR_ASSERT(status.has_value());
    begun = Clock::now();
    say_begun();
  });
  node.loop.run();
  const auto done = Clock::now();
  say_result({{"activations", static_cast<double>(count)},
              {"seconds", seconds_between(begun, done)},
              {"start_seconds", seconds_between(opened, begun)}});
}

void latency(const LatencyParams& params) {
  Node node(params.store_url, params.iot_url);
  const std::uint64_t count = params.per_second * params.seconds;
  std::vector<Clock::time_point> due(count);
  std::vector<double> waits;
  waits.reserve(count);
  node.engine->listen([&](const ota::Activation& activation, const ota::HistoryEntry&) {
    if (activation.state != ota::State::Active) return;
    waits.push_back(seconds_between(due[number_of(*activation.order)], Clock::now()) * 1000);
    if (waits.size() == count) node.loop.stop();
  });
  wait_for_start();
  Clock::time_point begun;
  Instant begun_at;
  std::function<void(std::uint64_t)> send = [&](std::uint64_t number) {
    if (number == count) return;
    due[number] = begun + std::chrono::microseconds(number * 1'000'000 / params.per_second);
    node.engine->accept(order_number(number, node.loop.now()), {},
                        [](Result<engine::Accepted> accepted) { CTR_ASSERT(accepted.has_value()); });
    node.loop.call_at(begun_at + Millis((number + 1) * 1000 / params.per_second),
                      [&, number] { send(number + 1); });
  };
  node.engine->start([&](Status status) {
    CTR_ASSERT(status.has_value());
    begun = Clock::now() + std::chrono::milliseconds(100);
    begun_at = node.loop.now() + Millis(100);
    say_begun();
    node.loop.call_at(begun_at, [&] { send(0); });
  });
  node.loop.run();
  // The first second warms connections, caches and the token.
  waits.erase(waits.begin(), waits.begin() + static_cast<std::ptrdiff_t>(
                                                 std::min<std::size_t>(params.per_second, waits.size() / 2)));
  std::ranges::sort(waits);
  say_result({{"activations", static_cast<double>(count)},
              {"p50_ms", waits[waits.size() / 2]},
              {"p99_ms", waits[waits.size() * 99 / 100]},
              {"max_ms", waits.back()}});
}

}  // namespace contactor::bench
