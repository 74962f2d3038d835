#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "charging/field.h"

namespace contactor::charging {

/// What sort of value a member holds.
enum class Kind : std::uint8_t {
  id,  ///< names a record of this or another model
  text,
  vin,
  moment,   ///< in JSON RFC 3339 in UTC, in SQL milliseconds since 1970
  number,   ///< with a unit
  count,    ///< without one
  flag,     ///< yes or no
  choice,   ///< one of `choices`
  choices,  ///< several of them
  object,   ///< a JSON object that is passed on
  secret,
};

/// One member of a model, for those who do not know its type: schemas, SQL, documents.
struct FieldInfo {
  std::string_view name;
  Kind kind;
  Presence presence;
  bool nullable;
  Range range;
  std::string_view unit;    ///< "micro-watt-hour"; empty: none
  std::string_view symbol;  ///< "µWh"
  int decimals;
  std::span<const std::string_view> choices;
  std::string_view doc;
  std::string_view source;
  std::optional<std::int64_t> placeholder;
};

struct ModelInfo {
  std::string_view name;   ///< of the SQL table: charging_event
  std::string_view title;  ///< ChargingEvent
  std::string_view route;  ///< /v1/charging/events
  std::string_view doc;
  std::span<const FieldInfo> fields;
};

/// The ten, in the order of the brief.
[[nodiscard]] std::span<const ModelInfo> models();
/// By name, title or route; nothing where there is no such model.
[[nodiscard]] const ModelInfo* find_model(std::string_view name);

enum class Dialect : std::uint8_t { sqlite, postgres };
/// The type of a member's column: BIGINT, NUMERIC(9,3), JSONB…
[[nodiscard]] std::string sql_type(const FieldInfo& field, Dialect dialect);
/// One line a column, `name TYPE [NOT NULL]`, in the order of the table.
[[nodiscard]] std::string sql_columns(const ModelInfo& model, Dialect dialect);

/// docs/charging.md's part for one model: a heading, its sentence and a table of its members.
[[nodiscard]] std::string markdown(const ModelInfo& model);

}  // namespace contactor::charging
