#include "store/sqlite/charging_db.h"
#include "store/sqlite/connection.h"

namespace contactor::store::sqlite {
namespace {

/// Row after row, as they were filled.
class Rows final : public SqlRows {
 public:
  using Value = std::variant<std::monostate, std::int64_t, std::string>;
  explicit Rows(std::size_t width) : width_(width) {}
  void null() override { values_.emplace_back(); }
  void number(std::int64_t value) override { values_.emplace_back(value); }
  void text(std::string_view value) override { values_.emplace_back(std::string(value)); }
  [[nodiscard]] bool empty() const override { return values_.empty(); }

  [[nodiscard]] std::size_t size() const { return values_.size() / width_; }
  [[nodiscard]] std::span<const Value> row(std::size_t index) const {
    return std::span(values_).subspan(index * width_, width_);
  }

 private:
  std::size_t width_;
  std::vector<Value> values_;
};

class Row final : public SqlRow {
 public:
  explicit Row(Statement& statement) : statement_(statement) {}
  [[nodiscard]] bool is_null() const override { return statement_.next_is_null(); }
  void skip() override { statement_.skip(1); }
  [[nodiscard]] std::int64_t number() override { return statement_.read_number(); }
  [[nodiscard]] std::string_view text() override { return statement_.read_text(); }

 private:
  Statement& statement_;
};

/// Ends a statement that may have rows left, so that it holds no snapshot open.
struct Ended {
  Statement& statement;
  ~Ended() { statement.end(); }
};

template <class Value>
void bind(Statement& statement, const Value& value) {
  std::visit(
      [&](const auto& one) {
        using One = std::remove_cvref_t<decltype(one)>;
        if constexpr (std::is_same_v<One, std::monostate>)
          statement.null();
        else if constexpr (std::is_same_v<One, std::int64_t>)
          statement.number(one);
        else
          statement.text(one);
      },
      value);
}

Status run(Statement& statement, const ReadRow& read) {
  const Ended ended{statement};
  Row row(statement);
  for (;;) {
    CTR_TRY(found, statement.step());
    if (!found) return {};
    CTR_CHECK(read(row));
  }
}

}  // namespace

std::unique_ptr<SqlRows> ChargingDb::rows(std::span<const SqlColumn> columns) {
  return std::make_unique<Rows>(columns.size());
}

std::string ChargingDb::rows_sql(std::span<const SqlColumn> columns) const {
  std::string text;
  for (std::size_t i = 0; i < columns.size(); ++i)
    text += fmt::format("{}?{} AS {}", i == 0 ? "" : ", ", i + 1, columns[i].name);
  return fmt::format("(SELECT {}) AS i", text);
}

Status ChargingDb::each(const SqlText& text, SqlRows& rows, const ReadRow& read) {
  auto& all = static_cast<Rows&>(rows);
  for (std::size_t i = 0; i < all.size(); ++i) {
    CTR_TRY(statement, connection_.prepare(text.sql));
    statement->start();
    for (const auto& value : all.row(i)) bind(*statement, value);
    CTR_CHECK(run(*statement, read));
  }
  return {};
}

Status ChargingDb::ask(const SqlText& text, std::span<const SqlValue> values, const ReadRow& read) {
  CTR_TRY(statement, connection_.prepare(text.sql));
  statement->start();
  for (const auto& value : values) bind(*statement, value);
  return run(*statement, read);
}

}  // namespace contactor::store::sqlite
