// What only a database in a file can get wrong: a second process, sudden death, a full disk, damage, a newer
// schema.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "store/backends_test.h"
#include "store/fleet_conformance.h"
#include "store/sqlite/commit.h"
#include "store/sqlite/lock_file.h"

namespace contactor::store::testing {
namespace {

using ports::WriteOutcome;

struct Sqlite : ::testing::Test {
  Result<std::unique_ptr<ports::Store>> open() {
    return open_sqlite({.path = path,
                        .post = [this](auto action) { inbox.post(std::move(action)); },
                        .on_broken = [this](const Error&) { ++broken; },
                        .now = kNow});
  }
  Result<WriteOutcome> write(ports::Store& store, ports::ActivationWrite write) {
    std::optional<Result<WriteOutcome>> answer;
    store.write(shared(std::move(write)), [&](Result<WriteOutcome> outcome) { answer = std::move(outcome); });
    while (!answer) inbox.turn();
    return *answer;
  }
  void run(const std::string& sql) { EXPECT_TRUE((*sqlite::Connection::open({.path = path}))->run(sql)); }

  Folder folder;
  std::string path = folder.file("test.db");
  Inbox inbox;
  int broken = 0;
};

TEST_F(Sqlite, RefusesMoneyWithoutTheCarsConfirmationAndGoesOnWithTheOthers) {
  const auto store = *open();
  ASSERT_TRUE(write(*store, a_new_one(1)));
  auto bad = a_step(a_new_one(1).after);
  bad.after.money_state = ota::MoneyState::capturing;
  int open_writes = 3;
  std::vector<bool> fine;
  const auto done = [&](Result<WriteOutcome> outcome) {
    --open_writes;
    fine.push_back(outcome && *outcome == WriteOutcome::applied);
    if (!outcome) {
      EXPECT_EQ(outcome.error().kind, ErrorKind::invalid);
    }
  };
  store->write(shared(bad), done);
  store->write(shared(a_new_one(2)), done);
  store->write(shared(a_new_one(3)), done);
  while (open_writes > 0) inbox.turn();
  EXPECT_EQ(std::ranges::count(fine, true), 2);
  EXPECT_EQ(write(*store, a_step(a_new_one(1).after)).value(), WriteOutcome::applied);
  EXPECT_EQ(broken, 0);
}

TEST_F(Sqlite, RefusesAFailedActivationThatKeepsMoney) {
  const auto store = *open();
  auto bad = a_new_one(1);
  bad.after.state = ota::State::Failed;
  bad.after.money_state = ota::MoneyState::captured;
  bad.after.confirmed_at = kNow;
  EXPECT_EQ(write(*store, bad).error().kind, ErrorKind::invalid);
}

TEST_F(Sqlite, RefusesWritesWithGaps) {
  const auto store = *open();
  auto gap = a_new_one(1);
  gap.history[0].seq = 2;
  EXPECT_EQ(write(*store, gap).error().kind, ErrorKind::invalid);
  auto jump = a_new_one(1);
  jump.after.version = 2;
  EXPECT_EQ(write(*store, jump).error().kind, ErrorKind::invalid);
}

TEST_F(Sqlite, NeverChangesOrDeletesHistory) {
  {
    ASSERT_TRUE(write(**open(), a_new_one(1)));
  }
  const auto connection = *sqlite::Connection::open({.path = path});
  EXPECT_FALSE(connection->run("UPDATE ota_history SET detail='x'"));
  EXPECT_FALSE(connection->run("DELETE FROM ota_history"));
}

TEST_F(Sqlite, NeverChangesOrDeletesTheHistoryOfAVehicle) {
  const auto store = *open();
  std::optional<Result<std::vector<ports::FleetOutcome>>> answer;
  fleet_of(*store).write_vehicles({a_vehicle(1)}, [&](auto outcomes) { answer = std::move(outcomes); });
  while (!answer) inbox.turn();
  ASSERT_TRUE(*answer);
  const auto connection = *sqlite::Connection::open({.path = path});
  EXPECT_FALSE(connection->run("UPDATE vehicle_activation_history SET run='x'"));
  EXPECT_FALSE(connection->run("DELETE FROM vehicle_activation_history"));
}

TEST_F(Sqlite, FreesTheLeasesOfWhoeverHeldTheFileBefore) {
  const auto claim = [this](ports::Store& store, std::string name, std::string holder) {
    std::optional<Result<ports::FleetLease>> answer;
    fleet_of(store).claim(std::move(name), std::move(holder), std::chrono::hours(1),
                          [&](auto lease) { answer = std::move(lease); });
    while (!answer) inbox.turn();
    return *answer && (*answer)->granted;
  };
  {
    const auto store = *open();
    ASSERT_TRUE(claim(*store, "fleet:kia", "a process that dies"));
    ASSERT_TRUE(claim(*store, "fleet-digest:2026-11-21", "a process that dies"));
  }
  const auto store = *open();
  EXPECT_TRUE(claim(*store, "fleet:kia", "the next one"));
  EXPECT_FALSE(claim(*store, "fleet-digest:2026-11-21", "the next one")) << "told once a day all the same";
}

TEST_F(Sqlite, MakesTheVehiclesRowOnce) {
  {
    const auto store = *open();
    ASSERT_TRUE(write(*store, a_new_one(1)));
    ASSERT_TRUE(write(*store, a_new_one(2)));
  }
  const auto rows =
      *(*sqlite::Connection::open({.path = path}))->rows("SELECT vin, model FROM vehicle ORDER BY vin");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0], (Sql::Row{std::string(a_vin(1).str()), "ID.3"}));
}

