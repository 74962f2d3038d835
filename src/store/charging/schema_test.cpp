#include <gtest/gtest.h>

#include <map>

#include "charging/catalogue.h"
#include "store/backends_test.h"
#include "store/postgres/backend_test.h"
#include "store/sqlite/connection.h"

namespace contactor::store::testing {
namespace {

using Columns = std::vector<std::string>;

/// `name TYPE [NOT NULL]` of one table, in its order, without what stands before `first`.
Columns from(const Columns& all, const std::string& first) {
  const auto at = std::ranges::find_if(all, [&](const auto& line) { return line.starts_with(first + " "); });
  return {at, all.end()};
}

Columns lines_of(const charging::ModelInfo& model, charging::Dialect dialect) {
  Columns lines;
  const auto text = charging::sql_columns(model, dialect);
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

/// The columns of the table are those of the model, in its order; behind them is the store's own. A vehicle's
/// stand among the fleet's, and one that only the fleet knows has no id.
void expect_same(const charging::ModelInfo& model, Columns stored, charging::Dialect dialect) {
  const auto lines = lines_of(model, dialect);
  if (model.name == "vehicle") {
    for (const auto& line : lines) {
      const auto type = line.substr(0, line.find(" NOT NULL"));
      const bool found = std::ranges::any_of(
          stored, [&](const auto& column) { return column == type || column == type + " NOT NULL"; });
      EXPECT_TRUE(found) << "vehicle: " << line;
    }
    return;
  }
  stored = from(stored, std::string(model.fields.front().name));
  ASSERT_GE(stored.size(), lines.size()) << model.name;
  stored.resize(lines.size());
  EXPECT_EQ(stored, lines) << model.name;
}

TEST(ChargingSchema, SqliteHasTheColumnsOfTheCommonModels) {
  const Folder folder;
  const auto connection = *sqlite::Connection::open({.path = folder.file("test.db")});
  Migrations migrations(*connection);
  ASSERT_TRUE(migrations.upgrade(migrations.head(), kNow));
  for (const auto& model : charging::models()) {
    Columns stored;
    const auto rows = *connection->rows(
        fmt::format("SELECT name, type, \"notnull\" FROM pragma_table_info('{}') ORDER BY cid", model.name));
    for (const auto& row : rows)
      stored.push_back(fmt::format("{} {}{}", row.at(0), row.at(1), row.at(2) == "1" ? " NOT NULL" : ""));
    expect_same(model, stored, charging::Dialect::sqlite);
  }
}

TEST(ChargingSchema, PostgresHasTheColumnsOfTheCommonModels) {
  const PostgresDatabase database;
  ASSERT_TRUE(with_migrations(database.url(), [](Migrations& m) { return m.upgrade(m.head(), kNow); }));
  PostgresConnection connection(database.url());
  for (const auto& model : charging::models()) {
    Columns stored;
    for (const auto& row : connection.run(
             fmt::format("SELECT attname, upper(format_type(atttypid, atttypmod)), attnotnull::int FROM "
                         "pg_attribute WHERE "
                         "attrelid = '{}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
                         model.name)))
      stored.push_back(fmt::format("{} {}{}", row.at(0), row.at(1), row.at(2) == "1" ? " NOT NULL" : ""));
    expect_same(model, stored, charging::Dialect::postgres);
  }
}

}  // namespace
}  // namespace contactor::store::testing
