#pragma once

#include <sqlite3.h>

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"

namespace contactor::store::sqlite {

/// What the connection's last failure means. Constraint: invalid. Full: exhausted. Busy: unavailable. All
/// else: internal.
[[nodiscard]] Error error_of(sqlite3* database, std::string_view during);

/// One prepared statement. Texts and blobs are bound without copies: they must live until the run has ended.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* raw) : raw_(raw) {}

  /// Begins a new run; the bindings that follow count from the first parameter.
  Statement& start();
  Statement& null();
  Statement& text(std::string_view value);
  Statement& blob(std::span<const std::uint8_t> value);
  template <std::integral T>
  Statement& number(T value) {
    sqlite3_bind_int64(raw_.get(), ++parameter_, static_cast<std::int64_t>(value));
    return *this;
  }
  Statement& moment(Instant at) { return number(at.millis()); }
  Statement& moment(const std::optional<Instant>& at) { return at ? moment(*at) : null(); }

  /// True: a row stands ready. False: the run has ended.
  [[nodiscard]] Result<bool> step();
  /// Runs a statement without rows to its end.
  /// @return  the number of rows that it changed.
  [[nodiscard]] Result<int> run();

  // Columns of the row that stands ready, one after another.
  [[nodiscard]] std::int64_t read_number() { return sqlite3_column_int64(raw_.get(), column_++); }
  [[nodiscard]] Instant read_moment() { return Instant::from_millis(read_number()); }
  [[nodiscard]] std::optional<Instant> read_optional_moment();
  [[nodiscard]] std::string_view read_text();
  [[nodiscard]] std::span<const std::uint8_t> read_blob();
  [[nodiscard]] bool next_is_null() const { return sqlite3_column_type(raw_.get(), column_) == SQLITE_NULL; }
  void skip(int columns) { column_ += columns; }
  /// Ends the run early, so that it holds no snapshot open.
  void end() { sqlite3_reset(raw_.get()); }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* raw) const { sqlite3_finalize(raw); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> raw_;
  int parameter_ = 0;
  int column_ = 0;
};

}  // namespace contactor::store::sqlite
