#include <gtest/gtest.h>

#include "engine/cluster_fixture.h"

namespace contactor::engine {
namespace {

using namespace std::chrono_literals;
using testing::another_order;
using testing::Cluster;
using testing::FakeIot;

std::uint8_t usual_shard() { return ota::testing::an_order().vin.shard(); }

// -- who works on what ------------------------------------------------------------------------------------

TEST(EngineNodes, TwoShareTheShardsAndEachOrderIsAnsweredByItsOwner) {
  Cluster cluster;
  cluster.join("a");
  cluster.time.run_for(100ms);
  EXPECT_EQ(cluster.shards("a"), 256U);
  cluster.join("b");
  cluster.time.run_for(15s);
  EXPECT_EQ(cluster.shards("a"), 128U);
  EXPECT_EQ(cluster.shards("b"), 128U);
  const std::string owner = cluster.owner(usual_shard());
  const std::string other = owner == "a" ? "b" : "a";
  const auto refused = cluster.order(other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::elsewhere);
  EXPECT_EQ(refused.error().shard, usual_shard());
  const auto accepted = cluster.order(owner);
  ASSERT_TRUE(accepted);
  cluster.time.run_for(1s);
  EXPECT_EQ(cluster.at(accepted->activation.id).state, ota::State::Active);
  EXPECT_EQ(cluster.disk.history.at(accepted->activation.id).back().node, owner);
}

TEST(EngineNodes, SharesAreFairWithThreeAndComeBackWhenOneLeaves) {
  Cluster cluster;
  for (const auto* name : {"a", "b", "c"}) cluster.join(name);
  cluster.time.run_for(40s);
  std::size_t sum = 0;
  for (const auto* name : {"a", "b", "c"}) {
    EXPECT_GE(cluster.shards(name), 84U) << name;
    EXPECT_LE(cluster.shards(name), 86U) << name;
    sum += cluster.shards(name);
  }
  EXPECT_EQ(sum, 256U);
  bool ended = false;
  cluster.engine("c").stop([&] { ended = true; });
  cluster.time.run_for(20s);
  EXPECT_TRUE(ended);
  EXPECT_EQ(cluster.shards("a") + cluster.shards("b"), 256U);
}

TEST(EngineNodes, ASecondProcessOfTheSameNameIsRefused) {
  Cluster cluster;
  cluster.join("a");
  cluster.time.run_for(1s);
  auto twin = std::move(cluster.members["a"]);
  auto& second = cluster.join("a");
  cluster.time.run_for(30s);
  ASSERT_TRUE(second.started.has_value());
  ASSERT_FALSE(*second.started);
  EXPECT_EQ(second.started->error().kind, ErrorKind::conflict);
  EXPECT_EQ(twin->engine().counters().shards, 256U);
}

TEST(EngineNodes, ARestartedProcessWaitsForItsOwnLeasesAndGoesOn) {
  Cluster cluster;
  cluster.join("a");
  cluster.time.run_for(1s);
  cluster.crash("a");
  auto& again = cluster.join("a");
  cluster.time.run_for(20s);
  ASSERT_TRUE(again.started.has_value());
  EXPECT_TRUE(*again.started);
  EXPECT_EQ(cluster.shards("a"), 256U);
}

// -- taking over ------------------------------------------------------------------------------------------

TEST(EngineNodes, WhatACrashedNodeHadBegunIsAskedAboutByTheNext) {
  Cluster cluster;
  cluster.join("a");
  cluster.join("b");
  cluster.time.run_for(15s);
  cluster.iot.silent = true;
  const ActivationId id = cluster.order_somewhere();
  cluster.time.run_for(100ms);
  ASSERT_EQ(cluster.iot.commands.size(), 1U);
  const std::string owner = cluster.owner(usual_shard());
  const std::uint64_t epoch = cluster.disk.leases[usual_shard()].epoch;
  cluster.crash(owner);
  cluster.iot.silent = false;
  cluster.iot.on_status = [](const auto&) { return FakeIot::online(ota::CommandStatus::applied); };
  cluster.time.run_for(30s);
  EXPECT_EQ(cluster.at(id).state, ota::State::Active) << "within thirty seconds of the crash";
  EXPECT_EQ(cluster.iot.commands.size(), 1U) << "asked about, not sent again";
  EXPECT_GT(cluster.disk.leases[usual_shard()].epoch, epoch);
  EXPECT_NE(cluster.disk.history.at(id).back().node, owner);
}

TEST(EngineNodes, WhatThawsAfterItsLeaseSendsNothingAndChangesNothing) {
  Cluster cluster;
  cluster.join("a");
  cluster.join("b");
  cluster.time.run_for(15s);
  const std::string owner = cluster.owner(usual_shard());
  const std::string other = owner == "a" ? "b" : "a";
  // Frozen with its first intent on the way to the disk: neither committed nor sent.
  const ActivationId id = cluster.order_somewhere();
  cluster.members[owner]->freeze();
  cluster.time.run_for(25s);
  EXPECT_EQ(cluster.owner(usual_shard()), other);
  const auto done = cluster.at(id);
  EXPECT_EQ(done.state, ota::State::Active);
  const std::size_t sent = cluster.iot.commands.size();
  const std::size_t money = cluster.payments.moves.size();
  const std::size_t mails = cluster.mail.mails.size();
  cluster.members[owner]->thaw();
  cluster.time.run_for(10s);
  EXPECT_EQ(cluster.iot.commands.size(), sent);
  EXPECT_EQ(cluster.payments.moves.size(), money);
  EXPECT_EQ(cluster.mail.mails.size(), mails);
  EXPECT_EQ(cluster.at(id).version, done.version);
  EXPECT_EQ(cluster.shards(owner) + cluster.shards(other), 256U);
}

TEST(EngineNodes, ACommandWhoseLeaseRanOutBetweenCommitAndSendIsNeverSent) {
  // Where the freeze strikes is what counts: every millisecond from the order to the answer is tried.
  int unsent = 0;
  for (int at = 1; at < 25; ++at) {
    Cluster cluster;
    cluster.join("a");
    cluster.join("b");
    cluster.time.run_for(15s);
    const std::string owner = cluster.owner(usual_shard());
    ActivationId id;
    cluster.engine(owner).accept(ota::testing::an_order(), {},
                                 [&](Result<Accepted> accepted) { id = accepted->activation.id; });
    cluster.time.run_for(Millis(at));
    if (id.empty()) continue;
    cluster.members[owner]->freeze();
    const std::size_t before = cluster.iot.commands.size();
    cluster.time.run_for(9s);
    cluster.members[owner]->thaw();
    cluster.time.run_for(0ms);
    EXPECT_EQ(cluster.iot.commands.size(), before) << "sent after its time, frozen at " << at;
    if (cluster.at(id).state == ota::State::WaitingResponse && before == 0) ++unsent;
    cluster.time.run_for(20min);
    EXPECT_EQ(cluster.at(id).state, ota::State::Active) << at;
  }
  EXPECT_GT(unsent, 0) << "no freeze struck between commit and send";
}

TEST(EngineNodes, ANodeThatLostItsStoreAnswersThatItIsNotAvailable) {
  Cluster cluster;
  auto& node = cluster.join("a");
  cluster.time.run_for(1s);
  cluster.disk.leases.fill({.owner = 77, .epoch = 9, .until = cluster.time.now() + 1h});
  cluster.disk.nodes.clear();
  const auto answer = cluster.order("a");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::elsewhere) << "the fence refused it: another node has the shard";
  cluster.time.run_for(1s);
  EXPECT_EQ(node.engine().counters().shards, 0U);
  node.freeze();
  cluster.time.run_for(10s);
  Result<Accepted> late = fail(ErrorKind::internal, "test", "no answer");
  node.engine().accept(ota::testing::an_order(), {},
                       [&](Result<Accepted> accepted) { late = std::move(accepted); });
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::unavailable);
  EXPECT_TRUE(late.error().retry_after.has_value());
}

