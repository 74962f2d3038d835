#pragma once

#include "store/charging/sql_db.h"

namespace contactor::store::sqlite {

class Connection;
/// SQLite's side of charging's statements: rows are bound one after another.
class ChargingDb final : public SqlDb {
 public:
  explicit ChargingDb(Connection& connection) : connection_(connection) {}
  [[nodiscard]] Dialect dialect() const override { return Dialect::sqlite; }
  [[nodiscard]] std::unique_ptr<SqlRows> rows(std::span<const SqlColumn> columns) override;
  [[nodiscard]] std::string rows_sql(std::span<const SqlColumn> columns) const override;
  Status each(const SqlText& text, SqlRows& rows, const ReadRow& read) override;
  Status ask(const SqlText& text, std::span<const SqlValue> values, const ReadRow& read) override;
  /// There is one writer: whatever was read still stands.
  void abandon() override { CTR_ASSERT(!"another writer"); }

 private:
  Connection& connection_;
};

}  // namespace contactor::store::sqlite
