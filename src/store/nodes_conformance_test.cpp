#include "store/nodes_conformance.h"

#include "store/backends_test.h"
#include "store/memory/nodes.h"
#include "store/postgres/database_test.h"

namespace contactor::store::testing {
namespace {

using namespace std::chrono_literals;

// -- the suite --------------------------------------------------------------------------------------------

TEST_P(NodesConformance, OneAloneHoldsAndLeadsAllAndRenewsUnderTheSameEpochs) {
  const auto one = start("n1");
  const auto view = beat(one).value();
  ASSERT_EQ(view.held.size(), 256U);
  for (std::size_t i = 0; i < view.held.size(); ++i) EXPECT_EQ(view.held[i].shard, i) << "ascending";
  EXPECT_EQ(view.share, 256U);
  EXPECT_TRUE(view.leads);
  EXPECT_EQ(view.since_timeline, Millis::max()) << "the server never changed";
  ASSERT_EQ(view.nodes.size(), 1U);
  EXPECT_EQ(view.nodes[0].node, "n1");
  EXPECT_EQ(view.nodes[0].version, "1.2");
  EXPECT_EQ(view.nodes[0].shards, 256U);
  backend_->pass(5s);
  const auto again = beat(one).value();
  EXPECT_EQ(epoch_in(again, 7), epoch_in(view, 7));
  EXPECT_GE(again.at, view.at);
}

TEST_P(NodesConformance, TheSecondGetsWhatTheFirstHandsBackAndNothingBefore) {
  const auto one = start("n1"), two = start("n2");
  const auto all = beat(one).value();
  EXPECT_TRUE(beat(two).value().held.empty());
  const auto told = beat(one).value();
  EXPECT_EQ(told.share, 128U);
  EXPECT_EQ(told.held.size(), 256U) << "nobody takes what is held";
  EXPECT_EQ(beat(one, {.handed_back = all_but(all, 128)}).value().held.size(), 128U);
  const auto taken = beat(two).value();
  EXPECT_EQ(taken.held.size(), 128U);
  EXPECT_FALSE(taken.leads) << "one leader";
  EXPECT_GT(epoch_in(taken, 200), epoch_in(all, 200));
  EXPECT_EQ(taken.nodes.size(), 2U);
}

TEST_P(NodesConformance, WhatWasHandedBackAndTakenAgainHasChangedHands) {
  const auto one = start("n1");
  const auto all = beat(one).value();
  const auto again = beat(one, {.handed_back = all_but(all, 0)}).value();
  const auto later = again.held.empty() ? beat(one).value() : again;
  ASSERT_EQ(later.held.size(), 256U);
  EXPECT_GT(epoch_in(later, 9), epoch_in(all, 9));
}

TEST_P(NodesConformance, ANodeThatBeatsNoMoreIsTakenOverAfterItsLeaseAndNotBefore) {
  const auto one = start("n1"), two = start("n2");
  const auto held = beat(one).value();
  backend_->pass(ports::kLeaseLife - 1s);
  EXPECT_TRUE(beat(two).value().held.empty());
  backend_->pass(2s);
  const auto taken = beat(two).value();
  EXPECT_EQ(taken.held.size(), 256U);
  EXPECT_TRUE(taken.leads);
  EXPECT_GT(epoch_in(taken, 3), epoch_in(held, 3));
  EXPECT_TRUE(beat(one).value().held.empty()) << "what was thought dead comes back with nothing";
}

TEST_P(NodesConformance, WhoLeavesTakesNothingAndIsForgottenWithItsLastShard) {
  const auto one = start("n1"), two = start("n2");
  const auto held = beat(one).value();
  const auto leaving = beat(one, {.leaving = true}).value();
  EXPECT_EQ(leaving.share, 0U);
  EXPECT_EQ(leaving.held.size(), 256U);
  EXPECT_FALSE(leaving.leads);
  EXPECT_TRUE(beat(one, {.handed_back = all_but(held, 0), .leaving = true}).value().held.empty());
  const auto view = beat(two).value();
  EXPECT_EQ(view.held.size(), 256U);
  EXPECT_TRUE(view.leads);
  EXPECT_EQ(view.nodes.size(), 1U);
}

TEST_P(NodesConformance, ASecondProcessOfOneNameIsRefusedUntilTheFirstIsSilentLongEnough) {
  const auto one = start("n1"), twin = start("n1");
  const auto held = beat(one).value();
  EXPECT_EQ(beat(twin).error().kind, ErrorKind::conflict);
  backend_->pass(ports::kLeaseLife + 1s);
  const auto taken = beat(twin).value();
  EXPECT_GT(epoch_in(taken, 0), epoch_in(held, 0)) << "another process, the same name";
  EXPECT_EQ(beat(one).error().kind, ErrorKind::conflict);
}

TEST_P(NodesConformance, WritesPassUnderTheEpochThatIsHeldAndUnderNoOther) {
  const auto one = start("n1"), two = start("n2");
  const auto held = beat(one).value();
  auto first = a_new_one(1);
  const std::uint8_t shard = first.after.id.shard();
  EXPECT_EQ(write(one, first).value(), ports::WriteOutcome::stale) << "without an epoch";
  first.epoch = epoch_in(held, shard);
  EXPECT_EQ(write(one, first).value(), ports::WriteOutcome::applied);
  backend_->pass(ports::kLeaseLife + 1s);
  const auto taken = beat(two).value();
  auto late = a_step(first.after);
  late.epoch = first.epoch;
  EXPECT_EQ(write(one, late).value(), ports::WriteOutcome::stale);
  late.epoch = epoch_in(taken, shard);
  EXPECT_EQ(write(two, late).value(), ports::WriteOutcome::applied);
}

TEST_P(NodesConformance, AWriteAfterTheHandBackIsRefusedBeforeAnybodyHasTakenIt) {
  const auto one = start("n1"), two = start("n2");
  const auto held = beat(one).value();
  ASSERT_TRUE(beat(two));
  auto first = a_new_one(1);
  first.epoch = epoch_in(held, first.after.id.shard());
  ASSERT_TRUE(beat(one, {.handed_back = all_but(held, 0), .leaving = true}));
  EXPECT_EQ(write(one, first).value(), ports::WriteOutcome::stale);
}

TEST_P(NodesConformance, AnOutboxWriteIsFencedLikeAStep) {
  const auto one = start("n1"), two = start("n2");
  const auto held = beat(one).value();
  auto first = a_new_one(1);
  const std::uint8_t shard = first.after.id.shard();
  first.epoch = epoch_in(held, shard);
  first.outbox.push_back(an_entry(1, first.after.id, ports::OutboxEntry::Kind::email));
  const std::int64_t id = first.outbox.back().id;
  ASSERT_EQ(write(one, first).value(), ports::WriteOutcome::applied);
  backend_->pass(ports::kLeaseLife + 1s);
  const auto taken = beat(two).value();
  const auto discharge = [&](std::size_t process, std::uint64_t epoch) {
    return await<Status>([&](auto done) {
      backend_->store(process).write(
          ports::OutboxWrite{.id = id, .postponed = {}, .notice = {}, .ledger = {}, .epoch = epoch},
          std::move(done));
    });
  };
  const auto late = discharge(one, first.epoch);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::conflict);
  EXPECT_TRUE(discharge(two, epoch_in(taken, shard)));
}

TEST_P(NodesConformance, LettersReachTheHolderOnceAndRepliesComeBackAsTheyAre) {
  const auto one = start("n1"), two = start("n2");
  const std::string request("POST\0\n\xff/", 8);
  int got = 0;
  backend_->nodes(one).receive([&](ports::Letter letter) {
    ++got;
    EXPECT_EQ(letter.request, request);
    letter.reply = "seen: " + letter.request;
    backend_->nodes(one).answer(std::move(letter), [](const Status& answered) { EXPECT_TRUE(answered); });
  });
  backend_->nodes(two).receive([](const ports::Letter&) { FAIL() << "the shard is not its own"; });
  ASSERT_TRUE(beat(one));
  ASSERT_TRUE(beat(two));
  const auto reply = send(two, 0x120711, request);
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(*reply, "seen: " + request);
  ASSERT_TRUE(beat(one));
  EXPECT_EQ(got, 1);
}

TEST_P(NodesConformance, ALetterForAShardThatNobodyHoldsIsReturnedAtOnce) {
  const auto one = start("n1");
  const auto nobody = send(one, 9, "x", 60s);
  EXPECT_EQ(nobody.error().kind, ErrorKind::unavailable);
  EXPECT_TRUE(nobody.error().retry_after.has_value());
  EXPECT_EQ(send(one, 9, std::string(ports::kLetterBytesMax + 1, 'x')).error().kind, ErrorKind::invalid);
}

TEST_P(NodesConformance, ALetterThatNobodyAnswersEndsAsUnknown) {
  const auto one = start("n1"), two = start("n2");
  ASSERT_TRUE(beat(one));
  backend_->nodes(one).receive([](const ports::Letter&) {});
  const auto late = send(two, 9, "x", 50ms);
  EXPECT_EQ(late.error().kind, ErrorKind::timed_out);
  EXPECT_EQ(late.error().applied, Applied::maybe);
}

TEST_P(NodesConformance, OpenIncidentsOfAllAreSeenByAll) {
  const auto one = start("n1"), two = start("n2");
  ports::Incident incident{.cause = "iot_api down", .opened_at = kNow, .held_back = 4};
  const auto put = [&] {
    return await<Status>([&](auto done) { backend_->store(one).put_incident(incident, std::move(done)); });
  };
  ASSERT_TRUE(put());
  const auto view = beat(two).value();
  ASSERT_EQ(view.open_incidents.size(), 1U);
  EXPECT_EQ(view.open_incidents[0].cause, "iot_api down");
  incident.ended_at = kNow + 1min;
  ASSERT_TRUE(put());
  EXPECT_TRUE(beat(two).value().open_incidents.empty());
}

TEST_P(NodesConformance, AnotherServerIsNoticedAndRemembered) {
  const auto one = start("n1");
  const auto before = beat(one).value();
  backend_->change_server();
  const auto view = beat(one).value();
  EXPECT_GT(view.timeline, before.timeline);
  EXPECT_LT(view.since_timeline, 1min);
  EXPECT_EQ(beat(one).value().timeline, view.timeline);
}

// -- the backends -----------------------------------------------------------------------------------------

class MemoryNodes final : public NodesBackend, public ports::Timekeeper {
 public:
  std::size_t start_process(const std::string&) override {
    processes_.push_back(std::make_unique<Process>(disk_, *this, processes_.size() + 1));
    return processes_.size() - 1;
  }
  void end_process(std::size_t process) override { processes_.at(process).reset(); }
  ports::Nodes& nodes(std::size_t process) override { return processes_.at(process)->nodes; }
  ports::Store& store(std::size_t process) override { return processes_.at(process)->store; }
  void pass(Millis span) override { now_ = now_ + span; }
  void change_server() override {
    disk_.timeline += 1;
    disk_.timeline_rose_at = now_;
  }
  void turn() override {
    if (planned_.empty()) throw std::runtime_error("the store never answers");
    auto next = planned_.extract(planned_.begin());
    now_ = std::max(now_, next.key());
    next.mapped()();
  }