TEST(EngineNodes, LeavingLetsWhatIsUnderWayEndAndNothingIsLost) {
  Cluster cluster;
  cluster.join("a");
  cluster.time.run_for(1s);
  cluster.iot.on_configure = [](const auto&) { return FakeIot::answer(FakeIot::Kind::accepted); };
  std::vector<ActivationId> ids;
  for (int number = 0; number < 30; ++number)
    ids.push_back(cluster.order_somewhere(
        another_order("o" + std::to_string(number), "s", fmt::format("WVWZZZ1JZXW{:06}", number + 1))));
  cluster.join("b");
  cluster.time.run_for(2s);
  bool ended = false;
  const Instant asked = cluster.time.now();
  cluster.engine("a").stop([&] { ended = true; });
  while (!ended && cluster.time.now() - asked < 30s) cluster.time.run_for(100ms);
  EXPECT_LE(cluster.time.now() - asked, 20s);
  cluster.crash("a");
  cluster.iot.on_status = [](const auto&) { return FakeIot::online(ota::CommandStatus::applied); };
  cluster.time.run_for(30s);
  EXPECT_EQ(cluster.shards("b"), 256U);
  for (const ActivationId id : ids) EXPECT_EQ(cluster.at(id).state, ota::State::Active);
  EXPECT_EQ(cluster.iot.commands.size(), 30U);
}

