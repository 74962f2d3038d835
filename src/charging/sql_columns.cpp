#include <fmt/format.h>

#include "charging/catalogue.h"

namespace contactor::charging {
namespace {

int digits_of(std::int64_t number) {
  int digits = 1;
  for (; number > 9; number /= 10) ++digits;
  return digits;
}

}  // namespace

std::string sql_type(const FieldInfo& field, Dialect dialect) {
  switch (field.kind) {
    case Kind::id:
    case Kind::text:
    case Kind::vin:
    case Kind::choice:
    case Kind::choices:
    case Kind::secret:
      return "TEXT";
    case Kind::moment:
    case Kind::count:
      return "BIGINT";
    case Kind::number:
      if (field.decimals == 0) return "BIGINT";
      return fmt::format("NUMERIC({},{})", digits_of(field.range.max), field.decimals);
    case Kind::flag:
      return "BOOLEAN";
    case Kind::object:
      return dialect == Dialect::postgres ? "JSONB" : "TEXT";
  }
  return {};
}

std::string sql_columns(const ModelInfo& model, Dialect dialect) {
  std::string out;
  for (const auto& field : model.fields)
    out += fmt::format("{} {}{}\n", field.name, sql_type(field, dialect), field.nullable ? "" : " NOT NULL");
  return out;
}

}  // namespace contactor::charging
