#include "task/worker.h"

#include <csignal>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "task/loop.h"
#include "task/signals.h"
#include "task/system_entropy.h"

namespace contactor::task {
namespace {

TEST(Worker, RunsInOrderAndDrainsBeforeItEnds) {
  std::vector<int> ran;
  Worker worker("store-lane-number-one");
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(worker.post([&ran, i] { ran.push_back(i); }));
  worker.close();
  ASSERT_EQ(ran.size(), 1000U);
  EXPECT_TRUE(std::ranges::is_sorted(ran));
}

TEST(Worker, RefusesAfterClose) {
  Worker worker("lane");
  worker.close();
  worker.close();
  EXPECT_FALSE(worker.post([] { FAIL(); }));
}

TEST(Worker, RunsOnItsOwnThread) {
  Worker worker("lane");
  std::thread::id id;
  worker.post([&] { id = std::this_thread::get_id(); });
  worker.close();
  EXPECT_NE(id, std::this_thread::get_id());
  EXPECT_NE(id, std::thread::id());
}

TEST(Signals, CountsThem) {
  Loop loop;
  std::vector<int> counts;
  const Signals signals(loop, [&](int count) {
    counts.push_back(count);
    if (count == 2) return loop.stop();
    std::raise(SIGINT);
  });
  loop.post([] { std::raise(SIGTERM); });
  loop.run();
  EXPECT_EQ(counts, (std::vector{1, 2}));
}

TEST(SystemEntropy, GivesManyDifferentNumbers) {
  SystemEntropy entropy;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(entropy.next());
  EXPECT_EQ(seen.size(), 1000U);
}

}  // namespace
}  // namespace contactor::task