TEST_F(Sqlite, CommitsWhatIsQueuedWhenItIsClosed) {
  int fine = 0;
  {
    const auto store = *open();
    for (int i = 1; i <= 500; ++i)
      store->write(shared(a_new_one(i)), [&](Result<WriteOutcome> outcome) { fine += outcome ? 1 : 0; });
  }
  while (fine < 500) inbox.turn();
  EXPECT_EQ(
      (*(*sqlite::Connection::open({.path = path}))->rows("SELECT COUNT(*) FROM ota_activation")).at(0).at(0),
      "500");
}

TEST_F(Sqlite, RefusesMoreThanItsQueueHolds) {
  auto store = *open_sqlite({.path = path,
                             .post = [this](auto action) { inbox.post(std::move(action)); },
                             .now = kNow,
                             .limits = {.queued = 2, .batch = 1}});
  int refused = 0, open_writes = 200;
  for (int i = 1; i <= 200; ++i)
    store->write(shared(a_new_one(i)), [&](Result<WriteOutcome> outcome) {
      --open_writes;
      if (outcome) return;
      EXPECT_EQ(outcome.error().kind, ErrorKind::exhausted);
      ++refused;
    });
  while (open_writes > 0) inbox.turn();
  EXPECT_GT(refused, 0);
}