// -- one clock --------------------------------------------------------------------------------------------

TEST(EngineNodes, ClocksAnHourApartLeaveTheBudgetAsItIs) {
  Cluster cluster;
  cluster.settings.policy.commands_per_hour = 2;
  cluster.settings.policy.retry.retries_max = 4;
  cluster.iot.on_configure = [](const auto&) {
    return FakeIot::refusal(ota::FailureCategory::TransientNetwork);
  };
  cluster.join("a", -1h);
  cluster.time.run_for(1s);
  const ActivationId id = cluster.order_somewhere();
  ASSERT_FALSE(id.empty());
  cluster.time.run_for(10min);
  EXPECT_EQ(cluster.iot.commands.size(), 2U);
  EXPECT_EQ(cluster.at(id).state, ota::State::WaitingBudget);
  cluster.crash("a");
  cluster.join("b", 1h);
  cluster.time.run_for(40min);
  EXPECT_EQ(cluster.iot.commands.size(), 2U) << "the other clock must not make the sends look old";
  cluster.time.run_for(15min);
  EXPECT_GT(cluster.iot.commands.size(), 2U) << "nor new";
}

// -- one incident -----------------------------------------------------------------------------------------

TEST(EngineNodes, AnIncidentHoldsBackEveryNodeAndOnlyTheLeaderProbes) {
  Cluster cluster;
  cluster.join("a");
  cluster.join("b");
  cluster.time.run_for(15s);
  const std::string leader = cluster.engine("a").counters().leads ? "a" : "b";
  ASSERT_NE(cluster.engine("a").counters().leads, cluster.engine("b").counters().leads);
  const std::string follower = leader == "a" ? "b" : "a";
  bool is_revoked = true;
  cluster.iot.on_configure = [&](const auto&) {
    return is_revoked ? FakeIot::refusal(ota::FailureCategory::AuthorizationFailure, 401)
                      : FakeIot::answer(FakeIot::Kind::confirmed);
  };
  cluster.iot.on_health = [&]() -> Result<ota::VehicleHealth> {
    if (is_revoked) return fail(ErrorKind::unauthorized, "iot_api", "revoked");
    return ota::VehicleHealth{.reachable = true};
  };
  // One order of the follower's makes the incident.
  int number = 0;
  const auto order_at = [&](const std::string& name) {
    for (;;) {
      const auto order =
          another_order("o" + std::to_string(number), "s", fmt::format("WVWZZZ1JZXW{:06}", number + 1));
      ++number;
      if (cluster.owner(order.vin.shard()) == name) return cluster.order(name, order)->activation.id;
    }
  };
  static_cast<void>(order_at(follower));
  cluster.time.run_for(5s);
  EXPECT_TRUE(cluster.engine(leader).counters().breaker_open);
  EXPECT_TRUE(cluster.engine(follower).counters().breaker_open);
  const std::size_t sent = cluster.iot.commands.size();
  const ActivationId held_by_leader = order_at(leader);
  const ActivationId held_by_follower = order_at(follower);
  cluster.time.run_for(5min);
  EXPECT_EQ(cluster.iot.commands.size(), sent);
  EXPECT_LE(cluster.iot.health_calls, 31) << "one probe every ten seconds, not one of each node";
  is_revoked = false;
  cluster.time.run_for(20s);
  EXPECT_EQ(cluster.at(held_by_leader).state, ota::State::Active);
  EXPECT_EQ(cluster.at(held_by_follower).state, ota::State::Active);
  for (const auto& incident : cluster.disk.incidents) EXPECT_TRUE(incident.ended_at.has_value());
}