 private:
  struct Process {
    Process(memory::Disk& disk, ports::Timekeeper& time, std::uint64_t number)
        : store(disk, time, {.latency_max = Millis(3)}),
          nodes(disk, time, {.latency_max = Millis(3), .process = number}) {}
    memory::Store store;
    memory::Nodes nodes;
  };
  [[nodiscard]] Instant now() const override { return now_; }
  void call_at(Instant at, std::move_only_function<void()> action) override {
    planned_.emplace(at, std::move(action));
  }

  memory::Disk disk_;
  Instant now_ = kNow;
  std::multimap<Instant, std::move_only_function<void()>> planned_;
  std::vector<std::unique_ptr<Process>> processes_;
};

class PostgresNodesBackend final : public NodesBackend {
 public:
  explicit PostgresNodesBackend(bool is_ahead = false) {
    if (is_ahead) make_one_revision_ahead(database_.url());
  }
  std::size_t start_process(const std::string& name) override {
    auto opened = open_postgres({.url = database_.url(),
                                 .node = name,
                                 .post = [this](auto action) { inbox_.post(std::move(action)); },
                                 .now = kNow});
    if (!opened) throw std::runtime_error(opened.error().message());
    processes_.push_back(std::move(*opened));
    return processes_.size() - 1;
  }
  void end_process(std::size_t process) override { processes_.at(process) = {}; }
  ports::Nodes& nodes(std::size_t process) override { return *processes_.at(process).nodes; }
  ports::Store& store(std::size_t process) override { return *processes_.at(process).store; }
  /// As if nobody had beaten for so long.
  void pass(Millis span) override {
    PostgresConnection(database_.url())
        .run(fmt::format("UPDATE node SET beat_at = beat_at - interval '{0} milliseconds', "
                         "until = until - interval '{0} milliseconds'",
                         span.count()));
  }
  void change_server() override {
    PostgresConnection(database_.url()).run("UPDATE store_timeline SET timeline = timeline - 1");
  }
  void turn() override { inbox_.turn(); }

 private:
  PostgresDatabase database_;
  Inbox inbox_;
  std::vector<PostgresOpened> processes_;
};

template <class T, bool... ahead>
std::unique_ptr<NodesBackend> make() {
  return std::make_unique<T>(ahead...);
}

INSTANTIATE_TEST_SUITE_P(Store, NodesConformance,
                         ::testing::Values(NodesBackendKind{"Memory", make<MemoryNodes>},
                                           NodesBackendKind{"Postgres", make<PostgresNodesBackend>},
                                           NodesBackendKind{"PostgresOneRevisionAhead",
                                                            make<PostgresNodesBackend, true>}),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace contactor::store::testing
