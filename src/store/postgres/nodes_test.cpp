#include "ports/nodes.h"

#include "store/postgres/backend_test.h"
#include "store/postgres/database.h"
#include "store/postgres/nodes.h"
#include "store/postgres/process.h"

namespace contactor::store::testing {
namespace {

using ports::NodeView;

/// One node of the database: its leases and letters, and its store.
struct Node {
  Node(const PostgresDatabase& database, Inbox& inbox, const std::string& name) : inbox_(inbox), name_(name) {
    auto made = open_postgres({.url = database.url(),
                               .node = name,
                               .post = [&inbox](auto action) { inbox.post(std::move(action)); },
                               .now = kNow});
    if (!made) throw std::runtime_error(made.error().message());
    opened = std::move(*made);
  }
  ports::Nodes& nodes() const { return *opened.nodes; }

  template <class T, class Call>
  T await(Call call) {
    auto answer = std::make_shared<std::optional<T>>();
    call([answer](T value) { answer->emplace(std::move(value)); });
    while (!answer->has_value()) inbox_.turn();
    return std::move(**answer);
  }
  Result<NodeView> beat(ports::ShardSet handed_back = {}, bool leaving = false) {
    return await<Result<NodeView>>([&](auto done) {
      nodes().beat({.node = name_, .version = "1", .leaving = leaving, .handed_back = handed_back},
                   std::move(done));
    });
  }
  Result<ports::WriteOutcome> write(ports::ActivationWrite write) {
    return await<Result<ports::WriteOutcome>>(
        [&](auto done) { opened.store->write(shared(std::move(write)), std::move(done)); });
  }

  Inbox& inbox_;
  std::string name_;
  PostgresOpened opened;
};

std::uint64_t epoch_of(const NodeView& view, std::uint8_t shard) {
  for (const auto& held : view.held)
    if (held.shard == shard) return held.epoch;
  return 0;
}

ports::ShardSet shards_of(const NodeView& view, std::size_t beyond) {
  ports::ShardSet shards;
  for (std::size_t i = beyond; i < view.held.size(); ++i) shards.set(view.held[i].shard);
  return shards;
}

struct PostgresNodes : ::testing::Test {
  /// As if that node had not beaten for so long.
  void let_pass(const std::string& node, int seconds) {
    PostgresConnection(database.url())
        .run(fmt::format(
            "UPDATE node SET beat_at = beat_at - interval '{0} seconds', until = until - interval "
            "'{0} seconds' WHERE name = '{1}'",
            seconds, node));
  }

