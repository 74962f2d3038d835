#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "charging/sessions_testing.h"
#include "engine/charging/charging_control.h"
#include "engine/charging/recut.h"
#include "engine/charging/stream.h"
#include "engine/engine_fixture.h"

namespace contactor::engine::testing {

/// One process on the tests' time: what it wanted to do later dies with it.
class ProcessTime final : public ports::Timekeeper {
 public:
  explicit ProcessTime(ManualTime& time) : time_(time) {}
  ~ProcessTime() override { *alive_ = false; }
  [[nodiscard]] Instant now() const override { return time_.now(); }
  void call_at(Instant at, std::move_only_function<void()> action) override {
    time_.call_at(at, [alive = alive_, action = std::move(action)]() mutable {
      if (*alive) action();
    });
  }

 private:
  ManualTime& time_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// A process of the charging capability over a disk that outlives it.
struct ChargingProcess {
  ChargingProcess(store::memory::Disk& disk, ManualTime& the_time, store::memory::StoreParams params = {},
                  const charging::Gazetteer* places = nullptr)
      : manual(the_time), time(the_time), store(disk, time, params) {
    control = std::make_unique<ChargingControl>(ChargingControl::Params{
        .parts = {.store = store.charging(), .time = time, .places = places, .chunk = 6, .slice = 40},
        .fleet = &store.fleet()});
  }

  template <class T, class Ask>
  T wait(Ask ask) {
    std::optional<T> answer;
    ask([&](T got) { answer = std::move(got); });
    for (int i = 0; i < 100'000 && !answer; ++i) manual.run_for(Millis(5));
    CTR_ASSERT(answer);
    return std::move(*answer);
  }
  Result<TakenDelivery> take(ChargingDelivery delivery) {
    return wait<Result<TakenDelivery>>(
        [&](auto done) { control->take(std::move(delivery), std::move(done)); });
  }
  TakenDelivery take_stats(std::vector<charging::ChargingStat> stats) {
    auto taken = take({.stats = std::move(stats), .events = {}, .run = {}});
    CTR_ASSERT(taken);
    return std::move(*taken);
  }
  TakenDelivery take_event(charging::ChargingEvent event) {
    auto taken = take({.stats = {}, .events = {std::move(event)}, .run = {}});
    CTR_ASSERT(taken);
    return std::move(*taken);
  }
  template <class Model>
  std::vector<Model> all(ports::ChargingFilter filter = {}) {
    std::vector<Model> found;
    do {
      filter.limit = 500;
      auto page = wait<Result<ports::ChargingPage<Model>>>(
          [&](auto done) { control->store().of<Model>().list(filter, std::move(done)); });
      CTR_ASSERT(page);
      std::ranges::move(page->items, std::back_inserter(found));
      filter.cursor = page->next;
    } while (!filter.cursor.empty());
    return found;
  }
  /// In order of their start, without those that were withdrawn.
  std::vector<charging::ChargingEvent> events() {
    auto found = all<charging::ChargingEvent>();
    std::erase_if(found, [](const auto& event) { return event.quarantined; });
    std::ranges::sort(found, {}, [](const auto& event) { return std::tie(event.started_at, event.id); });
    return found;
  }
  std::vector<charging::ChargingEvent> versions_of(const charging::IdOf<charging::ChargingEvent>& id) {
    auto found = wait<Result<std::vector<charging::ChargingEvent>>>(
        [&](auto done) { control->store().event_versions(id, std::move(done)); });
    CTR_ASSERT(found);
    return std::move(*found);
  }
  std::optional<charging::LastRunTime> mark(const std::string& job) {
    auto found = wait<Result<std::optional<charging::LastRunTime>>>(
        [&](auto done) { control->store().mark_of(std::nullopt, job, std::move(done)); });
    CTR_ASSERT(found);
    return std::move(*found);
  }

  ManualTime& manual;
  ProcessTime time;
  store::memory::Store store;
  std::unique_ptr<ChargingControl> control;
};

}  // namespace contactor::engine::testing
