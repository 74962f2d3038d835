#pragma once

#include <concepts>
#include <optional>
#include <string>

#include "store/postgres/values.h"

namespace contactor::store::postgres {

/// One column of a rowset as it travels. Many columns are empty in nearly every row: one in which all rows
/// are empty travels as a single NULL.
struct Column {
  enum class Empty : std::uint8_t { never, null, zero };  ///< zero: 0, false or ''
  std::string_view name;
  Type type = Type::int8;
  Empty empty = Empty::never;
};

/// Rows of one table, kept by column: what `unnest` turns back into rows at the server.
/// Filled value by value in the order of the columns.
class Rowset {
 public:
  explicit Rowset(std::span<const Column> columns);

  void clear();
  template <std::integral T>
  Rowset& number(T value) {
    return put_number(static_cast<std::int64_t>(value));
  }
  Rowset& moment(Instant at) { return put_number(at.millis()); }
  Rowset& moment(const std::optional<Instant>& at) { return at ? moment(*at) : null(); }
  Rowset& text(std::string_view value);
  Rowset& blob(std::span<const std::uint8_t> value) {
    return text({reinterpret_cast<const char*>(value.data()), value.size()});
  }
  Rowset& null();

  [[nodiscard]] std::size_t size() const { return columns_.front().array.size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }
  /// One parameter for each column.
  void bind(Values& values);

 private:
  struct Held {
    Column column;
    Array array;
    bool has_values = false;
  };
  Rowset& put_number(std::int64_t value);
  Held& next();

  std::vector<Held> columns_;
  std::size_t at_ = 0;
};

/// `(SELECT unnest($1::int4[]) AS shard, …) AS i`: the rows of a rowset whose first parameter is `first`.
[[nodiscard]] std::string rows_sql(std::span<const Column> columns, int first = 1);
/// `i.shard, coalesce(i.retries, 0), …`
[[nodiscard]] std::string values_sql(std::span<const Column> columns);
/// `shard, retries, …`
[[nodiscard]] std::string names_sql(std::span<const Column> columns);
/// `version = i.version, …` for all columns from the `from`th on.
[[nodiscard]] std::string assignments_sql(std::span<const Column> columns, std::size_t from);

}  // namespace contactor::store::postgres
