#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/instant.h"
#include "base/result.h"
#include "store/migrations.h"

namespace contactor::store {

/// The row that stands ready, read column by column.
class SqlRow {
 public:
  virtual ~SqlRow() = default;
  [[nodiscard]] virtual bool is_null() const = 0;  ///< the next column
  virtual void skip() = 0;
  [[nodiscard]] virtual std::int64_t number() = 0;
  [[nodiscard]] virtual std::string_view text() = 0;  ///< valid until the next row

  [[nodiscard]] std::optional<Instant> moment() {
    if (!is_null()) return Instant::from_millis(number());
    skip();
    return std::nullopt;
  }
};
using ReadRow = std::function<Status(SqlRow&)>;

enum class SqlType : std::uint8_t { text, int8, int4, boolean };
struct SqlColumn {
  std::string_view name;  ///< of a literal, or of the catalogue: it lives for ever
  SqlType type = SqlType::text;
  bool may_be_null = true;
};

/// Rows on their way to a statement, filled value by value in the order of their columns.
class SqlRows {
 public:
  virtual ~SqlRows() = default;
  virtual void null() = 0;
  virtual void number(std::int64_t value) = 0;
  virtual void text(std::string_view value) = 0;
  [[nodiscard]] virtual bool empty() const = 0;
};

/// A statement of either dialect. What is the same in both is written once: `$1::int8` is a parameter, and
/// `{rows}` stands for a table `i` of the rows that it is run with.
struct SqlText {
  std::string name;
  std::string sql;
};
using SqlValue = std::variant<std::monostate, std::int64_t, std::string_view>;

/// One connection to either database, inside of a transaction where anything is written. Thread: its owner's.
class SqlDb {
 public:
  virtual ~SqlDb() = default;
  [[nodiscard]] virtual Dialect dialect() const = 0;
  [[nodiscard]] bool is_postgres() const { return dialect() == Dialect::postgres; }
  [[nodiscard]] virtual std::unique_ptr<SqlRows> rows(std::span<const SqlColumn> columns) = 0;
  /// `{rows}` of such rows.
  [[nodiscard]] virtual std::string rows_sql(std::span<const SqlColumn> columns) const = 0;
  /// Runs it for all rows: at once, or one by one.
  virtual Status each(const SqlText& text, SqlRows& rows, const ReadRow& read) = 0;
  virtual Status ask(const SqlText& text, std::span<const SqlValue> values, const ReadRow& read) = 0;
  /// What was written in this transaction is not to be committed; nothing is written after it.
  virtual void abandon() = 0;
};

/// Text of one dialect, made when it is first needed and kept for ever under its name.
[[nodiscard]] const SqlText& sql_text(const SqlDb& db, std::string_view name,
                                      const std::function<std::string()>& make);

}  // namespace contactor::store
