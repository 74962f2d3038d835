#include "task/loop.h"

#include <chrono>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "task/deadline_watch.h"
#include "task/timer_heap.h"

namespace contactor::task {
namespace {

TEST(TimerHeap, TakesByTimeThenByOrderOfAdding) {
  TimerHeap heap;
  std::vector<int> ran;
  const auto start = TimerHeap::Clock::now();
  heap.add(start + Millis(2), [&] { ran.push_back(3); });
  heap.add(start, [&] { ran.push_back(1); });
  heap.add(start, [&] { ran.push_back(2); });
  while (!heap.empty()) heap.take()();
  EXPECT_EQ(ran, (std::vector{1, 2, 3}));
}

TEST(TimerHeap, ReusesSlotsOfTakenActions) {
  TimerHeap heap;
  int ran = 0;
  for (int round = 0; round < 100; ++round) {
    heap.add({}, [&] { ++ran; });
    heap.take()();
  }
  EXPECT_EQ(ran, 100);
  EXPECT_TRUE(heap.empty());
}

TEST(Loop, RunsTimersInOrderAndNeverEarly) {
  Loop loop;
  std::vector<int> ran;
  const auto start = loop.now();
  Instant last_at;
  loop.call_at(start + Millis(20), [&] {
    ran.push_back(2);
    last_at = loop.now();
    loop.stop();
  });
  loop.call_at(start + Millis(5), [&] { ran.push_back(1); });
  loop.call_at(start - Millis(1000), [&] { ran.push_back(0); });
  loop.call_at(Instant::never(), [&] { ran.push_back(9); });
  loop.run();
  EXPECT_EQ(ran, (std::vector{0, 1, 2}));
  EXPECT_GE(last_at, start + Millis(20));
}

TEST(Loop, TimerAddedByTimerRuns) {
  Loop loop;
  int rounds = 0;
  std::move_only_function<void()> again = [&] {
    if (++rounds == 5) return loop.stop();
    loop.call_at(loop.now() + Millis(1), [&] { again(); });
  };
  loop.call_at(loop.now(), [&] { again(); });
  loop.run();
  EXPECT_EQ(rounds, 5);
}

TEST(Loop, RunsPostsOfManyThreadsEachInOrder) {
  constexpr int threads = 4;
  constexpr int posts = 2000;
  Loop loop;
  std::vector<std::vector<int>> seen(threads);
  int total = 0;
  std::vector<std::jthread> senders;
  for (int t = 0; t < threads; ++t) {
    senders.emplace_back([&, t] {
      for (int i = 0; i < posts; ++i) {
        loop.post([&, t, i] {
          seen[static_cast<std::size_t>(t)].push_back(i);
          if (++total == threads * posts) loop.stop();
        });
      }
    });
  }
  loop.run();
  for (const auto& order : seen) {
    ASSERT_EQ(order.size(), posts);
    EXPECT_TRUE(std::ranges::is_sorted(order));
  }
}

TEST(Loop, RunsAgainAfterStop) {
  Loop loop;
  int runs = 0;
  for (int i = 0; i < 3; ++i) {
    loop.post([&] {
      ++runs;
      loop.stop();
    });
    loop.run();
  }
  EXPECT_EQ(runs, 3);
}

TEST(Loop, DropsWorkThatIsLeftWhenDestroyed) {
  auto witness = std::make_shared<int>(1);
  {
    Loop loop;
    loop.post([witness] { *witness = 2; });
    loop.call_at(Instant::never(), [witness] { *witness = 3; });
  }
  EXPECT_EQ(*witness, 1);
  EXPECT_EQ(witness.use_count(), 1);
}

TEST(DeadlineWatch, SweepsAtTheEarliestDeadlineAndThenAtTheNext) {
  Loop loop;
  const auto start = DeadlineWatch::Clock::now();
  std::multiset deadlines{start + Millis(10), start + Millis(30)};
  DeadlineWatch watch(loop, [&](DeadlineWatch::Clock::time_point now) {
    while (!deadlines.empty() && *deadlines.begin() <= now) deadlines.erase(deadlines.begin());
    if (deadlines.empty()) loop.stop();
    return deadlines.empty() ? DeadlineWatch::never : *deadlines.begin();
  });
  watch.cover(start + Millis(30));
  watch.cover(start + Millis(10));
  loop.run();
  EXPECT_TRUE(deadlines.empty());
  EXPECT_GE(DeadlineWatch::Clock::now() - start, Millis(30));
}

TEST(DeadlineWatch, DoesNothingOnceDestroyed) {
  Loop loop;
  bool swept = false;
  {
    DeadlineWatch watch(loop, [&](auto) {
      swept = true;
      return DeadlineWatch::never;
    });
    watch.cover(DeadlineWatch::Clock::now());
  }
  loop.call_at(loop.now() + Millis(10), [&] { loop.stop(); });
  loop.run();
  EXPECT_FALSE(swept);
}

}  // namespace
}  // namespace contactor::task
