#include "charging/json_schema.h"

#include <fmt/format.h>

#include "charging/decimal.h"

namespace contactor::charging {
namespace {

/// Texts of the tables are plain: only these two characters need care.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string list_of(std::span<const std::string_view> texts) {
  std::string out;
  for (const auto text : texts) out += (out.empty() ? "" : ", ") + quoted(text);
  return "[" + out + "]";
}

std::string type_of(const FieldInfo& field, std::string_view types) {
  if (field.nullable) return fmt::format(R"("type": [{}, "null"])", types);
  return types.contains(',') ? fmt::format(R"("type": [{}])", types) : fmt::format(R"("type": {})", types);
}

std::string text_of(const FieldInfo& field, std::string_view more = "") {
  return fmt::format(R"({}, "minLength": {}, "maxLength": {}{})", type_of(field, R"("string")"),
                     field.range.min, field.range.max, more);
}

std::string number_of(const FieldInfo& field) {
  const bool whole = field.decimals == 0;
  std::string out = fmt::format(
      R"({}, "minimum": {}, "maximum": {}, "pattern": {})",
      type_of(field, whole ? R"("integer", "string")" : R"("number", "string")"),
      decimal_text(field.range.min, field.decimals), decimal_text(field.range.max, field.decimals),
      quoted(whole ? "^-?(0|[1-9][0-9]{0,18})$" : "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]{1,3})?$"));
  if (!field.unit.empty())
    out += fmt::format(R"(, "x-unit": {}, "x-symbol": {})", quoted(field.unit), quoted(field.symbol));
  if (!whole) out += fmt::format(R"(, "x-decimals": {})", field.decimals);
  if (field.placeholder)
    out += fmt::format(R"(, "x-read-as-null": {})", decimal_text(*field.placeholder, field.decimals));
  return out;
}

std::string body_of(const FieldInfo& field) {
  switch (field.kind) {
    case Kind::id:
      return text_of(field, R"(, "pattern": "^[A-Za-z0-9_.:-]+$")");
    case Kind::vin:
      return text_of(field, R"(, "pattern": "^[A-HJ-NPR-Z0-9]{17}$")");
    case Kind::text:
    case Kind::secret:
      return text_of(field);
    case Kind::moment:
      return type_of(field, R"("string")") + R"(, "format": "date-time")";
    case Kind::number:
    case Kind::count:
      return number_of(field);
    case Kind::flag:
      return type_of(field, R"("boolean")");
    case Kind::choice:
      return fmt::format(R"("type": "string", "enum": {})", list_of(field.choices));
    case Kind::choices:
      return fmt::format(R"("type": "array", "uniqueItems": true, "items": {{"type": "string", "enum": {}}})",
                         list_of(field.choices));
    case Kind::object:
      return type_of(field, R"("object")");
  }
  return {};
}

std::string_view access_of(Presence presence) {
  if (presence == Presence::ours) return R"(, "readOnly": true)";
  if (presence == Presence::secret) return R"(, "writeOnly": true)";
  return "";
}

}  // namespace

std::string json_schema(const ModelInfo& model) {
  std::string properties;
  std::vector<std::string_view> required;
  for (const auto& field : model.fields) {
    if (field.presence == Presence::hidden) continue;
    if (field.presence == Presence::required) required.push_back(field.name);
    properties += fmt::format(R"({}"{}": {{{}{}, "description": {}}})", properties.empty() ? "" : ", ",
                              field.name, body_of(field), access_of(field.presence), quoted(field.doc));
  }
  return fmt::format(
      R"({{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": {}, "description": {}, "type": "object", )"
      R"("additionalProperties": false, "required": {}, "properties": {{{}}}}})",
      quoted(model.title), quoted(model.doc), list_of(required), properties);
}

std::string component_name(const ModelInfo& model) {
  return model.title.starts_with("Charging") ? std::string(model.title)
                                             : fmt::format("Charging{}", model.title);
}

std::string components_json() {
  std::string out;
  for (const auto& model : models())
    out += fmt::format("{}\"{}\": {}", out.empty() ? "" : ",\n", component_name(model), json_schema(model));
  return out;
}

}  // namespace contactor::charging
