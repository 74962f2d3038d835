#include "store/migrations.h"

#include <cstdlib>
#include <fstream>

#include "store/backends_test.h"
#include "store/later_migrations_test.h"
#include "store/sqlite/connection.h"
#include "store/step_notices_test.h"

namespace contactor::store::testing {
namespace {

std::string schema_of(sqlite::Connection& connection) {
  std::string schema = "-- Generated: the sum of all migrations in SQLite's dialect.\n";
  const auto rows = *connection.rows(
      "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'schema_migration' ORDER BY tbl_name, "
      "type DESC, name");
  for (const auto& row : rows) schema += "\n" + row.at(0) + ";\n";
  return schema;
}

struct MigrationsTest : ::testing::Test {
  Folder folder;
  std::unique_ptr<sqlite::Connection> connection =
      *sqlite::Connection::open({.path = folder.file("test.db")});
  Migrations migrations{*connection};
};

TEST_F(MigrationsTest, SchemaFileIsTheSumOfMigrations) {
  ASSERT_TRUE(migrations.upgrade(migrations.head(), kNow));
  if (std::getenv("CTR_WRITE_SCHEMA") != nullptr) std::ofstream(CTR_SCHEMA_FILE) << schema_of(*connection);
  std::ifstream in(CTR_SCHEMA_FILE);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), schema_of(*connection))
      << "write it anew with CTR_WRITE_SCHEMA=1";
}

TEST_F(MigrationsTest, EachStepGoesUpAndDownAgain) {
  const std::string empty = schema_of(*connection);
  for (int revision = 1; revision <= migrations.head(); ++revision) {
    const std::string before = schema_of(*connection);
    ASSERT_TRUE(migrations.upgrade(revision, kNow));
    const bool is_empty = render(known_migrations()[static_cast<std::size_t>(revision - 1)],
                                 Direction::upgrade, Dialect::sqlite)
                              .find_first_not_of('\n') == std::string::npos;
    EXPECT_EQ(schema_of(*connection) == before, is_empty);
    ASSERT_TRUE(migrations.downgrade(revision - 1));
    EXPECT_EQ(schema_of(*connection), before);
    ASSERT_TRUE(migrations.upgrade(revision, kNow));
  }
  EXPECT_EQ(migrations.current().value(), migrations.head());
  ASSERT_TRUE(migrations.downgrade(0));
  EXPECT_EQ(schema_of(*connection), empty);
  EXPECT_EQ(migrations.current().value(), 0);
}

TEST_F(MigrationsTest, ProgramsWithAndWithoutBusyVehiclesWriteTheSameLedgers) {
  const std::string ledger =
      "INSERT INTO ota_ledger (vin, shard, version, generation, last_command_id, sends) VALUES ";
  ASSERT_TRUE(migrations.upgrade(2, kNow));
  ASSERT_TRUE(connection->run(ledger + "('A', 1, 1, 1, 'a', x'')"));
  ASSERT_TRUE(migrations.upgrade(3, kNow));
  ASSERT_TRUE(connection->run(ledger + "('B', 1, 1, 1, 'b', x'')"));
  const auto busy = connection->rows("SELECT vin, busy_until FROM ota_ledger ORDER BY vin").value();
  EXPECT_EQ(busy, (std::vector<Sql::Row>{{"A", "0"}, {"B", "0"}}));
  ASSERT_TRUE(connection->run("UPDATE ota_ledger SET busy_until = 5"));
  ASSERT_TRUE(migrations.downgrade(2));
  EXPECT_EQ(connection->rows("SELECT vin, version FROM ota_ledger ORDER BY vin").value(),
            (std::vector<Sql::Row>{{"A", "1"}, {"B", "1"}}));
}

TEST_F(MigrationsTest, NoticesOfStepsBecomeRowsOnTheWayDown) {
  const int revision = revision_of("step_notices");
  ASSERT_TRUE(migrations.upgrade(revision, kNow));
  ASSERT_TRUE(connection->run(step_notices_sql("", "")));
  ASSERT_TRUE(migrations.downgrade(revision - 1));
  const auto rows = *connection->rows(kNoticeRows);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].at(0), "A unavailable 2 new");
  EXPECT_EQ(rows[1].at(0), "B unavailable 1 a \"b\"");
  EXPECT_EQ(rows[2].at(0), "C sent 3 late");
}

TEST_F(MigrationsTest, TellsWhatWasAppliedAndWhen) {
  ASSERT_TRUE(migrations.upgrade(migrations.head(), kNow));
  const auto applied = migrations.history().value();
  ASSERT_EQ(applied.size(), known_migrations().size());
  EXPECT_EQ(applied[0].name, "ota");
  EXPECT_EQ(applied[0].applied_at, kNow);
  EXPECT_EQ(applied[0].checksum, checksum_of(known_migrations()[0], Dialect::sqlite));
}

TEST_F(MigrationsTest, RefusesAMigrationThatWasChangedAfterwards) {
  ASSERT_TRUE(migrations.upgrade(migrations.head(), kNow));
  ASSERT_TRUE(connection->run("UPDATE schema_migration SET checksum='other' WHERE rev=1"));
  EXPECT_EQ(migrations.verify().error().kind, ErrorKind::conflict);
}

TEST_F(MigrationsTest, KnowsADatabaseWhoseChecksumWasThatOfTheWholeFile) {
  ASSERT_TRUE(migrations.upgrade(1, kNow));
  ASSERT_TRUE(
      connection->run("UPDATE schema_migration SET checksum="
                      "'55ae41908bf4d1741b7db3f24495c6b95272c0a73da640b04ff750d3b4465294'"));
  EXPECT_TRUE(migrations.verify());
  EXPECT_TRUE(migrations.upgrade(migrations.head(), kNow));
}

