#include "api/openapi.h"

namespace contactor::api {
namespace {

constexpr std::string_view kDelivery = R"json(
"IssuedToken": {"type": "object", "required": ["token", "id"], "properties": {"token": {"type": "string",
  "description": "Shown this once."}, "id": {"type": "string"},
  "previous_until": {"description": "Until when the token before is valid too.",
  "$ref": "#/components/schemas/OptionalMoment"}}},
"IssuedSecret": {"type": "object", "required": ["signing_secret"], "properties": {"signing_secret": {"type": "string",
  "description": "whsec_…, shown this once."},
  "previous_until": {"description": "Until when messages are signed with the one before too.",
  "$ref": "#/components/schemas/OptionalMoment"}}},
"SubscriptionState": {"type": "object", "required": ["id", "state"], "properties": {"id": {"type": "string"},
  "state": {"type": "string", "enum": ["active", "paused"]}}},
"ReplayRequest": {"type": "object", "additionalProperties": false, "description":
  "Of what was created in [since, until): what was not delivered, or all of it.", "properties": {
  "since": {"type": "string", "format": "date-time"}, "until": {"type": "string", "format": "date-time"},
  "all": {"type": "boolean"}}},
"Replayed": {"type": "object", "required": ["replayed"], "properties": {"replayed": {"type": "integer"}}},
"DeliveryAttemptList": {"type": "object", "required": ["items"], "properties": {"items": {"type": "array",
  "items": {"type": "object", "properties": {"number": {"type": "integer"}, "at": {"type": "string",
  "format": "date-time"}, "duration_ms": {"type": "integer"}, "status_code": {"type": ["integer", "null"]},
  "outcome": {"type": "string", "enum": ["delivered", "gone", "slow_down", "redirected", "refused", "failed",
  "unanswered", "unreachable", "forbidden"]}, "error": {"type": "string"}}}}}})json";

}  // namespace

std::string_view delivery_schemas_json() { return kDelivery; }

}  // namespace contactor::api
