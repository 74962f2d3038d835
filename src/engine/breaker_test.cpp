#include "engine/breaker.h"

#include <gtest/gtest.h>

namespace contactor::engine {
namespace {

constexpr Instant kStart = Instant::from_millis(1'000'000);
using Outcome = Breaker::Outcome;

TEST(Breaker, OpensAtOnceOnARefusedCredential) {
  Breaker breaker(64);
  EXPECT_TRUE(breaker.record(Outcome::unauthorized, kStart));
  EXPECT_EQ(breaker.allowance(), 0U);
  EXPECT_EQ(breaker.cause(), "unauthorized");
}

TEST(Breaker, OpensWhenHalfOfTwentyFailAndNotBefore) {
  Breaker breaker(64);
  for (int i = 0; i < 9; ++i) EXPECT_FALSE(breaker.record(Outcome::fine, kStart));
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(breaker.record(Outcome::broken, kStart));
  EXPECT_TRUE(breaker.record(Outcome::broken, kStart));
}

TEST(Breaker, ForgetsFailuresOfAnEarlierWindow) {
  Breaker breaker(64);
  for (int i = 0; i < 19; ++i) breaker.record(Outcome::broken, kStart);
  EXPECT_FALSE(breaker.record(Outcome::broken, kStart + std::chrono::seconds(31)));
}

TEST(Breaker, ProbesOneAtATimeAndResumesInWaves) {
  Breaker breaker(64);
  breaker.record(Outcome::unauthorized, kStart);
  const Instant probe = breaker.probe_at();
  EXPECT_EQ(probe, kStart + std::chrono::seconds(10));
  breaker.probe_sent();
  EXPECT_TRUE(breaker.probe_at().is_never());
  EXPECT_FALSE(breaker.probe_ended(false, probe));
  EXPECT_EQ(breaker.probe_at(), probe + std::chrono::seconds(10));
  breaker.probe_sent();
  EXPECT_TRUE(breaker.probe_ended(true, probe));
  const std::size_t first = breaker.allowance();
  EXPECT_LT(first, 64U);
  breaker.record(Outcome::fine, probe);
  EXPECT_EQ(breaker.allowance(), first + 1);
}

}  // namespace
}  // namespace contactor::engine
