#include "engine/shards.h"

#include <gtest/gtest.h>

#include "engine/caution.h"

namespace contactor::engine {
namespace {

using namespace std::chrono_literals;
using Hold = Shards::Hold;

TEST(Shards, WhatIsGainedIsWorkedOnOnceItWasRead) {
  Shards shards;
  const auto change = shards.hold_now({{3, 7}, {9, 1}});
  EXPECT_EQ(change.gained.size(), 2U);
  EXPECT_EQ(shards.hold(3), Hold::reading);
  EXPECT_FALSE(shards.works_on(3));
  shards.read({{3, 7}, {9, 8}});
  EXPECT_TRUE(shards.works_on(3));
  EXPECT_FALSE(shards.works_on(9)) << "read under another epoch";
  EXPECT_EQ(shards.epoch(3), 7U);
  EXPECT_EQ(shards.count(), 2U);
}

TEST(Shards, AnotherEpochMeansThatSomebodyElseHadIt) {
  Shards shards;
  shards.read(shards.hold_now({{3, 7}}).gained);
  const auto change = shards.hold_now({{3, 9}});
  EXPECT_TRUE(change.lost.test(3));
  ASSERT_EQ(change.gained.size(), 1U);
  EXPECT_EQ(change.gained.front().epoch, 9U);
  EXPECT_EQ(shards.hold(3), Hold::reading);
}

TEST(Shards, SurplusRestsAndIsHeldUntilTheStoreSaysOtherwise) {
  Shards shards;
  shards.read(shards.hold_now({{1, 1}, {2, 1}, {3, 1}}).gained);
  const auto surplus = shards.rest_above(1);
  EXPECT_EQ(surplus.count(), 2U);
  EXPECT_TRUE(shards.rest_above(1).none()) << "what rests already counts no more";
  EXPECT_TRUE(shards.has(3));
  shards.at_rest(surplus);
  EXPECT_FALSE(shards.has(3));
  EXPECT_EQ(shards.in(Hold::at_rest), surplus);
  EXPECT_TRUE(shards.hold_now({{1, 1}, {2, 1}, {3, 1}}).gained.empty()) << "not handed back yet";
  EXPECT_EQ(shards.hold_now({{1, 1}}).lost, surplus);
  EXPECT_EQ(shards.count(), 1U);
}

TEST(Shards, OneAloneOwnsAll) {
  Shards shards;
  shards.own_all();
  EXPECT_EQ(shards.in(Hold::working).count(), 256U);
  EXPECT_EQ(shards.epoch(255), 0U);
}

TEST(Caution, CountsWhatTheApiGotUntilItWasAskedAndTheLedgerFromThenOn) {
  const Vin vin = *Vin::parse("WVWZZZ1JZXW000001");
  const Instant now = Instant::from_millis(1'795'240'800'000);
  Caution caution;
  EXPECT_FALSE(caution.must_ask(vin, now));
  caution.begin(2, now + 1h);
  EXPECT_TRUE(caution.must_ask(vin, now));
  EXPECT_FALSE(caution.must_ask(vin, now + 2h));
  caution.learn(vin, {now - 10min, now - 20min}, now);
  EXPECT_FALSE(caution.must_ask(vin, now));
  const std::vector<Instant> expected{now - 20min, now - 10min, now + 1min};
  EXPECT_EQ(caution.sends(vin, {now - 15min, now + 1min}), expected);
  caution.begin(2, now + 1h);
  EXPECT_FALSE(caution.must_ask(vin, now)) << "the same failover, told again with each beat";
  caution.begin(3, now + 90min);
  EXPECT_TRUE(caution.must_ask(vin, now)) << "another one";
}

}  // namespace
}  // namespace contactor::engine
