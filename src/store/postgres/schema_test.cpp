#include <cstdlib>
#include <fstream>
#include <set>

#include "store/backends_test.h"
#include "store/postgres/database_test.h"
#include "store/sqlite/connection.h"

namespace contactor::store::testing {
namespace {

/// In words of our own, so that no other program and none of its versions has a say: columns in their order,
/// then constraints, indexes, triggers and functions by name.
constexpr const char* kSchema = R"(
WITH t AS (SELECT oid, relname, reloptions FROM pg_class WHERE relkind = 'r' AND relname <> 'schema_migration'
             AND relnamespace = current_schema()::regnamespace),
parts AS (
  SELECT t.oid, 1 AS kind, to_char(a.attnum, '0000') AS place,
         '  ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
           || COALESCE(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') AS line
    FROM t JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef AS d ON d.adrelid = t.oid AND d.adnum = a.attnum
  UNION ALL
  SELECT t.oid, 2, c.conname, '  ' || c.conname || ': ' || pg_get_constraintdef(c.oid)
    FROM t JOIN pg_constraint AS c ON c.conrelid = t.oid WHERE c.contype IN ('c', 'f', 'p', 'u')
  UNION ALL
  SELECT t.oid, 3, i.relname, '  ' || pg_get_indexdef(x.indexrelid)
    FROM t JOIN pg_index AS x ON x.indrelid = t.oid JOIN pg_class AS i ON i.oid = x.indexrelid
    WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = x.indexrelid)
  UNION ALL
  SELECT t.oid, 4, g.tgname, '  ' || pg_get_triggerdef(g.oid) FROM t JOIN pg_trigger AS g ON g.tgrelid = t.oid
    WHERE NOT g.tgisinternal)
SELECT relname || COALESCE(' (' || array_to_string(reloptions, ', ') || ')', '') || E'\n'
         || (SELECT string_agg(line, E'\n' ORDER BY kind, place) FROM parts WHERE parts.oid = t.oid) FROM t
UNION ALL
SELECT 'function ' || proname || E'\n' || prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
ORDER BY 1)";

/// Lines that can be read beside each other in a change.
std::string wrapped(std::string_view text) {
  constexpr std::size_t kWidth = 120;
  std::string out;
  std::size_t column = 0;
  for (const char c : text) {
    const bool breaks = c == ' ' && column >= kWidth;
    out += breaks ? "\n     " : std::string(1, c);
    column = breaks || c == '\n' ? 0 : column + 1;
  }
  return out;
}

std::string schema_of(const PostgresDatabase& database) {
  std::string schema = "The sum of all migrations on PostgreSQL, as its catalogue tells it. Generated.\n";
  for (const auto& row : PostgresConnection(database.url()).run(kSchema))
    schema += "\n" + wrapped(row.at(0)) + "\n";
  return schema;
}

/// Table and column, and whether the column may be empty.
using Columns = std::set<std::string>;

Columns columns_of_sqlite() {
  const Folder folder;
  const auto connection = *sqlite::Connection::open({.path = folder.file("test.db")});
  Migrations migrations(*connection);
  if (!migrations.upgrade(migrations.head(), kNow)) throw std::runtime_error("no schema");
  Columns columns;
  const auto rows = *connection->rows(
      "SELECT t.name, c.name, c.\"notnull\" OR c.pk FROM sqlite_master "
      "AS t, pragma_table_info(t.name) AS c "
      "WHERE t.type = 'table' AND t.name <> 'schema_migration'");
  for (const auto& row : rows) columns.insert(row.at(0) + "." + row.at(1) + (row.at(2) == "0" ? "?" : ""));
  return columns;
}

struct PostgresSchema : ::testing::Test {
  Status move(Direction direction, int to) const {
    return with_migrations(database.url(), [&](Migrations& migrations) {
      return direction == Direction::upgrade ? migrations.upgrade(to, kNow) : migrations.downgrade(to);
    });
  }
  [[nodiscard]] static int head() { return static_cast<int>(known_migrations().size()); }

  PostgresDatabase database;
};

TEST_F(PostgresSchema, FileIsTheSumOfMigrations) {
  ASSERT_TRUE(move(Direction::upgrade, head()));
  if (std::getenv("CTR_WRITE_SCHEMA") != nullptr)
    std::ofstream(CTR_POSTGRES_SCHEMA_FILE) << schema_of(database);
  std::ifstream in(CTR_POSTGRES_SCHEMA_FILE);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), schema_of(database))
      << "write it anew with CTR_WRITE_SCHEMA=1";
}

TEST_F(PostgresSchema, HasWhatTheOtherDatabaseHas) {
  ASSERT_TRUE(move(Direction::upgrade, head()));
  Columns ours;
  for (const auto& row :
       PostgresConnection(database.url())
           .run("SELECT table_name, column_name, is_nullable FROM information_schema.columns "
                "WHERE table_schema = current_schema()"))
    ours.insert(row.at(0) + "." + row.at(1) + (row.at(2) == "YES" ? "?" : ""));
  for (const auto& column : columns_of_sqlite()) EXPECT_TRUE(ours.contains(column)) << column;
}

TEST_F(PostgresSchema, EachStepGoesUpAndDownAgain) {
  for (int revision = 1; revision <= head(); ++revision) {
    const std::string before = schema_of(database);
    ASSERT_TRUE(move(Direction::upgrade, revision));
    const std::string after = schema_of(database);
    EXPECT_NE(after, before);
    ASSERT_TRUE(move(Direction::downgrade, revision - 1));
    EXPECT_EQ(schema_of(database), before);
    ASSERT_TRUE(move(Direction::upgrade, revision));
    EXPECT_EQ(schema_of(database), after);
  }
}

}  // namespace
}  // namespace contactor::store::testing