  PostgresDatabase database;
  Inbox inbox;
};

TEST_F(PostgresNodes, ARevisionThatExcludesThoseThatRunWaitsForTheirEnd) {
  LaterMigrations later;
  const int head = static_cast<int>(later.all.size());
  later.add(head + 1);
  const auto upgrade = [&] {
    return with_migrations(database.url(), [&](Migrations& ours) {
      return Migrations(ours.sql(), later.all).upgrade(head + 1, kNow);
    });
  };
  Node one(database, inbox, "n1");
  ASSERT_TRUE(one.beat());
  const auto refused = upgrade();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_THAT(refused.error().detail, ::testing::HasSubstr("stop n1 first"));
  let_pass("n1", 13);
  EXPECT_TRUE(upgrade());
}

TEST_F(PostgresNodes, ARevisionThatAllowsThoseThatRunComesUnderThem) {
  Node one(database, inbox, "n1");
  ASSERT_TRUE(one.beat());
  LaterMigrations later;
  const int head = static_cast<int>(later.all.size());
  later.add(head, {"node", "shard_lease"});
  ASSERT_TRUE(with_migrations(database.url(), [&](Migrations& ours) {
    return Migrations(ours.sql(), later.all).upgrade(head + 1, kNow);
  }));
  EXPECT_TRUE(one.beat());
  EXPECT_TRUE(Node(database, inbox, "n2").beat()) << "one that starts now works on it as well";
}

TEST_F(PostgresNodes, OneAloneHoldsAndLeadsAll) {
  Node one(database, inbox, "n1");
  const auto view = one.beat().value();
  ASSERT_EQ(view.held.size(), 256U);
  for (std::size_t i = 0; i < view.held.size(); ++i) {
    EXPECT_EQ(view.held[i].shard, i);
    EXPECT_EQ(view.held[i].epoch, 1U);
  }
  EXPECT_EQ(std::tuple(view.share, view.leads, view.timeline), std::tuple(256U, true, 1U));
  EXPECT_EQ(view.since_timeline, Millis::max());
  ASSERT_EQ(view.nodes.size(), 1U);
  EXPECT_EQ(std::tuple(view.nodes[0].node, view.nodes[0].shards), std::tuple("n1", 256U));
  const auto again = one.beat().value();
  EXPECT_EQ(epoch_of(again, 7), 1U);
  EXPECT_GE(again.at, view.at);
}

TEST_F(PostgresNodes, ShareWhatIsHandedBack) {
  Node one(database, inbox, "n1"), two(database, inbox, "n2");
  const auto before = one.beat().value();
  EXPECT_TRUE(two.beat().value().held.empty());
  const auto told = one.beat().value();
  EXPECT_EQ(told.share, 128U);
  EXPECT_EQ(one.beat(shards_of(before, 128)).value().held.size(), 128U);
  const auto view = two.beat().value();
  EXPECT_EQ(view.held.size(), 128U);
  EXPECT_FALSE(view.leads);
  // Up with the giving back, and up with the taking.
  EXPECT_EQ(epoch_of(view, 200), 3U);
  EXPECT_EQ(view.nodes.size(), 2U);
}

TEST_F(PostgresNodes, TakeOverWhatANodeHeldThatBeatsNoMore) {
  Node one(database, inbox, "n1"), two(database, inbox, "n2");
  ASSERT_EQ(one.beat().value().held.size(), 256U);
  let_pass("n1", 11);
  EXPECT_TRUE(two.beat().value().held.empty());
  let_pass("n1", 2);
  const auto view = two.beat().value();
  EXPECT_EQ(view.held.size(), 256U);
  EXPECT_TRUE(view.leads);
  EXPECT_EQ(epoch_of(view, 3), 2U);
  // What was thought dead comes back with nothing.
  EXPECT_TRUE(one.beat().value().held.empty());
}

TEST_F(PostgresNodes, LeaveWithTheirLastShard) {
  Node one(database, inbox, "n1"), two(database, inbox, "n2");
  const auto held = one.beat().value();
  const auto leaving = one.beat({}, true).value();
  EXPECT_EQ(std::tuple(leaving.share, leaving.held.size(), leaving.leads), std::tuple(0U, 256U, false));
  EXPECT_TRUE(one.beat(shards_of(held, 0), true).value().held.empty());
  const auto view = two.beat().value();
  EXPECT_EQ(std::tuple(view.held.size(), view.leads, view.nodes.size()), std::tuple(256U, true, 1U));
}

TEST_F(PostgresNodes, RefuseASecondProcessOfOneName) {
  Node one(database, inbox, "n1");
  ASSERT_TRUE(one.beat());
  Node other(database, inbox, "n1");
  EXPECT_EQ(other.beat().error().kind, ErrorKind::conflict);
  let_pass("n1", 13);
  EXPECT_EQ(epoch_of(other.beat().value(), 0), 2U);
  EXPECT_EQ(one.beat().error().kind, ErrorKind::conflict);
}

TEST_F(PostgresNodes, ComeBackAtOnceWhereTheirOldProcessIsSurelyDead) {
  Node one(database, inbox, "n1");
  ASSERT_TRUE(one.beat());
  // A process of this boot and namespace, whose number nobody has.
  std::string gone = postgres::name_of_this_process();
  const auto pid = fmt::format("/{}/", getpid());
  gone.replace(gone.find(pid), pid.size(), "/999999999/");
  ASSERT_TRUE(postgres::is_surely_dead(gone));
  EXPECT_FALSE(postgres::is_surely_dead(postgres::name_of_this_process()));
  PostgresConnection(database.url())
      .run(fmt::format("UPDATE node SET process = '{0}'; UPDATE shard_lease SET owner = '{0}'", gone));
  const auto view = one.beat();
  ASSERT_TRUE(view) << view.error().message();
  EXPECT_EQ(view->held.size(), 256U);
  EXPECT_EQ(epoch_of(*view, 0), 2U);
}

TEST_F(PostgresNodes, WritesPassUnderTheEpochThatIsHeldOnly) {
  Node one(database, inbox, "n1"), two(database, inbox, "n2");
  const auto held = one.beat().value();
  auto first = a_new_one(1);
  first.epoch = epoch_of(held, first.after.id.shard());
  EXPECT_EQ(one.write(first).value(), ports::WriteOutcome::applied);
  let_pass("n1", 13);
  const auto taken = two.beat().value();
  auto late = a_step(first.after);
  late.epoch = first.epoch;
  EXPECT_EQ(one.write(late).value(), ports::WriteOutcome::stale);
  auto without = a_step(first.after);
  EXPECT_EQ(one.write(without).value(), ports::WriteOutcome::stale);
  auto step = a_step(first.after);
  step.epoch = epoch_of(taken, first.after.id.shard());
  EXPECT_EQ(two.write(step).value(), ports::WriteOutcome::applied);
}

TEST_F(PostgresNodes, OfTwoEpochsInOneBatchTheOldOneAloneIsRefused) {
  Node one(database, inbox, "n1");
  const auto held = one.beat().value();
  std::vector<ports::ActivationWrite> writes;
  for (int i = 1; i <= 40; ++i) {
    auto write = a_new_one(i);
    write.epoch = epoch_of(held, write.after.id.shard());
    if (i % 10 == 0) write.epoch += 5;
    writes.push_back(std::move(write));
  }
  int open = 0, applied = 0, stale = 0;
  for (auto& write : writes) {
    ++open;
    one.opened.store->write(shared(write), [&](Result<ports::WriteOutcome> outcome) {
      --open;
      (outcome.value() == ports::WriteOutcome::applied ? applied : stale) += 1;
    });
  }
  while (open > 0) inbox.turn();
  EXPECT_EQ(std::pair(applied, stale), std::pair(36, 4));
}

TEST_F(PostgresNodes, HandLettersToTheHolderAndRepliesBack) {
  Node one(database, inbox, "n1"), two(database, inbox, "n2");
  std::vector<ports::Letter> got;
  one.nodes().receive([&](ports::Letter letter) {
    got.push_back(letter);
    letter.reply = std::string("seen: ") + letter.request;
    one.nodes().answer(std::move(letter), [](Status answered) { EXPECT_TRUE(answered); });
  });
  ASSERT_TRUE(one.beat());
  const std::string request("GET\0/", 5);
  const auto reply = two.await<Result<std::string>>([&](auto done) {
    two.nodes().send({.id = 0x1207, .request = request, .reply = {}}, Millis(20'000), std::move(done));
  });
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(*reply, "seen: " + request);
  EXPECT_EQ(got.size(), 1U);
  EXPECT_EQ(PostgresConnection(database.url()).run("SELECT count(*) FROM letter")[0][0], "0");
}

TEST_F(PostgresNodes, TellAtOnceThatNobodyHoldsTheShard) {
  Node one(database, inbox, "n1");
  const auto send = [&](std::string request) {
    return one.await<Result<std::string>>([&](auto done) {
      one.nodes().send({.id = 9, .request = std::move(request), .reply = {}}, Millis(60'000),
                       std::move(done));
    });
  };
  const auto nobody = send("x");
  EXPECT_EQ(nobody.error().kind, ErrorKind::unavailable);
  EXPECT_TRUE(nobody.error().retry_after);
  EXPECT_EQ(send(std::string(ports::kLetterBytesMax + 1, 'x')).error().kind, ErrorKind::invalid);
}

TEST_F(PostgresNodes, EndAWaitThatNobodyAnswers) {
  Node one(database, inbox, "n1");
  ASSERT_TRUE(one.beat());
  const auto late = one.await<Result<std::string>>([&](auto done) {
    one.nodes().send({.id = 9, .request = "x", .reply = {}}, Millis(50), std::move(done));
  });
  EXPECT_EQ(std::pair(late.error().kind, late.error().applied),
            std::pair(ErrorKind::timed_out, Applied::maybe));
}

TEST_F(PostgresNodes, ShowOpenIncidentsOfAll) {
  Node one(database, inbox, "n1");
  const auto put = [&](ports::Incident incident) {
    EXPECT_TRUE(
        one.await<Status>([&](auto done) { one.opened.store->put_incident(incident, std::move(done)); }));
  };
  put({.cause = "iot_api down", .opened_at = kNow, .held_back = 4});
  put({.cause = "over", .opened_at = kNow, .ended_at = kNow});
  const auto view = one.beat().value();
  ASSERT_EQ(view.open_incidents.size(), 1U);
  EXPECT_EQ(std::tuple(view.open_incidents[0].cause, view.open_incidents[0].held_back),
            std::tuple("iot_api down", 4U));
}

TEST_F(PostgresNodes, NoticeThatAnotherServerIsThePrimary) {
  Node one(database, inbox, "n1");
  ASSERT_EQ(one.beat().value().timeline, 1U);
  PostgresConnection(database.url()).run("UPDATE store_timeline SET timeline = timeline - 1");
  const auto view = one.beat().value();
  EXPECT_EQ(view.timeline, 2U);
  EXPECT_LT(view.since_timeline, std::chrono::minutes(1));
  EXPECT_EQ(one.beat().value().timeline, 2U);
}

}  // namespace
}  // namespace contactor::store::testing
