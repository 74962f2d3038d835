#pragma once

#include <fmt/format.h>

#include "charging/catalogue.h"
#include "charging/models.h"
#include "charging/shape.h"
#include "store/charging/sql_db.h"

namespace contactor::store {

// A model's members between structs and either database, in the order of its table of fields.

namespace detail {

template <class Tag>
void put(SqlRows& out, const TextId<Tag>& id) {
  out.text(id.str());
}
inline void put(SqlRows& out, const std::string& text) { out.text(text); }
inline void put(SqlRows& out, const Vin& vin) { out.text(vin.str()); }
inline void put(SqlRows& out, Instant at) { out.number(at.millis()); }
inline void put(SqlRows& out, std::int64_t number) { out.number(number); }
inline void put(SqlRows& out, bool flag) { out.number(flag ? 1 : 0); }
inline void put(SqlRows& out, const charging::JsonObject& object) { out.text(object.text); }
inline void put(SqlRows& out, const Secret& secret) { out.text(secret.reveal()); }
inline void put(SqlRows& out, charging::Quality quality) { out.text(to_string(quality)); }
template <class Unit>
void put(SqlRows& out, charging::Quantity<Unit> quantity) {
  out.number(quantity.count());
}
template <class Enum>
  requires std::is_enum_v<Enum>
void put(SqlRows& out, Enum value) {
  out.text(charging::spelled(value));
}
template <class Value>
void put(SqlRows& out, const std::optional<Value>& value) {
  value ? put(out, *value) : out.null();
}

inline Status unreadable(std::string_view what) {
  return fail(ErrorKind::internal, "store", fmt::format("a stored {} cannot be read", what));
}
template <class Tag>
Status get(SqlRow& row, TextId<Tag>& id) {
  id = TextId<Tag>(std::string(row.text()));
  return {};
}
inline Status get(SqlRow& row, std::string& text) {
  text = row.text();
  return {};
}
inline Status get(SqlRow& row, Vin& vin) {
  CTR_TRY(parsed, Vin::parse(row.text()));
  vin = parsed;
  return {};
}
inline Status get(SqlRow& row, Instant& at) {
  at = Instant::from_millis(row.number());
  return {};
}
inline Status get(SqlRow& row, std::int64_t& number) {
  number = row.number();
  return {};
}
inline Status get(SqlRow& row, bool& flag) {
  flag = row.number() != 0;
  return {};
}
inline Status get(SqlRow& row, charging::JsonObject& object) {
  object.text = row.text();
  return {};
}
inline Status get(SqlRow& row, Secret& secret) {
  secret = Secret(std::string(row.text()));
  return {};
}
inline Status get(SqlRow& row, charging::Quality& quality) {
  const auto parsed = charging::parse_quality(row.text());
  if (!parsed) return unreadable("quality");
  quality = *parsed;
  return {};
}
template <class Unit>
Status get(SqlRow& row, charging::Quantity<Unit>& quantity) {
  quantity = charging::Quantity<Unit>(row.number());
  return {};
}
template <class Enum>
  requires std::is_enum_v<Enum>
Status get(SqlRow& row, Enum& value) {
  const auto parsed = charging::parse_spelled<Enum>(row.text());
  if (!parsed) return unreadable("choice");
  value = *parsed;
  return {};
}
template <class Value>
Status get(SqlRow& row, std::optional<Value>& value) {
  if (!row.is_null()) return get(row, value.emplace());
  row.skip();
  value.reset();
  return {};
}

}  // namespace detail

template <class Model>
void put_fields(SqlRows& out, const Model& model) {
  charging::for_each_field<Model>([&](const auto& field) { detail::put(out, model.*field.member); });
}

template <class Model>
[[nodiscard]] Status get_fields(SqlRow& row, Model& model) {
  Status status;
  charging::for_each_field<Model>([&](const auto& field) {
    if (status) status = detail::get(row, model.*field.member);
  });
  return status;
}

/// What travels for a column of the catalogue: numbers with decimals as whole numbers of the last one.
[[nodiscard]] SqlColumn travelling(const charging::FieldInfo& field);
/// `before` these, then the model's, then `behind`.
[[nodiscard]] std::vector<SqlColumn> columns_with(std::initializer_list<SqlColumn> before,
                                                  const charging::ModelInfo& model,
                                                  std::initializer_list<SqlColumn> behind);
/// `id, vin, …`
[[nodiscard]] std::string names_of(std::span<const SqlColumn> columns);
/// What of the row `i` becomes the columns: `i.id, i.charging_power_kw * 0.001, …`
[[nodiscard]] std::string values_of(const SqlDb& db, std::span<const SqlColumn> columns);
/// `vin = i.vin, …` without those that are named.
[[nodiscard]] std::string assignments_of(const SqlDb& db, std::span<const SqlColumn> columns,
                                         std::initializer_list<std::string_view> without);
/// What is read of table `t` for `get_fields`: `t.id, (t.charging_power_kw * 1000)::int8, …`
[[nodiscard]] std::string reads_of(const SqlDb& db, const charging::ModelInfo& model,
                                   std::string_view table = "t");

template <class Model>
[[nodiscard]] const charging::ModelInfo& info_of_model() {
  return *charging::find_model(charging::Table<Model>::name);
}

}  // namespace contactor::store
