#include "store/postgres/rowset.h"

#include "base/result.h"

#include <fmt/format.h>

namespace contactor::store::postgres {
namespace {

std::string_view name_of(Type type) {
  switch (type) {
    case Type::boolean:
      return "bool";
    case Type::bytea:
      return "bytea";
    case Type::int8:
      return "int8";
    case Type::int4:
      return "int4";
    case Type::text:
      return "text";
  }
  return {};
}

std::string value_sql(const Column& column) {
  if (column.empty != Column::Empty::zero) return fmt::format("i.{}", column.name);
  const std::string_view zero = column.type == Type::boolean ? "false"
                                : column.type == Type::text  ? "''"
                                                             : "0";
  return fmt::format("coalesce(i.{}, {})", column.name, zero);
}

template <class One>
std::string joined(std::span<const Column> columns, One one) {
  std::string text;
  for (const auto& column : columns) text += (text.empty() ? "" : ", ") + one(column);
  return text;
}

}  // namespace

Rowset::Rowset(std::span<const Column> columns) {
  for (const auto& column : columns) columns_.push_back({.column = column, .array = Array(column.type)});
}

void Rowset::clear() {
  for (auto& held : columns_) {
    held.array.clear();
    held.has_values = false;
  }
  at_ = 0;
}

Rowset::Held& Rowset::next() {
  auto& held = columns_[at_];
  at_ = at_ + 1 == columns_.size() ? 0 : at_ + 1;
  return held;
}

Rowset& Rowset::put_number(std::int64_t value) {
  auto& held = next();
  held.array.add_number(value);
  held.has_values = held.has_values || value != 0 || held.column.empty != Column::Empty::zero;
  return *this;
}

Rowset& Rowset::text(std::string_view value) {
  auto& held = next();
  held.array.add_text(value);
  held.has_values = held.has_values || !value.empty() || held.column.empty != Column::Empty::zero;
  return *this;
}

Rowset& Rowset::null() {
  auto& held = next();
  CTR_ASSERT(held.column.empty == Column::Empty::null);
  held.array.add_null();
  return *this;
}

void Rowset::bind(Values& values) {
  for (auto& held : columns_)
    if (held.has_values)
      values.array(held.array);
    else
      values.null();
}

std::string rows_sql(std::span<const Column> columns, int first) {
  int parameter = first;
  // In the select list the arrays are taken apart in step, without a table of each in between.
  return "(SELECT " +
         joined(columns,
                [&](const Column& column) {
                  return fmt::format("unnest(${}::{}[]) AS {}", parameter++, name_of(column.type),
                                     column.name);
                }) +
         ") AS i";
}

std::string values_sql(std::span<const Column> columns) { return joined(columns, value_sql); }

std::string names_sql(std::span<const Column> columns) {
  return joined(columns, [](const Column& column) { return std::string(column.name); });
}

std::string assignments_sql(std::span<const Column> columns, std::size_t from) {
  return joined(columns.subspan(from),
                [](const Column& column) { return fmt::format("{} = {}", column.name, value_sql(column)); });
}

}  // namespace contactor::store::postgres
