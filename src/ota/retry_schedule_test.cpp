#include "ota/retry_schedule.h"

#include <gmock/gmock.h>

namespace contactor::ota {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;

std::vector<long long> seconds_of(const Timeline& plan) {
  std::vector<long long> at;
  for (const auto& attempt : plan.attempts) at.push_back(attempt.at.count() / 1000);
  at.push_back(plan.escalation.count() / 1000);
  return at;
}

TEST(RetrySchedule, FollowsTheFormulaWhenEveryAttemptFailsAtOnce) {
  EXPECT_THAT(seconds_of(timeline({}, Millis(0))), ElementsAre(0, 30, 90, 210, 450, 930, 1830));
}

TEST(RetrySchedule, ReproducesTheExampleToTheSecondUnderItsName) {
  EXPECT_THAT(seconds_of(timeline(seed_example(), Millis(0))), ElementsAre(0, 30, 90, 210, 450, 900, 1800));
}

TEST(RetrySchedule, BackoffStartsWhenTheAttemptEnded) {
  EXPECT_THAT(seconds_of(timeline({}, minutes(5))), ElementsAre(0, 330, 690, 1110, 1650, 2430, 3630));
}

TEST(RetrySchedule, NumbersAttemptsFromOneAndMakesOneMoreThanRetries) {
  const auto plan = timeline({}, Millis(0));
  ASSERT_EQ(plan.attempts.size(), 6U);
  EXPECT_EQ(plan.attempts.front().number, 1U);
  EXPECT_EQ(plan.attempts.back().number, 6U);
  EXPECT_EQ(timeline({.retries_max = 0}, Millis(0)).attempts.size(), 1U);
}

TEST(RetrySchedule, WithoutFinalGraceTheLastFailureEscalatesAtOnce) {
  const RetryPolicy policy{.final_grace = Millis(0)};
  EXPECT_THAT(seconds_of(timeline(policy, Millis(0))), ElementsAre(0, 30, 90, 210, 450, 930, 930));
  EXPECT_THAT(seconds_of(timeline(policy, minutes(5))), ElementsAre(0, 330, 690, 1110, 1650, 2430, 2730));
}

TEST(RetrySchedule, FirstWaitIsTheBaseDelay) {
  EXPECT_EQ(delay_before({}, 0, ActivationId(7)), seconds(30));
  EXPECT_EQ(delay_before({}, 5, ActivationId(7)), minutes(15));
}

TEST(RetrySchedule, HugeRetryNumbersAndDelaysStayAtTheCap) {
  for (const std::uint32_t retry : {6U, 31U, 62U, 63U, 64U, 65U, UINT32_MAX})
    EXPECT_EQ(delay_before({}, retry, ActivationId(7)), minutes(15)) << retry;
  const RetryPolicy endless{.base_delay = Millis(INT64_MAX / 2), .max_delay = Millis::max(), .jitter = 1.0};
  for (const std::uint32_t retry : {0U, 1U, 2U, 62U, 63U, UINT32_MAX}) {
    EXPECT_GE(delay_before(endless, retry, ActivationId(7)), endless.base_delay) << retry;
    EXPECT_LE(delay_before(endless, retry, ActivationId(7)), endless.max_delay) << retry;
  }
}

TEST(RetrySchedule, SenselessDelaysAreNoDelay) {
  EXPECT_EQ(delay_before({.base_delay = Millis(-5)}, 3, ActivationId(7)), Millis(0));
  EXPECT_EQ(delay_before({.max_delay = Millis(-5)}, 3, ActivationId(7)), Millis(0));
  EXPECT_EQ(delay_before({.explicit_delays = {Millis(-5)}}, 0, ActivationId(7)), Millis(0));
  EXPECT_EQ(final_grace({.final_grace = Millis(-5)}, ActivationId(7)), Millis(0));
}

TEST(RetrySchedule, NoExplicitDelayIsLongerThanTheCap) {
  EXPECT_EQ(delay_before({.max_delay = seconds(10), .explicit_delays = {seconds(30)}}, 0, ActivationId(7)),
            seconds(10));
}

TEST(RetrySchedule, JitterOnlyAddsWithinItsShareAndTheCap) {
  const RetryPolicy exact;
  const RetryPolicy loose{.jitter = 0.1};
  int longer = 0;
  for (std::int64_t id = 1; id <= 500; ++id) {
    for (std::uint32_t retry = 0; retry < 7; ++retry) {
      const auto plain = delay_before(exact, retry, ActivationId(id));
      const auto jittered = delay_before(loose, retry, ActivationId(id));
      EXPECT_GE(jittered, plain);
      EXPECT_LE(jittered, std::min(plain + plain / 10, exact.max_delay));
      EXPECT_EQ(jittered, delay_before(loose, retry, ActivationId(id)));
      longer += jittered > plain ? 1 : 0;
    }
  }
  EXPECT_GT(longer, 2000) << "five of seven retries have room below the cap";
}

TEST(RetrySchedule, JitterDiffersBetweenActivationsAndBetweenRetries) {
  const RetryPolicy loose{.jitter = 1.0};
  EXPECT_NE(delay_before(loose, 0, ActivationId(1)), delay_before(loose, 0, ActivationId(2)));
  EXPECT_NE(delay_before(loose, 0, ActivationId(1)) * 2, delay_before(loose, 1, ActivationId(1)));
}

}  // namespace
}  // namespace contactor::ota
