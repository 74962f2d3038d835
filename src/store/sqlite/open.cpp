#include "store/sqlite/open.h"

#include "store/open.h"
#include "store/sqlite/store.h"

namespace contactor::store {
namespace {

using sqlite::Connection;
using sqlite::LockFile;

Result<std::string> path_of(std::string_view url) {
  if (url.starts_with("sqlite:")) url.remove_prefix(7);
  if (url.empty() || url.find("://") != url.npos || url == ":memory:")
    return fail(ErrorKind::invalid, "store", "the database is named as sqlite:PATH");
  return std::string(url);
}

Result<std::unique_ptr<LockFile>> take_lock(const std::string& path) {
  CTR_TRY(lock, LockFile::take(path));
  return std::make_unique<LockFile>(std::move(lock));
}

/// Damage is found now, not in the middle of the night. The whole check reads every page, so that a large
/// database is opened after its header and schema were read; `contactor audit verify` reads the rest.
Status check_file(Connection& connection) {
  constexpr int kPagesCheckedAtOpen = 16'384;
  CTR_TRY(pages, connection.rows("PRAGMA page_count"));
  const bool small = pages.empty() || std::atoi(pages[0].at(0).c_str()) <= kPagesCheckedAtOpen;
  CTR_TRY(rows, connection.rows(small ? "PRAGMA quick_check(1)" : "SELECT 'ok' FROM sqlite_schema LIMIT 1"));
  if (rows.empty() || rows[0].at(0) == "ok") return {};
  return fail(ErrorKind::internal, "store", fmt::format("the database file is damaged: {}", rows[0].at(0)));
}

Status prepare_schema(Connection& connection, const SqliteParams& params) {
  Migrations migrations(connection);
  CTR_CHECK(migrations.verify());
  if (params.upgrade) return migrations.upgrade(migrations.head(), params.now);
  CTR_TRY(at, migrations.current());
  if (at >= migrations.head()) return {};
  return fail(
      ErrorKind::conflict, "store",
      fmt::format(
          "the database has schema revision {}, this program needs {}: run `contactor migrate upgrade head`",
          at, migrations.head()));
}

/// Who held the file before is gone, the lock says so: what it had leased is free. A day that was taken for
/// the reminder stays taken.
Status end_leases(Connection& connection) {
  return connection.run("DELETE FROM fleet_lease WHERE name LIKE 'fleet:%'");
}

}  // namespace

Result<std::unique_ptr<ports::Store>> open_sqlite(SqliteParams params) {
  CTR_TRY(path, path_of(params.path));
  sqlite::Opened opened;
  CTR_TRY(lock, take_lock(path));
  opened.lock = std::move(lock);
  CTR_TRY(writing, Connection::open({.path = path,
                                     .role = sqlite::Role::writer,
                                     .cache_kib = params.cache_kib,
                                     .checkpoint_pages = params.checkpoint_pages}));
  opened.writing = std::move(writing);
  CTR_CHECK(check_file(*opened.writing));
  CTR_CHECK(prepare_schema(*opened.writing, params));
  CTR_CHECK(end_leases(*opened.writing));
  CTR_TRY(reading,
          Connection::open({.path = path, .role = sqlite::Role::reader, .cache_kib = params.cache_kib / 2}));
  opened.reading = std::move(reading);
  return std::make_unique<sqlite::Store>(std::move(params), std::move(opened));
}

namespace sqlite {

Status with_migrations(const std::string& url, const std::function<Status(Migrations&)>& work) {
  CTR_TRY(path, path_of(url));
  CTR_TRY(lock, take_lock(path));
  CTR_TRY(connection, Connection::open({.path = path}));
  Migrations migrations(*connection);
  return work(migrations);
}

Status with_migrations_read(const std::string& url, const std::function<Status(Migrations&)>& work) {
  CTR_TRY(path, path_of(url));
  CTR_TRY(connection, Connection::open({.path = path, .role = sqlite::Role::reader}));
  Migrations migrations(*connection);
  return work(migrations);
}

}  // namespace sqlite

}  // namespace contactor::store
