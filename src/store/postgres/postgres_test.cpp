#include "store/postgres/backend_test.h"
#include "store/postgres/cutting_proxy_test.h"

namespace contactor::store::testing {
namespace {

using Cut = CuttingProxy::Cut;
using ports::WriteOutcome;

constexpr PostgresTimeouts kShort{.connect = Millis(2000),
                                  .statement = Millis(10'000),
                                  .lock = Millis(10'000),
                                  .silence = Millis(15'000),
                                  .outage = Millis(10'000)};

/// A store whose connections can be broken, and a plain connection beside it.
struct PostgresStore : ::testing::Test {
  ~PostgresStore() override { opened = {}; }

  void open(PostgresTimeouts timeouts = kShort) { open_as(proxied(database.url()), timeouts); }
  void open_as(const std::string& url, PostgresTimeouts timeouts) {
    opened = {};
    auto made = open_postgres({.url = url,
                               .node = "n1",
                               .post = [this](auto action) { inbox.post(std::move(action)); },
                               .on_broken = [this](const Error&) { ++broken; },
                               .now = kNow,
                               .timeouts = timeouts});
    if (!made) throw std::runtime_error(made.error().message());
    opened = std::move(*made);
  }
  [[nodiscard]] std::string proxied(std::string url) const {
    const auto at = url.rfind(':'), slash = url.rfind('/');
    return url.replace(at + 1, slash - at - 1, std::to_string(proxy.port()));
  }
  [[nodiscard]] static int port_of(const std::string& url) {
    return std::stoi(url.substr(url.rfind(':') + 1));
  }

  Result<WriteOutcome> write(ports::ActivationWrite write) {
    std::optional<Result<WriteOutcome>> answer;
    opened.store->write(shared(std::move(write)), [&](auto outcome) { answer = std::move(outcome); });
    while (!answer) inbox.turn();
    return std::move(*answer);
  }
  Result<std::optional<ota::Activation>> find(ActivationId id) {
    std::optional<Result<std::optional<ota::Activation>>> answer;
    opened.store->find(id, [&](auto found) { answer = std::move(found); });
    while (!answer) inbox.turn();
    return std::move(*answer);
  }
  std::vector<Result<WriteOutcome>> write_all(std::vector<ports::ActivationWrite> writes) {
    std::vector<Result<WriteOutcome>> outcomes(writes.size(), fail(ErrorKind::internal, "test", "no answer"));
    std::size_t open = writes.size();
    for (std::size_t i = 0; i < writes.size(); ++i)
      opened.store->write(shared(std::move(writes[i])), [&, i](auto outcome) {
        outcomes[i] = std::move(outcome);
        --open;
      });
    while (open > 0) inbox.turn();
    return outcomes;
  }
  void end_backends() {
    beside.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'contactor/n1' "
        "AND datname = current_database()");
  }
  std::string count(const std::string& of) { return beside.run("SELECT count(*) FROM " + of)[0][0]; }
  /// The server itself fails the next inserts of history, as it would in its own trouble.
  void fail_history(int times, const std::string& state) {
    beside.run(fmt::format(
        "CREATE SEQUENCE tries; CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
        "nextval('tries') <= {} THEN RAISE EXCEPTION 'made' USING ERRCODE = '{}'; END IF; RETURN NULL; END "
        "$$; "
        "CREATE TRIGGER fail BEFORE INSERT ON ota_history FOR EACH STATEMENT EXECUTE FUNCTION fail()",
        times, state));
  }

  int broken = 0;
  PostgresDatabase database;
  PostgresConnection beside{database.url()};
  CuttingProxy proxy{port_of(PostgresDatabase::server_url())};
  Inbox inbox;
  PostgresOpened opened;
};

// -- commits in doubt -------------------------------------------------------------------------------------

TEST_F(PostgresStore, LooksUpACommitWhoseAnswerWasLost) {
  open();
  ASSERT_EQ(write(a_new_one(1)).value(), WriteOutcome::applied);
  for (const Cut cut : {Cut::before_commit, Cut::after_commit}) {
    proxy.cut(cut);
    const auto before = *find(an_id(1)).value();
    EXPECT_EQ(write(a_step(before)).value(), WriteOutcome::applied);
    EXPECT_TRUE(proxy.has_cut());
    EXPECT_EQ(find(an_id(1)).value()->version, before.version + 1);
  }
  EXPECT_EQ(count("ota_history"), "3");
}

TEST_F(PostgresStore, LooksUpACommitThatLeftNoHistory) {
  open();
  auto first = a_new_one(1);
  first.outbox = {an_entry(1, first.after.id, ports::OutboxEntry::Kind::money)};
  ASSERT_EQ(write(first).value(), WriteOutcome::applied);
  for (const Cut cut : {Cut::before_commit, Cut::after_commit}) {
    proxy.cut(cut);
    auto later = first.outbox[0];
    later.tries += 1;
    std::optional<Status> done;
    opened.store->write(ports::OutboxWrite{.id = later.id, .postponed = later, .notice = {}, .ledger = {}},
                        [&](Status status) { done = std::move(status); });
    while (!done) inbox.turn();
    EXPECT_TRUE(*done);
    EXPECT_TRUE(proxy.has_cut());
  }
  EXPECT_EQ(count("store_commit"), "1");
}

TEST_F(PostgresStore, TellsWhetherAnEventWasNewThoughTheAnswerWasLost) {
  open();
  proxy.cut(Cut::after_commit);
  std::optional<Result<bool>> first;
  opened.store->first_sight("evt", kNow, [&](auto seen) { first = std::move(seen); });
  while (!first) inbox.turn();
  EXPECT_TRUE(proxy.has_cut());
  EXPECT_TRUE(first->value());
}

TEST_F(PostgresStore, NoticesAConnectionThatFellSilent) {
  auto timeouts = kShort;
  timeouts.silence = Millis(1500);
  open(timeouts);
  ASSERT_EQ(write(a_new_one(1)).value(), WriteOutcome::applied);
  proxy.cut(Cut::freeze);
  const auto before = *find(an_id(1)).value();
  EXPECT_EQ(write(a_step(before)).value(), WriteOutcome::applied);
  EXPECT_TRUE(proxy.has_cut());
  EXPECT_EQ(count("ota_history"), "2");
}

TEST_F(PostgresStore, SaysMaybeOnlyWhereNobodyCanBeAsked) {
  auto timeouts = kShort;
  timeouts.outage = Millis(300);
  timeouts.silence = Millis(1500);
  open(timeouts);
  ASSERT_EQ(write(a_new_one(1)).value(), WriteOutcome::applied);
  const auto before = *find(an_id(1)).value();
  proxy.cut(Cut::freeze);
  std::optional<Result<WriteOutcome>> answer;
  opened.store->write(shared(a_step(before)), [&](auto outcome) { answer = std::move(outcome); });
  while (!proxy.has_cut()) std::this_thread::yield();
  proxy.shut(true);
  while (!answer) inbox.turn();
  ASSERT_FALSE(*answer);
  EXPECT_EQ(std::pair(answer->error().kind, answer->error().applied),
            std::pair(ErrorKind::unavailable, Applied::maybe));
  // The next one is not in doubt: it never began.
  const auto next = write(a_new_one(2));
  ASSERT_FALSE(next);
  EXPECT_EQ(std::pair(next.error().kind, next.error().applied),
            std::pair(ErrorKind::unavailable, Applied::no));
  EXPECT_TRUE(next.error().retry_after);
  EXPECT_EQ(find(an_id(1)).error().kind, ErrorKind::unavailable);
  proxy.shut(false);
  open(timeouts);
  EXPECT_EQ(find(an_id(1)).value()->version, 2U);
}

TEST_F(PostgresStore, LosesAndRepeatsNothingWhileItsBackendsAreKilled) {
  open();
  std::vector<ports::ActivationWrite> writes;
  for (int i = 1; i <= 60; ++i) writes.push_back(a_new_one(i));
  for (const auto& outcome : write_all(writes)) ASSERT_EQ(outcome.value(), WriteOutcome::applied);
  for (int round = 2; round <= 6; ++round) {
    std::size_t open_steps = writes.size();
    for (auto& last : writes) {
      last = a_step(last.after);
      opened.store->write(shared(last), [&](Result<WriteOutcome> outcome) {
        --open_steps;
        ASSERT_TRUE(outcome) << outcome.error().message();
        EXPECT_EQ(*outcome, WriteOutcome::applied);
      });
    }
    end_backends();
    while (open_steps > 0) inbox.turn();
  }
  EXPECT_EQ(count("ota_history"), std::to_string(60 * 6));
  EXPECT_EQ(count("ota_activation WHERE version = 6 AND history_count = 6"), "60");
}

// -- what the server refuses ------------------------------------------------------------------------------

TEST_F(PostgresStore, RefusesAloneWhatARuleOfTheSchemaForbids) {
  open();
  std::vector<ports::ActivationWrite> writes;
  for (int i = 1; i <= 20; ++i) writes.push_back(a_new_one(i));
  writes[3].after.money_state = ota::MoneyState::captured;
  writes[11].history[0].detail = std::string("a\0b", 3);
  const auto outcomes = write_all(std::move(writes));
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    if (i == 3 || i == 11) {
      ASSERT_FALSE(outcomes[i]);
      EXPECT_EQ(outcomes[i].error().kind, ErrorKind::invalid);
    } else {
      EXPECT_EQ(outcomes[i].value(), WriteOutcome::applied);
    }
  EXPECT_EQ(count("ota_order"), "18");
  EXPECT_EQ(count("ota_order_key"), "18");
}

TEST_F(PostgresStore, FindsManyStraysInOneBatch) {
  open();
  std::vector<ports::ActivationWrite> writes;
  for (int i = 1; i <= 90; ++i) writes.push_back(a_new_one(i));
  for (const auto& outcome : write_all(writes)) ASSERT_TRUE(outcome);
  for (std::size_t i = 0; i < writes.size(); ++i) {
    const auto base = writes[i].after;
    // A third is stale, a third repeats its order, a third is as it should be.
    writes[i] = i % 3 == 1 ? a_new_one(static_cast<int>(i) + 1000) : a_step(base);
    if (i % 3 == 1) writes[i].after.order = base.order;
    if (i % 3 == 0) writes[i].after.version += 4, writes[i].base_version += 4;
  }
  const auto outcomes = write_all(std::move(writes));
  constexpr std::array kWanted{WriteOutcome::stale, WriteOutcome::duplicate_order, WriteOutcome::applied};
  for (std::size_t i = 0; i < outcomes.size(); ++i) EXPECT_EQ(outcomes[i].value(), kWanted[i % 3]) << i;
}

TEST_F(PostgresStore, TriesAgainWhatCollidedWithOthers) {
  open();
  fail_history(2, "40001");
  EXPECT_EQ(write(a_new_one(1)).value(), WriteOutcome::applied);
  EXPECT_EQ(count("ota_history"), "1");
}

TEST_F(PostgresStore, SaysThatTheDiskIsFullAndGoesOnOnceItIsNot) {
  open();
  fail_history(1, "53100");
  const auto full = write(a_new_one(1));
  ASSERT_FALSE(full);
  EXPECT_EQ(std::pair(full.error().kind, full.error().applied), std::pair(ErrorKind::exhausted, Applied::no));
  EXPECT_TRUE(full.error().retry_after);
  EXPECT_EQ(write(a_new_one(1)).value(), WriteOutcome::applied);
}

TEST_F(PostgresStore, StopsForGoodWhenTheServerCannotUseItsFilesAndTellsItsOwner) {
  open();
  fail_history(1, "58030");
  EXPECT_EQ(write(a_new_one(1)).error().kind, ErrorKind::internal);
  const auto second = write(a_new_one(1));
  ASSERT_FALSE(second) << "the server would take it again";
  EXPECT_THAT(second.error().detail, ::testing::HasSubstr("has stopped after a failure"));
  while (broken == 0) inbox.turn();
  EXPECT_EQ(broken, 1);
}

TEST_F(PostgresStore, StopsForGoodWhereItsTablesAreGone) {
  open();
  beside.run("ALTER TABLE ota_history RENAME TO elsewhere");
  EXPECT_FALSE(write(a_new_one(1)));
  while (broken == 0) inbox.turn();
  EXPECT_EQ(broken, 1);
}

TEST_F(PostgresStore, DoesNotWaitForALockForEver) {
  auto timeouts = kShort;
  timeouts.lock = Millis(100);
  open(timeouts);
  ASSERT_EQ(write(a_new_one(1)).value(), WriteOutcome::applied);
  beside.run("BEGIN; LOCK TABLE ota_activation IN ACCESS EXCLUSIVE MODE");
  const auto locked = write(a_new_one(2));
  ASSERT_FALSE(locked);
  EXPECT_EQ(std::pair(locked.error().kind, locked.error().applied),
            std::pair(ErrorKind::unavailable, Applied::no));
  beside.run("ROLLBACK");
  EXPECT_EQ(write(a_new_one(2)).value(), WriteOutcome::applied);
}

TEST_F(PostgresStore, DoesNotWaitForAStatementForEver) {
  auto timeouts = kShort;
  timeouts.statement = Millis(100);
  open(timeouts);
  beside.run("BEGIN; LOCK TABLE ota_activation IN ACCESS EXCLUSIVE MODE");
  const auto late = write(a_new_one(1));
  ASSERT_FALSE(late);
  EXPECT_EQ(std::pair(late.error().kind, late.error().applied), std::pair(ErrorKind::timed_out, Applied::no));
  beside.run("ROLLBACK");
}

TEST_F(PostgresStore, FindsItsWayBackFromADatabaseClosedForWrites) {
  auto timeouts = kShort;
  timeouts.outage = Millis(200);
  open(timeouts);
  const auto close_for_writes = [&](const char* whether) {
    beside.run(
        fmt::format("SET default_transaction_read_only = off; ALTER DATABASE {} SET "
                    "default_transaction_read_only = {}",
                    database.name(), whether));
  };
  close_for_writes("on");
  end_backends();
  const auto refused = write(a_new_one(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(std::pair(refused.error().kind, refused.error().applied),
            std::pair(ErrorKind::unavailable, Applied::no));
  EXPECT_NE(refused.error().detail.find("read-only"), std::string::npos) << refused.error().detail;
  close_for_writes("off");
  Result<WriteOutcome> outcome = write(a_new_one(1));
  while (!outcome) outcome = write(a_new_one(1));
  EXPECT_EQ(*outcome, WriteOutcome::applied);
}

TEST_F(PostgresStore, SaysThatThereAreTooManyConnections) {
  open();
  opened = {};
  const std::string role = database.name() + "_user";
  beside.run(
      fmt::format("DO $$ BEGIN CREATE ROLE {0} LOGIN PASSWORD 'secret'; EXCEPTION WHEN duplicate_object "
                  "THEN NULL; END $$; GRANT ALL ON ALL TABLES IN SCHEMA public TO {0}; GRANT USAGE ON "
                  "SCHEMA public TO {0}; ALTER DATABASE {1} CONNECTION LIMIT 0",
                  role, database.name()));
  auto url = database.url();
  const auto user = url.find("://") + 3;
  url.replace(user, url.find('@') - user, role + ":secret");
  auto timeouts = kShort;
  timeouts.outage = Millis(200);
  const auto made =
      open_postgres({.url = url, .node = "n1", .post = [](auto) {}, .now = kNow, .timeouts = timeouts});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::exhausted) << made.error().message();
  EXPECT_EQ(made.error().message().find("secret"), std::string::npos);
  beside.run(fmt::format("ALTER DATABASE {} CONNECTION LIMIT -1", database.name()));
  open_as(url, timeouts);
  EXPECT_EQ(write(a_new_one(1)).value(), WriteOutcome::applied);
  opened = {};
  beside.run(fmt::format("DROP OWNED BY {0}; DROP ROLE {0}", role));
}

TEST_F(PostgresStore, KeepsHistoryFromEverybody) {
  open();
  ASSERT_EQ(write(a_new_one(1)).value(), WriteOutcome::applied);
  for (const auto* change :
       {"UPDATE ota_history SET actor = 'x'", "DELETE FROM ota_history", "TRUNCATE ota_history"})
    EXPECT_THROW(beside.run(change), std::runtime_error);
  EXPECT_EQ(count("ota_history"), "1");
}

}  // namespace
}  // namespace contactor::store::testing
