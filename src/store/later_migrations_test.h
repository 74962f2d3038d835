#pragma once

#include <deque>
#include <stdexcept>
#include <string>
#include <vector>

#include "store/conformance.h"
#include "store/migrations.h"
#include "store/open.h"

namespace contactor::store::testing {

/// The revisions of this program, and later ones that only add columns; each says whom it allows.
struct LaterMigrations {
  std::deque<std::string> texts;
  std::vector<Migration> all{known_migrations().begin(), known_migrations().end()};

  void add(int oldest_program, const std::vector<std::string>& tables = {"vehicle"}) {
    const int revision = static_cast<int>(all.size()) + 1;
    std::string up;
    std::string down;
    for (const auto& table : tables) {
      up += fmt::format("ALTER TABLE \"{}\" ADD COLUMN later_{} INTEGER NOT NULL DEFAULT 0;\n", table,
                        revision);
      down += fmt::format("ALTER TABLE \"{}\" DROP COLUMN later_{};\n", table, revision);
    }
    texts.push_back(
        fmt::format("-- oldest program: {}\n-- upgrade\n{}-- downgrade\n{}", oldest_program, up, down));
    all.push_back({.revision = revision, .name = "later", .text = texts.back()});
  }
};

/// Makes a database of the revision after this program's, in which each table has one more column.
inline void make_one_revision_ahead(const std::string& url) {
  const auto made = with_migrations(url, [](Migrations& ours) -> Status {
    CTR_CHECK(ours.upgrade(ours.head(), kNow));
    CTR_TRY(rows, ours.sql().rows(ours.sql().dialect() == Dialect::sqlite
                                      ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN "
                                        "('schema_migration', 'sqlite_sequence')"
                                      : "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = "
                                        "current_schema()::regnamespace AND relname <> 'schema_migration'"));
    std::vector<std::string> tables;
    for (const auto& row : rows) tables.push_back(row.at(0));
    LaterMigrations later;
    later.add(ours.head(), tables);
    return Migrations(ours.sql(), later.all).upgrade(ours.head() + 1, kNow);
  });
  if (!made) throw std::runtime_error(made.error().message());
}

}  // namespace contactor::store::testing
