#include "store/lane.h"

#include <gtest/gtest.h>

#include <condition_variable>

namespace contactor::store {
namespace {

/// A lane of numbers that writes down how many came together. Batches that linger do so for an hour, so that
/// only what the tests do can end the wait.
class LaneTest : public ::testing::Test {
 protected:
  void push(int count) {
    for (int i = 0; i < count; ++i) {
      int job = i;
      ASSERT_TRUE(lane_.push(job));
    }
  }
  /// @return  the sizes of the batches, once this many jobs are worked off.
  std::vector<std::size_t> worked(std::size_t jobs) {
    std::unique_lock lock(mutex_);
    const bool is_done = ended_.wait_for(lock, std::chrono::seconds(30), [&] { return jobs_ >= jobs; });
    EXPECT_TRUE(is_done);
    return sizes_;
  }

  std::mutex mutex_;
  std::condition_variable ended_;
  std::vector<std::size_t> sizes_;
  std::size_t jobs_ = 0;
  Lane<int> lane_{"test", {.linger = std::chrono::hours(1), .company = 64}, [this](std::vector<int>& batch) {
                    const std::lock_guard lock(mutex_);
                    sizes_.push_back(batch.size());
                    jobs_ += batch.size();
                    ended_.notify_all();
                  }};
};

TEST_F(LaneTest, TakesTheFirstJobAtOnce) {
  push(1);
  EXPECT_EQ(worked(1), std::vector<std::size_t>{1});
}

TEST_F(LaneTest, LetsABatchGrowWhereManyCome) {
  push(1);
  worked(1);
  // One job a moment ago promises more than enough within the hour.
  push(64);
  EXPECT_EQ(worked(65), (std::vector<std::size_t>{1, 64}));
}

TEST_F(LaneTest, WaitsForNobodyWhenItIsClosed) {
  push(1);
  worked(1);
  push(1);
  lane_.close();
  EXPECT_EQ(worked(2), (std::vector<std::size_t>{1, 1}));
}

}  // namespace
}  // namespace contactor::store
