#include "store/charging/fields.h"

#include <algorithm>

namespace contactor::store {
namespace {

using charging::FieldInfo;
using charging::Kind;

/// The field of this name in any model; the same name has the same shape everywhere.
const FieldInfo* field_named(std::string_view name) {
  for (const auto& model : charging::models())
    for (const auto& field : model.fields)
      if (field.name == name) return &field;
  return nullptr;
}

std::string power_of_ten(int decimals) { return "1" + std::string(static_cast<std::size_t>(decimals), '0'); }

std::string value_of(const SqlDb& db, const SqlColumn& column) {
  const auto* field = field_named(column.name);
  if (field != nullptr && field->kind == Kind::object && db.is_postgres())
    return fmt::format("i.{}::jsonb", column.name);
  if (field == nullptr || field->decimals == 0) return fmt::format("i.{}", column.name);
  if (!db.is_postgres()) return fmt::format("i.{} / {}.0", column.name, power_of_ten(field->decimals));
  const std::string zeros(static_cast<std::size_t>(field->decimals - 1), '0');
  return fmt::format("i.{} * 0.{}1", column.name, zeros);
}

template <class Range, class One>
std::string joined(const Range& range, One one) {
  std::string text;
  for (const auto& item : range) {
    const std::string part = one(item);
    if (!part.empty()) text += (text.empty() ? "" : ", ") + part;
  }
  return text;
}

}  // namespace

SqlColumn travelling(const FieldInfo& field) {
  const bool is_number =
      field.kind == Kind::moment || field.kind == Kind::count || field.kind == Kind::number;
  return {.name = field.name,
          .type = is_number                  ? SqlType::int8
                  : field.kind == Kind::flag ? SqlType::boolean
                                             : SqlType::text,
          .may_be_null = field.nullable};
}

std::vector<SqlColumn> columns_with(std::initializer_list<SqlColumn> before, const charging::ModelInfo& model,
                                    std::initializer_list<SqlColumn> behind) {
  std::vector<SqlColumn> columns(before);
  std::ranges::transform(model.fields, std::back_inserter(columns), travelling);
  columns.insert(columns.end(), behind);
  return columns;
}

std::string names_of(std::span<const SqlColumn> columns) {
  return joined(columns, [](const auto& column) { return std::string(column.name); });
}

std::string values_of(const SqlDb& db, std::span<const SqlColumn> columns) {
  return joined(columns, [&](const auto& column) { return value_of(db, column); });
}

std::string assignments_of(const SqlDb& db, std::span<const SqlColumn> columns,
                           std::initializer_list<std::string_view> without) {
  return joined(columns, [&](const auto& column) {
    if (std::ranges::find(without, column.name) != without.end()) return std::string();
    return fmt::format("{} = {}", column.name, value_of(db, column));
  });
}

std::string reads_of(const SqlDb& db, const charging::ModelInfo& model, std::string_view table) {
  return joined(model.fields, [&](const FieldInfo& field) {
    const auto name = fmt::format("{}.{}", table, field.name);
    if (field.kind == Kind::object && db.is_postgres()) return name + "::text";
    if (field.decimals == 0) return name;
    if (db.is_postgres()) return fmt::format("({} * {})::int8", name, power_of_ten(field.decimals));
    return fmt::format("CAST(round({} * {}) AS INTEGER)", name, power_of_ten(field.decimals));
  });
}

}  // namespace contactor::store