TEST(EngineNodes, AnIncidentOutlivesTheNodeThatOpenedItAndIsEndedByTheNextLeader) {
  Cluster cluster;
  cluster.disk.incidents.push_back({.cause = "iot_api unauthorized", .opened_at = cluster.time.now()});
  cluster.join("a");
  cluster.time.run_for(1s);
  EXPECT_TRUE(cluster.engine("a").counters().breaker_open);
  const ActivationId id = cluster.order_somewhere();
  cluster.time.run_for(15s);
  EXPECT_TRUE(cluster.disk.incidents.front().ended_at.has_value());
  EXPECT_EQ(cluster.at(id).state, ota::State::Active);
}

// -- periodic work -----------------------------------------------------------------------------------------

TEST(EngineNodes, OldRepliesAreClearedAwayAndYoungOnesKept) {
  Cluster cluster;
  const auto keep = [&](const std::string& key, Instant at) {
    cluster.disk.replies.insert({{"shop", "POST /", key}, {.principal = "shop", .key = key, .at = at}});
  };
  keep("old", cluster.time.now() - 24h * 8);
  keep("young", cluster.time.now() - 24h * 6);
  cluster.join("a");
  cluster.join("b");
  cluster.time.run_for(61min);
  EXPECT_FALSE(cluster.disk.replies.contains({"shop", "POST /", "old"}));
  EXPECT_TRUE(cluster.disk.replies.contains({"shop", "POST /", "young"}));
}

// -- after a failover -------------------------------------------------------------------------------------

std::vector<ota::IotHistoryItem> commands_at(std::vector<Instant> moments) {
  std::vector<ota::IotHistoryItem> items;
  for (const Instant at : moments) items.push_back({.command_id = "c", .service_id = "s", .at = at});
  return items;
}

TEST(EngineNodes, AfterAFailoverTheBudgetCountsWhatTheApiGotAndNotOnlyWhatIsOnRecord) {
  Cluster cluster;
  cluster.settings.policy.commands_per_hour = 2;
  cluster.disk.timeline = 2;
  cluster.disk.timeline_rose_at = cluster.time.now();
  const Instant lost = cluster.time.now() - 30min;
  cluster.iot.on_history = [lost] { return commands_at({lost, lost + 1min}); };
  cluster.join("a");
  cluster.time.run_for(1s);
  const ActivationId id = cluster.order_somewhere();
  cluster.time.run_for(25min);
  EXPECT_TRUE(cluster.iot.commands.empty()) << "both commands of this hour have reached the car";
  EXPECT_EQ(cluster.at(id).state, ota::State::WaitingBudget);
  EXPECT_EQ(cluster.iot.history_calls, 1) << "asked once";
  cluster.time.run_for(10min);
  EXPECT_EQ(cluster.iot.commands.size(), 1U);
}

TEST(EngineNodes, AfterAFailoverNothingIsSentToACarWhoseHistoryCannotBeRead) {
  Cluster cluster;
  cluster.disk.timeline = 2;
  cluster.disk.timeline_rose_at = cluster.time.now();
  bool is_away = true;
  cluster.iot.on_history = [&]() -> Result<std::vector<ota::IotHistoryItem>> {
    if (is_away) return fail(ErrorKind::not_found, "iot_api", "no history");
    return commands_at({});
  };
  cluster.join("a");
  cluster.time.run_for(1s);
  const ActivationId id = cluster.order_somewhere();
  cluster.time.run_for(10min);
  EXPECT_TRUE(cluster.iot.commands.empty());
  EXPECT_EQ(cluster.at(id).attempts, 0U) << "waiting is not an attempt";
  is_away = false;
  cluster.time.run_for(2min);
  EXPECT_EQ(cluster.at(id).state, ota::State::Active);
}

TEST(EngineNodes, AnHourAfterAFailoverTheLedgerIsEnoughAgain) {
  Cluster cluster;
  cluster.disk.timeline = 2;
  cluster.disk.timeline_rose_at = cluster.time.now() - 59min;
  cluster.join("a");
  cluster.time.run_for(2min);
  const ActivationId id = cluster.order_somewhere();
  cluster.time.run_for(1s);
  EXPECT_EQ(cluster.iot.history_calls, 0);
  EXPECT_EQ(cluster.at(id).state, ota::State::Active);
}

}  // namespace
}  // namespace contactor::engine