TEST(Checksum, IsThatOfTheStatementsOfOneDialect) {
  const Migration one{.revision = 1, .name = "x", .text = "-- upgrade\na\n-- postgres: b\n-- downgrade\nc\n"};
  Migration other = one;
  other.text = "-- words\n-- upgrade\na\n\n-- postgres: d\n-- downgrade\nc\n";
  EXPECT_EQ(checksum_of(one, Dialect::sqlite), checksum_of(other, Dialect::sqlite));
  EXPECT_NE(checksum_of(one, Dialect::postgres), checksum_of(other, Dialect::postgres));
}

TEST_F(MigrationsTest, AProgramWorksOnTheNextRevisionWhereThatAllowsIt) {
  LaterMigrations later;
  later.add(migrations.head());
  Migrations next(*connection, later.all);
  ASSERT_TRUE(next.upgrade(next.head(), kNow));
  EXPECT_TRUE(migrations.verify());
  EXPECT_TRUE(migrations.upgrade(migrations.head(), kNow)) << "it leaves the schema as it is";
  EXPECT_EQ(migrations.current().value(), next.head());
  EXPECT_EQ(migrations.history().value().back().oldest_program, migrations.head());
  const auto taken_back = migrations.downgrade(migrations.head());
  ASSERT_FALSE(taken_back) << "it does not know how";
  EXPECT_EQ(taken_back.error().kind, ErrorKind::conflict);
  ASSERT_TRUE(next.downgrade(migrations.head()));
  EXPECT_EQ(migrations.current().value(), migrations.head());
}

TEST_F(MigrationsTest, RefusesANextRevisionThatDoesNotAllowTheProgramBefore) {
  LaterMigrations later;
  later.add(migrations.head() + 1);
  Migrations next(*connection, later.all);
  ASSERT_TRUE(next.upgrade(next.head(), kNow));
  EXPECT_EQ(migrations.verify().error().kind, ErrorKind::conflict);
  EXPECT_THAT(migrations.verify().error().detail, ::testing::HasSubstr("not made for programs before"));
  EXPECT_EQ(migrations.upgrade(migrations.head(), kNow).error().kind, ErrorKind::conflict);
}

TEST_F(MigrationsTest, RefusesASchemaThatIsTwoRevisionsAhead) {
  LaterMigrations later;
  later.add(migrations.head());
  later.add(migrations.head());
  Migrations next(*connection, later.all);
  ASSERT_TRUE(next.upgrade(next.head(), kNow));
  EXPECT_EQ(migrations.verify().error().kind, ErrorKind::conflict);
  EXPECT_THAT(migrations.verify().error().detail, ::testing::HasSubstr("one revision behind"));
}

TEST_F(MigrationsTest, ARevisionThatSaysNothingAllowsNoProgramBeforeIt) {
  // As in databases that were made before revisions said whom they allow.
  ASSERT_TRUE(connection->run(
      "CREATE TABLE schema_migration (rev INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, "
      "applied_at BIGINT NOT NULL)"));
  const int next = migrations.head() + 1;
  ASSERT_TRUE(
      connection->run(fmt::format("INSERT INTO schema_migration VALUES ({}, 'later', 'x', 0)", next)));
  EXPECT_EQ(migrations.history().value().back().oldest_program, next);
  EXPECT_EQ(migrations.verify().error().kind, ErrorKind::conflict);
}

TEST_F(MigrationsTest, ATableWithoutTheOldestProgramGetsItWithTheNextStep) {
  ASSERT_TRUE(migrations.upgrade(1, kNow));
  ASSERT_TRUE(connection->run("ALTER TABLE schema_migration DROP COLUMN oldest_program"));
  ASSERT_TRUE(migrations.upgrade(migrations.head(), kNow));
  EXPECT_EQ(migrations.history().value().front().oldest_program, 1);
}

TEST(OldestProgram, IsTheOneBeforeAtMost) {
  for (const auto& migration : known_migrations()) {
    EXPECT_LE(oldest_program_of(migration), migration.revision);
    EXPECT_GE(oldest_program_of(migration), std::max(migration.revision - 1, 1)) << migration.name;
  }
}

TEST_F(MigrationsTest, TakesBackAStepThatFailsHalfway) {
  const std::array broken{
      Migration{.revision = 1,
                .name = "broken",
                .text = "-- upgrade\nCREATE TABLE a (x);\nNONSENSE;\n-- downgrade\nDROP TABLE a;\n"}};
  Migrations half(*connection, broken);
  EXPECT_FALSE(half.upgrade(1, kNow));
  EXPECT_EQ(half.current().value(), 0);
  EXPECT_TRUE(connection->run("CREATE TABLE a (x)"));
}

TEST_F(MigrationsTest, RefusesRevisionsThatDoNotExist) {
  EXPECT_EQ(migrations.upgrade(99, kNow).error().kind, ErrorKind::invalid);
  EXPECT_EQ(migrations.downgrade(-1).error().kind, ErrorKind::invalid);
}

TEST(Render, KeepsOneDialectsLines) {
  const Migration migration{
      .revision = 1,
      .name = "x",
      .text = "-- upgrade\n  -- sqlite: a,\n  -- postgres: b,\n-- words\nc\n-- downgrade\nd\n"};
  EXPECT_EQ(render(migration, Direction::upgrade, Dialect::sqlite), "a,\nc\n");
  EXPECT_EQ(render(migration, Direction::upgrade, Dialect::postgres), "b,\nc\n");
  EXPECT_EQ(render(migration, Direction::downgrade, Dialect::sqlite), "d\n");
}

}  // namespace
}  // namespace contactor::store::testing