TEST_F(Sqlite, KeepsASecondProcessOutAndNamesTheFirst) {
  const auto store = *open();
  const pid_t child = fork();
  if (child == 0) {
    const auto second = open_sqlite({.path = path, .post = [](auto) {}, .now = kNow});
    const bool named = !second && second.error().kind == ErrorKind::conflict &&
                       second.error().detail.find(std::to_string(getppid())) != std::string::npos;
    _exit(named ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST_F(Sqlite, LocksBesideTheDatabaseAndLeavesItAlone) {
  std::ofstream(path) << "precious";
  ASSERT_TRUE(sqlite::LockFile::take(path));
  std::ifstream in(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "precious");
}

TEST_F(Sqlite, RefusesADamagedFile) {
  std::ofstream(path) << std::string(8192, 'x');
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::internal);
  EXPECT_NE(opened.error().detail.find("damaged"), std::string::npos) << opened.error().detail;
}

TEST_F(Sqlite, RefusesASchemaThatIsNewer) {
  {
    ASSERT_TRUE(open());
  }
  run("INSERT INTO schema_migration (rev, name, checksum, applied_at) VALUES (99, 'future', 'x', 0)");
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::conflict);
  EXPECT_NE(opened.error().detail.find("newer"), std::string::npos);
}

TEST_F(Sqlite, StopsForGoodAfterAnErrorOfTheDatabaseAndTellsItsOwner) {
  const auto store = *open();
  ASSERT_TRUE(write(*store, a_new_one(1)));
  // Behind the store's back: the table it writes to is gone.
  run("DROP TABLE ota_history");
  EXPECT_EQ(write(*store, a_new_one(2)).error().kind, ErrorKind::internal);
  run("CREATE TABLE ota_history (x)");
  EXPECT_EQ(write(*store, a_new_one(3)).error().kind, ErrorKind::internal);
  while (broken == 0) inbox.turn();
  EXPECT_EQ(broken, 1);
}

/// Writes until it is killed; tells each acknowledgement, one number a time, through the pipe.
[[noreturn]] void write_until_killed(const std::string& path, int first, int pipe) {
  Inbox inbox;
  const auto store =
      *open_sqlite({.path = path, .post = [&](auto action) { inbox.post(std::move(action)); }, .now = kNow});
  int number = first, open_writes = 0;
  for (;;) {
    for (; open_writes < 50; ++open_writes, ++number)
      store->write(shared(a_new_one(number)), [&, number](Result<WriteOutcome> outcome) {
        --open_writes;
        if (!outcome || ::write(pipe, &number, sizeof number) != sizeof number) _exit(1);
      });
    inbox.turn();
  }
}

TEST_F(Sqlite, LosesNoAcknowledgedWriteToKillNine) {
  std::vector<int> acknowledged;
  std::size_t told = 0;
  for (int round = 0; round < 20; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const int first = 1 + round * 20'000;
    const pid_t child = fork();
    if (child == 0) write_until_killed(path, first, ends[1]);
    close(ends[1]);
    // Each round dies after another number of acknowledgements, in the middle of the next batches.
    const std::size_t until = told + 1 + static_cast<std::size_t>(round) * 37;
    bool killed = false;
    for (int number = 0; read(ends[0], &number, sizeof number) == sizeof number; ++told) {
      acknowledged.push_back(number);
      if (killed || told < until) continue;
      kill(child, SIGKILL);
      killed = true;
    }
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writing process failed in round " << round;
  }
  ASSERT_TRUE(open());  // Recovery and migration check of what is left.
  const auto connection = *sqlite::Connection::open({.path = path});
  EXPECT_EQ((*connection->rows("PRAGMA integrity_check")).at(0).at(0), "ok");
  std::set<std::string> kept;
  const auto rows = *connection->rows("SELECT id FROM ota_activation JOIN ota_history ON activation_id=id");
  for (const auto& row : rows) kept.insert(row[0]);
  EXPECT_GT(acknowledged.size(), 20U);
  for (const int number : acknowledged)
    EXPECT_TRUE(kept.contains(std::to_string(an_id(number).value()))) << number;
}

/// A batch on a connection whose file may not grow: what a full disk looks like to SQLite.
TEST_F(Sqlite, RefusesWritesOnAFullDiskAndGoesOnWhenThereIsRoom) {
  {
    ASSERT_TRUE(open());
  }
  auto connection = *sqlite::Connection::open({.path = path});
  ASSERT_TRUE(connection->run("PRAGMA max_page_count=1"));  // Clamped to the present size.
  int broken_times = 0;
  sqlite::Committer committer(
      *connection, [](auto action) { action(); }, [&](const Error&) { ++broken_times; });
  std::map<ErrorKind, int> refused;
  int fine = 0;
  const auto commit = [&](int first) {
    std::vector<std::unique_ptr<sqlite::Job>> batch;
    for (int i = first; i < first + 200; ++i) {
      auto apply = [write = a_new_one(i)](sqlite::Writer& writer) { return writer.write(write); };
      ports::Done<Result<WriteOutcome>> done = [&](Result<WriteOutcome> outcome) {
        outcome ? ++fine : ++refused[outcome.error().kind];
      };
      batch.push_back(std::make_unique<sqlite::JobOf<WriteOutcome, decltype(apply)>>(i, std::move(apply),
                                                                                     std::move(done)));
    }
    committer.commit(batch);
  };
  commit(1);
  EXPECT_EQ(refused[ErrorKind::exhausted], 200);
  ASSERT_TRUE(connection->run("PRAGMA max_page_count=1000000"));
  commit(1);
  EXPECT_EQ(fine, 200);
  EXPECT_EQ(broken_times, 0);
}

}  // namespace
}  // namespace contactor::store::testing
