#pragma once

#include "store/charging/sql_db.h"
#include "store/postgres/transactor.h"

namespace contactor::store::postgres {

/// PostgreSQL's side of charging's statements: all rows of a statement travel as one array a column. What
/// writes goes into one transaction, begun with its first statement.
class ChargingDb final : public SqlDb {
 public:
  /// @param writer  empty: for reading only.
  ChargingDb(Link& link, std::string writer) : link_(link), transactor_(link), writer_(std::move(writer)) {}
  [[nodiscard]] Dialect dialect() const override { return Dialect::postgres; }
  [[nodiscard]] std::unique_ptr<SqlRows> rows(std::span<const SqlColumn> columns) override;
  [[nodiscard]] std::string rows_sql(std::span<const SqlColumn> columns) const override;
  Status each(const SqlText& text, SqlRows& rows, const ReadRow& read) override;
  Status ask(const SqlText& text, std::span<const SqlValue> values, const ReadRow& read) override;
  void abandon() override { is_abandoned_ = true; }

  [[nodiscard]] bool is_abandoned() const { return is_abandoned_; }
  /// @return  whether a transaction was begun and not ended by a failure: what `end` or `roll_back` is for.
  [[nodiscard]] bool is_open() const { return is_open_; }
  /// Commits under the mark `number`. @errors  unavailable: it may have been committed, or was not.
  Status end(std::int64_t number);
  void roll_back();

 private:
  Status run(const SqlText& text, Values values, const ReadRow& read);
  [[nodiscard]] std::expected<Answer, Refusal> run_in_transaction(Call call);

  Link& link_;
  Transactor transactor_;
  std::string writer_;
  bool is_open_ = false;
  bool is_abandoned_ = false;
};

}  // namespace contactor::store::postgres
