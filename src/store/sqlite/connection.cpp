#include "store/sqlite/connection.h"

namespace contactor::store::sqlite {

Result<std::unique_ptr<Connection>> Connection::open(const ConnectionParams& params) {
  // Counting every allocation takes a lock that both connections share; nobody reads those counts.
  [[maybe_unused]] static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3* raw = nullptr;
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (params.role == Role::writer ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(params.path.c_str(), &raw, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(raw));
  if (code != SQLITE_OK) {
    auto error = error_of(raw, fmt::format("cannot open {}", params.path));
    error.kind = ErrorKind::unavailable;
    return fail(std::move(error));
  }
  CTR_CHECK(connection->configure(params));
  return connection;
}

Connection::~Connection() {
  prepared_.clear();
  sqlite3_close(raw_);
}

Status Connection::configure(const ConnectionParams& params) {
  sqlite3_busy_timeout(raw_, 5000);
  sqlite3_extended_result_codes(raw_, 0);
  if (params.role == Role::reader)
    // Only the writer may checkpoint: two connections that do can lose pages in SQLite before 3.51.3.
    return run(fmt::format("PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-{};",
                           params.cache_kib));
  CTR_CHECK(run("PRAGMA page_size=4096;"));
  CTR_TRY(mode, rows("PRAGMA journal_mode=WAL"));
  if (mode.empty() || mode[0].at(0) != "wal")
    return fail(ErrorKind::unavailable, "store", "this place cannot hold a database with a write-ahead log");
  return run(
      fmt::format("PRAGMA synchronous=FULL; PRAGMA foreign_keys=OFF; PRAGMA cache_size=-{}; "
                  "PRAGMA wal_autocheckpoint={}; PRAGMA journal_size_limit=67108864;",
                  params.cache_kib, params.checkpoint_pages));
}

Result<Statement*> Connection::prepare(std::string_view text) {
  if (const auto found = prepared_.find(text); found != prepared_.end()) return &found->second;
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v3(raw_, text.data(), static_cast<int>(text.size()), SQLITE_PREPARE_PERSISTENT, &raw,
                         nullptr) != SQLITE_OK)
    return fail(error_of(raw_, "a statement cannot be prepared"));
  return &prepared_.emplace(text, Statement(raw)).first->second;
}

Status Connection::run(std::string_view script) {
  if (sqlite3_exec(raw_, std::string(script).c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return fail(error_of(raw_, script.size() < 40 ? script : "a script failed"));
  return {};
}

Result<std::vector<Sql::Row>> Connection::rows(std::string_view query) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(raw_, query.data(), static_cast<int>(query.size()), &raw, nullptr) != SQLITE_OK)
    return fail(error_of(raw_, "a query cannot be prepared"));
  const int width = sqlite3_column_count(raw);
  Statement statement(raw);
  std::vector<Row> rows;
  for (;;) {
    CTR_TRY(row, statement.step());
    if (!row) return rows;
    auto& texts = rows.emplace_back();
    for (int i = 0; i < width; ++i) texts.emplace_back(statement.read_text());
  }
}

}  // namespace contactor::store::sqlite
