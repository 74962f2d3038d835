#include "engine/store_clock.h"

#include <gtest/gtest.h>

#include "engine/engine_fixture.h"

namespace contactor::engine {
namespace {

using namespace std::chrono_literals;

/// A machine whose wall clock is wrong, and set while it runs.
class Wrong final : public ports::Timekeeper {
 public:
  [[nodiscard]] Instant now() const override { return true_time.now() + error; }
  [[nodiscard]] Millis monotonic() const override { return Millis(true_time.now().millis()) - 1'000'000ms; }
  void call_at(Instant at, std::move_only_function<void()> action) override {
    true_time.call_at(true_time.now() + (at - now()), std::move(action));
  }
  testing::ManualTime true_time;
  Millis error = 1h;
};

TEST(StoreClock, IsTheWallClockUntilItKnowsBetter) {
  Wrong wall;
  StoreClock clock(wall);
  EXPECT_EQ(clock.now(), wall.now());
  EXPECT_EQ(clock.error(), 0ms);
  EXPECT_EQ(clock.latest(), clock.earliest());
}

TEST(StoreClock, GoesByTheStoreWhateverTheWallClockIsSetTo) {
  Wrong wall;
  StoreClock clock(wall);
  const Millis asked = clock.monotonic();
  clock.learn(wall.true_time.now(), asked, asked);
  EXPECT_EQ(clock.now(), wall.true_time.now());
  wall.error = -5h;
  wall.true_time.run_for(10min);
  EXPECT_EQ(clock.now(), wall.true_time.now());
  EXPECT_EQ(clock.on_the_wall(clock.now() + 30s), wall.now() + 30s);
}

TEST(StoreClock, CallsWhenItsOwnTimeHasCome) {
  Wrong wall;
  StoreClock clock(wall);
  clock.learn(wall.true_time.now(), clock.monotonic(), clock.monotonic());
  std::optional<Instant> called_at;
  clock.call_at(clock.now() + 10s, [&] { called_at = clock.now(); });
  wall.true_time.run_for(9s);
  EXPECT_FALSE(called_at);
  const Instant due = clock.now() + 1s;
  wall.true_time.run_for(1s);
  EXPECT_EQ(called_at, due);
}

TEST(StoreClock, TheTrueMomentLiesBetweenEarliestAndLatest) {
  Wrong wall;
  StoreClock clock(wall);
  // Three seconds under way, and the store looked at its clock right at the end.
  const Millis asked = clock.monotonic();
  wall.true_time.run_for(3s);
  clock.learn(wall.true_time.now(), asked, clock.monotonic());
  EXPECT_LE(clock.earliest(), wall.true_time.now());
  EXPECT_GE(clock.latest(), wall.true_time.now());
  const Millis fresh = clock.error();
  wall.true_time.run_for(10min);
  EXPECT_GT(clock.error(), fresh) << "what is known ages";
}

TEST(StoreClock, ABetterLookCountsAndAWorseOneDoesNot) {
  Wrong wall;
  StoreClock clock(wall);
  const Millis asked = clock.monotonic();
  wall.true_time.run_for(4s);
  clock.learn(wall.true_time.now() + 2s, asked, clock.monotonic());
  const Instant shown = clock.now();
  clock.learn(wall.true_time.now(), clock.monotonic(), clock.monotonic());
  EXPECT_EQ(clock.now(), shown) << "time does not run back";
  EXPECT_LE(clock.earliest(), wall.true_time.now());
  wall.true_time.run_for(10s);
  EXPECT_EQ(clock.now(), wall.true_time.now());
  clock.learn(wall.true_time.now() + 1h, clock.monotonic() - 30s, clock.monotonic());
  EXPECT_EQ(clock.now(), wall.true_time.now());
}

}  // namespace
}  // namespace contactor::engine
