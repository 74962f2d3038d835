#include "api/openapi.h"

namespace contactor::api {
namespace {

constexpr std::string_view kFleet = R"json(
"Oem": {"type": "string", "enum": ["tesla", "bmw", "renault", "stellantis", "volkswagen", "kia", "hm"]},
"Day": {"type": ["string", "null"], "format": "date"},
"WishChange": {"type": "object", "additionalProperties": false, "description": "null empties a member.",
  "properties": {"fleet": {"type": ["string", "null"], "maxLength": 100},
  "activation_requested_status": {"type": ["boolean", "null"]},
  "activation_start_date": {"description": "The first active day, in the fleet's zone.",
  "$ref": "#/components/schemas/Day"}, "activation_end_date": {"description":
  "The first day that is no longer active.", "$ref": "#/components/schemas/Day"},
  "make": {"type": ["string", "null"], "maxLength": 100}, "model": {"type": ["string", "null"], "maxLength": 100},
  "type": {"type": ["string", "null"], "maxLength": 100}, "activation_comment": {"type": ["string", "null"],
  "maxLength": 255}}},
"WishedVehicle": {"type": "object", "description": "One vehicle with the members of WishChange and its vin, or items.",
  "properties": {"vin": {"$ref": "#/components/schemas/Vin"}, "items": {"type": "array", "minItems": 1,
  "maxItems": 10000, "items": {"type": "object"}}}},
"Reason": {"type": ["object", "null"], "properties": {"key": {"type": "string"}, "text": {"type": "string"},
  "todo": {"type": "string"}, "who": {"type": "string"}, "final": {"type": "boolean"}}},
"Vehicle": {"type": "object", "required": ["vin", "oem", "activation_requested_status", "activation_status",
  "wanted", "standing", "version"], "properties": {"vin": {"type": "string"}, "fleet": {"type": ["string", "null"]},
  "make": {"type": ["string", "null"]}, "model": {"type": ["string", "null"]}, "type": {"type": ["string", "null"]},
  "oem": {"type": ["string", "null"], "description": "The cloud that serves it; null: unmapped."},
  "activation_requested_status": {"type": ["boolean", "null"]},
  "activation_start_date": {"$ref": "#/components/schemas/Day"},
  "activation_end_date": {"$ref": "#/components/schemas/Day"}, "activation_comment": {"type": ["string", "null"]},
  "activation_status": {"type": ["boolean", "null"]}, "activation_status_message": {"type": ["string", "null"]},
  "wanted": {"type": "object", "properties": {"active": {"type": "boolean"}, "why": {"type": "string"},
  "until": {"$ref": "#/components/schemas/OptionalMoment"}}}, "standing": {"type": "string", "enum": ["unknown",
  "inactive", "pending", "active", "ending", "refused"]}, "reason": {"$ref": "#/components/schemas/Reason"},
  "oem_detail": {"type": ["string", "null"]}, "valid_until": {"$ref": "#/components/schemas/OptionalMoment"},
  "accepted_at": {"$ref": "#/components/schemas/OptionalMoment"},
  "observed_at": {"$ref": "#/components/schemas/OptionalMoment"},
  "next_check_at": {"$ref": "#/components/schemas/OptionalMoment"}, "blocked": {"type": "boolean"},
  "silent": {"type": "boolean"}, "intent": {"type": "string"}, "is_processed": {"type": "boolean"},
  "vehicle_model_id": {"type": ["integer", "null"]}, "model_by_hand": {"type": "boolean"},
  "version": {"type": "integer"}, "created_at": {"$ref": "#/components/schemas/OptionalMoment"},
  "updated_at": {"$ref": "#/components/schemas/OptionalMoment"}}},
"VehicleList": {"type": "object", "required": ["items", "next_cursor"], "properties": {"items": {"type": "array",
  "items": {"$ref": "#/components/schemas/Vehicle"}}, "next_cursor": {"type": ["string", "null"]}}},
"VehicleOrOutcomes": {"oneOf": [{"$ref": "#/components/schemas/Vehicle"}, {"type": "object", "required": ["items"],
  "properties": {"items": {"type": "array", "items": {"type": "object", "properties": {"vin": {"type": "string"},
  "outcome": {"type": "string", "enum": ["created", "changed", "unchanged", "claimed"]},
  "claimed_by": {"type": "string"}}}}}}]},
"VehicleHistory": {"type": "object", "required": ["items", "next_cursor"], "properties": {"items": {"type": "array",
  "items": {"type": "object", "properties": {"number": {"type": "integer"},
  "at": {"$ref": "#/components/schemas/Moment"}, "activation_requested_status": {"type": ["boolean", "null"]},
  "activation_status": {"type": ["boolean", "null"]}, "activation_status_message": {"type": ["string", "null"]},
  "reason": {"type": ["string", "null"]}, "oem_detail": {"type": ["string", "null"]}, "oem": {"type": ["string",
  "null"]}, "run": {"type": ["string", "null"]}}}}, "next_cursor": {"type": "null"}}},
"FleetRunRequest": {"type": "object", "additionalProperties": false, "properties": {"oems": {"type": "array",
  "items": {"$ref": "#/components/schemas/Oem"}}, "dry_run": {"type": "boolean"}}},
"FleetPlanRequest": {"type": "object", "additionalProperties": false, "properties": {"oems": {"type": "array",
  "items": {"$ref": "#/components/schemas/Oem"}}}},
"FleetApplyRequest": {"type": "object", "additionalProperties": false, "properties": {"max_deactivations":
  {"type": "string", "description": "A number, or a share of the active vehicles like 5%."}}},
"FleetRun": {"type": "object", "required": ["id", "kind", "state"], "properties": {"id": {"type": "string"},
  "kind": {"type": "string", "enum": ["run", "dry_run", "plan", "apply", "tesla_individual"]}, "state": {"type": "string",
  "enum": ["running", "ended", "failed"]}, "begun_at": {"$ref": "#/components/schemas/Moment"},
  "ended_at": {"$ref": "#/components/schemas/OptionalMoment"}, "progress": {"type": "object"},
  "summary": {"type": "object"}, "error": {"type": "object"}, "plan": {"$ref": "#/components/schemas/FleetPlan"}}},
"FleetRunList": {"type": "object", "required": ["items", "next_cursor"], "properties": {"items": {"type": "array",
  "items": {"$ref": "#/components/schemas/FleetRun"}}, "next_cursor": {"type": "null"}}},
"FleetTotals": {"type": "object", "required": ["items", "next_cursor"], "properties": {"items": {"type": "array",
  "items": {"type": "object", "required": ["oem", "vehicles", "active"], "properties": {"oem": {"type": ["string",
  "null"]}, "vehicles": {"type": "integer"}, "active": {"type": "integer"}}}}, "next_cursor": {"type": "null"}}},
"FleetPlan": {"type": "object", "properties": {"id": {"type": "string"},
  "made_at": {"$ref": "#/components/schemas/Moment"}, "good_until": {"$ref": "#/components/schemas/Moment"},
  "as_wanted": {"type": "integer"}, "changes": {"type": "integer"}, "applied_at":
  {"$ref": "#/components/schemas/OptionalMoment"}, "file": {"type": "string"}, "items": {"type": "array",
  "items": {"type": "object", "properties": {"vin": {"type": "string"}, "action": {"type": "string"},
  "oem": {"type": ["string", "null"]}, "why": {"type": "string"}, "observed": {"type": "string"}}}}}},
"MetricList": {"type": "object", "required": ["items", "next_cursor"], "properties": {"items": {"type": "array",
  "items": {"type": "object", "properties": {"date": {"type": "string", "format": "date"}, "oem": {"type": "string"},
  "nb_vehicles_activated": {"type": "integer"}, "partial": {"type": "boolean"}, "run": {"type": "string"},
  "updated_at": {"$ref": "#/components/schemas/Moment"}}}}, "next_cursor": {"type": "null"}}},
"AlertList": {"type": "object", "required": ["items", "next_cursor"], "properties": {"items": {"type": "array",
  "items": {"type": "object", "properties": {"kind": {"type": "string"}, "vin": {"type": "string"},
  "about": {"type": "string"}, "oem": {"type": ["string", "null"]}, "raised_at":
  {"$ref": "#/components/schemas/Moment"}, "told": {"type": "boolean"}}}}, "next_cursor": {"type": "null"}}})json";

}  // namespace

std::string_view fleet_schemas_json() { return kFleet; }

}  // namespace contactor::api
