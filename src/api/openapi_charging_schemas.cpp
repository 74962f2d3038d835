#include <fmt/format.h>

#include "api/openapi.h"
#include "charging/json_schema.h"

namespace contactor::api {
namespace {

constexpr std::string_view kOutcomes = R"json(
"ChargingChange": {"type": "object", "description": "The members to replace; null empties."},
"ChargingRecordOutcome": {"type": "object", "required": ["outcome"], "properties": {"line": {"type": "integer"},
  "element": {"type": "integer"}, "outcome": {"type": "string", "enum": ["created", "updated", "unchanged",
  "quarantined", "refused"]}, "id": {"type": "string"}, "why": {"type": "string"}, "errors": {"type": "array",
  "items": {"type": "object", "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}}}}}},
"ChargingTaken": {"description": "One object answers as itself, an array and NDJSON with what became of each.",
  "type": "object", "properties": {"created": {"type": "integer"}, "updated": {"type": "integer"},
  "unchanged": {"type": "integer"}, "quarantined": {"type": "integer"}, "refused": {"type": "integer"},
  "sessions": {"type": "object", "properties": {"created": {"type": "integer"}, "updated": {"type": "integer"},
  "withdrawn": {"type": "integer"}}}, "results": {"type": "array",
  "items": {"$ref": "#/components/schemas/ChargingRecordOutcome"}}}},
"ChargingInterval": {"type": ["object", "null"], "properties": {"value": {"type": "number"},
  "low": {"type": "number"}, "high": {"type": "number"}}},
"ChargingSoh": {"type": "object", "required": ["vin", "outcome", "confidence"], "properties": {
  "vin": {"type": "string"}, "outcome": {"type": "string", "enum": ["estimated", "capacity_only",
  "not_enough_data"]}, "confidence": {"type": "string", "enum": ["none", "low", "medium", "high"]},
  "soh_percent": {"$ref": "#/components/schemas/ChargingInterval"},
  "capacity_kwh": {"$ref": "#/components/schemas/ChargingInterval"}, "interval": {"type": "string"},
  "trend": {"type": ["object", "null"], "properties": {"over": {"type": "string"},
  "change_kwh": {"$ref": "#/components/schemas/ChargingInterval"}}},
  "as_of": {"$ref": "#/components/schemas/OptionalMoment"}, "model": {"type": ["string", "null"]},
  "model_capacity_kwh": {"type": ["number", "null"]}, "oem_percent": {"type": ["number", "null"]},
  "sessions_missing": {"type": "integer"}, "doubts": {"type": "array", "items": {"type": "string"}},
  "sessions_used": {"type": "array", "items": {"type": "object"}},
  "sessions_rejected": {"type": "array", "items": {"type": "object"}}}})json";

std::string build() {
  std::string out = charging::components_json() + "," + std::string(kOutcomes);
  for (const auto& model : charging::models())
    out += fmt::format(
        R"(,
"{0}List": {{"type": "object", "required": ["items", "next_cursor"], "properties": {{"items": {{"type": "array", )"
        R"("items": {{"$ref": "#/components/schemas/{0}"}}}}, "next_cursor": {{"type": ["string", "null"]}}}}}})",
        charging::component_name(model));
  return out;
}

}  // namespace

std::string_view charging_schemas_json() {
  static const std::string text = build();
  return text;
}

}  // namespace contactor::api
