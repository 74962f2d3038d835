#include "store/sqlite/statement.h"

namespace contactor::store::sqlite {

Error error_of(sqlite3* database, std::string_view during) {
  Error error{.kind = ErrorKind::internal,
              .origin = "store",
              .detail = fmt::format("{}: {}", during, sqlite3_errmsg(database))};
  switch (sqlite3_errcode(database)) {
    case SQLITE_FULL:
      error.kind = ErrorKind::exhausted;
      error.detail = "the disk is full";
      break;
    case SQLITE_CONSTRAINT:
      error.kind = ErrorKind::invalid;
      error.detail = fmt::format("a rule of the database refused the write: {}", sqlite3_errmsg(database));
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      error.kind = ErrorKind::unavailable;
      break;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      error.detail = fmt::format("the database file is damaged: {}", sqlite3_errmsg(database));
      break;
    default:
      break;
  }
  return error;
}

Statement& Statement::start() {
  sqlite3_reset(raw_.get());
  parameter_ = 0;
  return *this;
}

Statement& Statement::null() {
  sqlite3_bind_null(raw_.get(), ++parameter_);
  return *this;
}

Statement& Statement::text(std::string_view value) {
  // A null pointer would bind NULL instead of an empty text.
  const char* data = value.data() == nullptr ? "" : value.data();
  sqlite3_bind_text64(raw_.get(), ++parameter_, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::blob(std::span<const std::uint8_t> value) {
  const void* data = value.data() == nullptr ? static_cast<const void*>("") : value.data();
  sqlite3_bind_blob64(raw_.get(), ++parameter_, data, value.size(), SQLITE_STATIC);
  return *this;
}

Result<bool> Statement::step() {
  column_ = 0;
  const int code = sqlite3_step(raw_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(raw_.get());
    return false;
  }
  auto error = error_of(sqlite3_db_handle(raw_.get()), "a statement failed");
  sqlite3_reset(raw_.get());
  return fail(std::move(error));
}

Result<int> Statement::run() {
  CTR_TRY(row, step());
  CTR_ASSERT(!row);
  return sqlite3_changes(sqlite3_db_handle(raw_.get()));
}

std::optional<Instant> Statement::read_optional_moment() {
  if (!next_is_null()) return read_moment();
  skip(1);
  return std::nullopt;
}

std::string_view Statement::read_text() {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(raw_.get(), column_));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(raw_.get(), column_++));
  return data == nullptr ? std::string_view() : std::string_view(data, size);
}

std::span<const std::uint8_t> Statement::read_blob() {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(raw_.get(), column_));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(raw_.get(), column_++))};
}

}  // namespace contactor::store::sqlite
