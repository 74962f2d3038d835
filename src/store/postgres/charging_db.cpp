#include <mutex>
#include <unordered_map>

#include "store/postgres/charging_db.h"
#include "store/postgres/rowset.h"
#include "store/postgres/statements.h"

namespace contactor::store::postgres {
namespace {

Type type_of(SqlType type) {
  switch (type) {
    case SqlType::text:
      return Type::text;
    case SqlType::int8:
      return Type::int8;
    case SqlType::int4:
      return Type::int4;
    case SqlType::boolean:
      return Type::boolean;
  }
  return Type::text;
}

std::vector<Column> wire_of(std::span<const SqlColumn> columns) {
  std::vector<Column> wire;
  for (const auto& column : columns)
    wire.push_back({.name = column.name,
                    .type = type_of(column.type),
                    .empty = column.may_be_null ? Column::Empty::null : Column::Empty::never});
  return wire;
}

class Rows final : public SqlRows {
 public:
  explicit Rows(std::span<const SqlColumn> columns) : rows_(wire_of(columns)) {}
  void null() override { rows_.null(); }
  void number(std::int64_t value) override { rows_.number(value); }
  void text(std::string_view value) override { rows_.text(value); }
  [[nodiscard]] bool empty() const override { return rows_.empty(); }
  [[nodiscard]] Values bound() {
    Values values;
    rows_.bind(values);
    return values;
  }

 private:
  Rowset rows_;
};

class Row final : public SqlRow {
 public:
  explicit Row(Answer& answer) : answer_(answer) {}
  [[nodiscard]] bool is_null() const override { return answer_.next_is_null(); }
  void skip() override { answer_.skip(1); }
  [[nodiscard]] std::int64_t number() override { return answer_.read_number(); }
  [[nodiscard]] std::string_view text() override { return answer_.read_text(); }

 private:
  Answer& answer_;
};

/// The statement of a text; both live for ever.
const Statement& statement_of(const SqlText& text) {
  static std::mutex mutex;
  static std::unordered_map<const SqlText*, std::unique_ptr<const Statement>> statements;
  const std::lock_guard lock(mutex);
  auto& statement = statements[&text];
  if (!statement) statement = std::make_unique<const Statement>(Statement{text.name.c_str(), text.sql});
  return *statement;
}

Error error_in(const Refusal& refusal) { return refusal.error ? *refusal.error : error_of(refusal.failure); }

}  // namespace

std::unique_ptr<SqlRows> ChargingDb::rows(std::span<const SqlColumn> columns) {
  return std::make_unique<Rows>(columns);
}

std::string ChargingDb::rows_sql(std::span<const SqlColumn> columns) const {
  return postgres::rows_sql(wire_of(columns));
}

Status ChargingDb::each(const SqlText& text, SqlRows& rows, const ReadRow& read) {
  if (rows.empty()) return {};
  return run(text, static_cast<Rows&>(rows).bound(), read);
}

Status ChargingDb::ask(const SqlText& text, std::span<const SqlValue> values, const ReadRow& read) {
  Values bound;
  for (const auto& value : values) {
    if (const auto* number = std::get_if<std::int64_t>(&value))
      bound.int8(*number);
    else if (const auto* words = std::get_if<std::string_view>(&value))
      bound.text(*words);
    else
      bound.null();
  }
  return run(text, std::move(bound), read);
}

Status ChargingDb::run(const SqlText& text, Values values, const ReadRow& read) {
  Call call{.statement = &statement_of(text), .values = std::move(values)};
  auto answer = writer_.empty() ? transactor_.ask(call) : run_in_transaction(std::move(call));
  if (!answer) return fail(error_in(answer.error()));
  Row row(*answer);
  while (answer->next()) CTR_CHECK(read(row));
  return {};
}

std::expected<Answer, Refusal> ChargingDb::run_in_transaction(Call call) {
  if (!is_open_) {
    std::vector<Call> calls;
    calls.push_back({.statement = &kBegin, .values = {}});
    calls.push_back(std::move(call));
    auto answers = transactor_.begin(calls);
    if (!answers) return std::unexpected(std::move(answers.error()));
    is_open_ = true;
    return std::move(answers->at(1));
  }
  // Only the session that has begun has the transaction.
  const auto lost = [](Error error) {
    return std::unexpected(Refusal{.failure = {}, .error = std::move(error)});
  };
  if (!link_.is_open()) {
    is_open_ = false;
    return lost(Error{.kind = ErrorKind::unavailable,
                      .applied = Applied::no,
                      .origin = "store",
                      .detail = "the connection was lost"});
  }
  auto session = link_.session();
  if (!session) return lost(std::move(session.error()));
  auto answers = (*session)->run({&call, 1});
  if (answers) return std::move(answers->at(0));
  is_open_ = false;  // the session has rolled back
  auto& failure = answers.error();
  if (asks_to_leave(failure)) link_.drop();
  return std::unexpected(Refusal{.failure = std::move(failure), .error = {}});
}

Status ChargingDb::end(std::int64_t number) {
  is_open_ = false;
  const auto mark = [&] { return Values().text(writer_).int8(number); };
  std::vector<Call> calls;
  calls.push_back({.statement = &kMarkCommit, .values = mark()});
  calls.push_back({.statement = &kCommit, .values = {}});
  const auto ended = transactor_.end(calls, {.find = {.statement = &kFindMark, .values = mark()}});
  if (!ended) return fail(error_in(ended.error()));
  return {};
}

void ChargingDb::roll_back() {
  if (!is_open_) return;
  is_open_ = false;
  static const Statement kRollBack{"charging_rollback", "ROLLBACK"};
  const Call call{.statement = &kRollBack, .values = {}};
  if (!link_.is_open()) return;
  auto session = link_.session();
  if (session && !(*session)->run({&call, 1})) link_.drop();
}

}  // namespace contactor::store::postgres
