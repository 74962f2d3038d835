#include "api/openapi.h"

namespace contactor::api {
namespace {

// Written as JSON, because that is what is read: by people here, by programs there.

constexpr std::string_view kShared = R"json(
"Problem": {"type": "object", "required": ["type", "title", "status", "detail", "instance"],
  "properties": {"type": {"type": "string", "format": "uri"}, "title": {"type": "string"},
  "status": {"type": "integer"}, "detail": {"type": "string"}, "instance": {"type": "string",
  "description": "The request's id."}, "errors": {"type": "array", "items": {"type": "object",
  "required": ["pointer", "detail"], "properties": {"pointer": {"type": "string",
  "description": "JSON pointer into the body, or ?name for a query parameter."},
  "detail": {"type": "string"}}}}}},
"Vin": {"type": "string", "minLength": 17, "maxLength": 17},
"Id": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[\\u0021-\\u007e]+$"},
"Moment": {"type": "string", "format": "date-time"},
"OptionalMoment": {"type": ["string", "null"], "format": "date-time"},
"Duration": {"type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$", "examples": ["30d"]},
"Failure": {"type": ["object", "null"], "properties": {"category": {"type": "string"},
  "code": {"type": "string"}, "message": {"type": "string"}, "http_status": {"type": ["integer", "null"]}}},
"Health": {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}},
"OpenApi": {"type": "object"},
"Finding": {"type": "object", "properties": {"value": {}, "not_available": {"type": "string"}}})json";

constexpr std::string_view kActivations = R"json(
"State": {"type": "string", "enum": ["PaymentConfirmed", "QueuedForActivation", "SendingCommand",
  "WaitingResponse", "CheckingResponse", "Success", "Failure", "EvaluatingRetry", "CalculateBackoff",
  "WaitingBackoff", "MaxRetriesExceeded", "NotifyingCustomer", "Active", "QueryingVehicleState",
  "EscalatingToSupport", "ReversingPayment", "NotifyingFailure", "Failed", "Scheduled", "WaitingBudget",
  "Canceled", "Deactivated"]},
"ServiceStatus": {"type": "string", "enum": ["Pending", "Activating", "Active", "Pending Support",
  "Failed Activation", "Deactivating", "Inactive", "Canceled"]},
"MoneyState": {"type": "string", "enum": ["none", "held", "prepaid", "capturing", "captured", "releasing",
  "released", "refunding", "refunded", "written_off"]},
"Payment": {"type": "object", "required": ["provider", "state"], "additionalProperties": false,
  "properties": {"provider": {"type": "string", "enum": ["stripe", "external"]},
  "transaction_id": {"type": "string", "maxLength": 255}, "amount": {"type": "integer", "minimum": 0,
  "maximum": 1000000000000}, "currency": {"type": "string", "pattern": "^[A-Za-z]{3}$"},
  "state": {"type": "string", "enum": ["authorized", "captured", "none"]}}},
"ActivationOrder": {"type": "object", "additionalProperties": false, "required": ["order_id", "vin", "customer",
  "service_id", "action", "origin"], "properties": {"order_id": {"$ref": "#/components/schemas/Id"},
  "vin": {"$ref": "#/components/schemas/Vin"}, "customer": {"type": "object", "additionalProperties": false,
  "required": ["id", "name", "email"], "properties": {"id": {"$ref": "#/components/schemas/Id"},
  "name": {"type": "string", "minLength": 1, "maxLength": 200}, "email": {"type": "string", "format": "email",
  "maxLength": 254}, "push_token": {"type": "string", "maxLength": 4096}, "locale": {"type": "string",
  "maxLength": 35}}}, "service_id": {"$ref": "#/components/schemas/Id"}, "action": {"type": "string",
  "enum": ["activate", "deactivate"]}, "duration": {"$ref": "#/components/schemas/Duration"},
  "origin": {"type": "string", "enum": ["customer", "pre_delivery"]}, "vehicle_model": {"type": "string",
  "maxLength": 200}, "payment": {"description": "Required where a customer orders an activation.",
  "$ref": "#/components/schemas/Payment"}}},
"Activation": {"type": "object", "required": ["id", "order_id", "state", "service_status", "money_state",
  "attempts", "next_action_at"], "properties": {"id": {"type": "string"}, "order_id": {"type": "string"},
  "vin": {"type": "string"}, "customer_id": {"type": "string"}, "service_id": {"type": "string"},
  "service_name": {"type": "string"}, "action": {"type": "string"}, "origin": {"type": "string"},
  "state": {"$ref": "#/components/schemas/State"},
  "service_status": {"$ref": "#/components/schemas/ServiceStatus"},
  "money_state": {"$ref": "#/components/schemas/MoneyState"}, "attempts": {"type": "integer"},
  "retries": {"type": "integer"}, "next_action_at": {"$ref": "#/components/schemas/OptionalMoment"},
  "waits_for": {"type": ["string", "null"]}, "confirmed_at": {"$ref": "#/components/schemas/OptionalMoment"},
  "ends_at": {"$ref": "#/components/schemas/OptionalMoment"}, "ticket_id": {"type": ["string", "null"]},
  "last_error": {"$ref": "#/components/schemas/Failure"}, "parent": {"type": ["string", "null"]},
  "reason": {"type": ["string", "null"]}, "duration": {"type": ["string", "null"]},
  "cancel_requested": {"type": "boolean"}, "payment": {"type": "object"},
  "created_at": {"$ref": "#/components/schemas/Moment"}, "updated_at": {"$ref": "#/components/schemas/Moment"},
  "links": {"type": "object"}}},
"ActivationList": {"type": "object", "required": ["items", "next_cursor"],
  "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Activation"}},
  "next_cursor": {"type": ["string", "null"]}}},
"Transition": {"type": "object", "properties": {"seq": {"type": "integer"}, "step": {"type": "integer"},
  "at": {"$ref": "#/components/schemas/Moment"}, "from": {"type": ["string", "null"]},
  "to": {"$ref": "#/components/schemas/State"}, "event": {"type": "string"},
  "service_status": {"type": "string"}, "money_state": {"type": "string"}, "attempts": {"type": "integer"},
  "retries": {"type": "integer"}, "actor": {"type": "string"}, "command_id": {"type": ["string", "null"]},
  "error": {"$ref": "#/components/schemas/Failure"}, "detail": {"type": "string"}}},
"Story": {"type": "object", "properties": {"activation": {"$ref": "#/components/schemas/Activation"},
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Transition"}}, "notices": {"type": "array",
  "items": {"type": "object"}}, "pending": {"type": "array", "items": {"type": "object"}},
  "next_cursor": {"type": "null"}}},
"RecordList": {"type": "object", "required": ["items", "next_cursor"], "properties": {"items": {"type": "array",
  "items": {"type": "object", "properties": {"activation": {"$ref": "#/components/schemas/Activation"},
  "events": {"type": "array", "items": {"$ref": "#/components/schemas/Transition"}},
  "notices": {"type": "array"}, "pending": {"type": "array"}, "money": {"type": "string"},
  "money_state": {"$ref": "#/components/schemas/MoneyState"}, "order_id": {"type": "string"},
  "ordered_at": {"$ref": "#/components/schemas/OptionalMoment"}}}}, "next_cursor": {"type": ["string",
  "null"]}}},
"Cancellation": {"type": "object", "additionalProperties": false, "properties": {"reason": {"type": "string",
  "maxLength": 2000}}},
"Explanation": {"type": "object", "properties": {"subject": {"type": "string"}, "wanted": {"type": "string"},
  "observed": {"type": "string"}, "blocked_by": {"type": "array", "items": {"type": "string"}},
  "next": {"type": "string"}, "next_at": {"$ref": "#/components/schemas/OptionalMoment"},
  "money": {"type": "string"}, "attempts": {"type": "array"}, "remaining": {"type": "array"},
  "escalation_at": {"$ref": "#/components/schemas/OptionalMoment"}, "schedules": {"type": "object"},
  "pending": {"type": "array"}, "activation": {"$ref": "#/components/schemas/Activation"},
  "fleet": {"allOf": [{"$ref": "#/components/schemas/Vehicle"}, {"type": "object", "description":
  "The data connection of the vehicle that a VIN names, explained by itself.", "properties": {"explanation":
  {"type": "object"}}}]}}})json";

constexpr std::string_view kCatalogue = R"json(
"ServiceDocument": {"type": "object", "additionalProperties": false, "required": ["name", "template"],
  "properties": {"id": {"type": "string"}, "version": {}, "updated_at": {}, "name": {"type": "string",
  "maxLength": 200}, "description": {"type": "string", "maxLength": 2000}, "template": {"type": "object"},
  "compatible_models": {"type": "array", "items": {"type": "string"}}, "min_firmware": {"type": "string"},
  "preconditions": {"type": "object", "additionalProperties": false,
  "properties": {"parked": {"type": "boolean"}}}, "requires": {"type": "array", "items": {"type": "string"}},
  "conflicts": {"type": "array", "items": {"type": "string"}}}},
"Service": {"type": "object", "required": ["id", "version", "name", "template"],
  "properties": {"id": {"type": "string"}, "version": {"type": "integer"}, "name": {"type": "string"},
  "template": {"type": "object"}, "updated_at": {"$ref": "#/components/schemas/Moment"}}},
"ServiceList": {"type": "object", "required": ["items", "next_cursor"],
  "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Service"}},
  "next_cursor": {"type": ["string", "null"]}}})json";

constexpr std::string_view kCallbacks = R"json(
"VehicleCallback": {"type": "object", "required": ["commandId", "vin", "status"],
  "properties": {"commandId": {"type": "string"}, "vin": {"type": "string"}, "status": {"type": "string",
  "enum": ["applied", "rejected", "timed_out"]}, "generation": {"type": "integer"}, "at": {"type": "string"},
  "error": {"type": "object"}}},
"PaymentEvent": {"type": "object", "description": "As Stripe sends it."})json";

constexpr std::string_view kSupport = R"json(
"Ticket": {"type": "object", "properties": {"id": {"type": "string"}, "ticket_id": {"type": "string"},
  "vin": {"type": "string"}, "customer_id": {"type": "string"}, "customer_email": {"type": "string"},
  "service_id": {"type": "string"}, "service_name": {"type": "string"},
  "payment_transaction_id": {"type": "string"}, "payment_amount": {"type": ["object", "null"]},
  "activation_request_time": {"$ref": "#/components/schemas/OptionalMoment"},
  "retry_attempts": {"type": "array"}, "last_error_code": {"type": "string"},
  "last_error_message": {"type": "string"}, "vehicle_status_snapshot": {"$ref": "#/components/schemas/Finding"},
  "vehicle_online_status": {"$ref": "#/components/schemas/Finding"},
  "network_signal_strength": {"$ref": "#/components/schemas/Finding"},
  "vehicle_firmware_version": {"$ref": "#/components/schemas/Finding"}, "configuration_payload": {},
  "priority": {"type": "string", "enum": ["HIGH", "MEDIUM"]}, "activation_id": {"type": "string"},
  "category": {"type": "string"}, "state": {"type": "string"}, "assigned_to": {"type": "string"},
  "sla": {"type": "object"}, "notes": {"type": "array", "items": {"type": "string"}},
  "version": {"type": "integer"}, "links": {"type": "object"}}},
"TicketList": {"type": "object", "required": ["items", "next_cursor"], "properties": {"items": {"type": "array",
  "items": {"$ref": "#/components/schemas/Ticket"}}, "next_cursor": {"type": ["string", "null"]}}},
"TicketOrder": {"type": "object", "additionalProperties": false, "required": ["action"],
  "properties": {"action": {"type": "string", "enum": ["retry", "modify_payload", "schedule_inspection",
  "escalate_iot", "escalate_development", "contact_customer", "resolve", "close"]}, "text": {"type": "string",
  "maxLength": 2000}, "price": {"type": "string", "enum": ["grant", "authorization"],
  "description": "retry and modify_payload: who pays."}, "payment": {"$ref": "#/components/schemas/Payment"},
  "configuration": {"type": "object"}}},
"Counts": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}},
"Overview": {"type": "object", "required": ["counted_at", "activations", "by_state", "by_service_status",
  "by_money_state", "waiting_for_budget", "retried", "captured_not_confirmed", "tickets", "incidents",
  "orders_per_hour", "outbox"], "properties": {"counted_at": {"description":
  "Counting is done at most every second, and seldom enough to take a twentieth of the time at most.",
  "$ref": "#/components/schemas/Moment"}, "activations": {"type": "integer"},
  "by_state": {"description": "A state that nobody is in may be missing.",
  "$ref": "#/components/schemas/Counts"}, "by_service_status": {"$ref": "#/components/schemas/Counts"},
  "by_money_state": {"$ref": "#/components/schemas/Counts"}, "waiting_for_budget": {"type": "integer"},
  "retried": {"type": "integer"}, "captured_not_confirmed": {"type": "integer",
  "description": "Must be 0."}, "tickets": {"type": "object", "properties": {"total": {"type": "integer"},
  "open": {"description": "By priority; those that wait for the customer included.",
  "$ref": "#/components/schemas/Counts"}}}, "incidents": {"type": "array", "description": "The open ones.",
  "items": {"type": "object", "properties": {"cause": {"type": "string"},
  "opened_at": {"$ref": "#/components/schemas/Moment"}, "detail": {"type": "string"},
  "held_back": {"type": "integer"}}}}, "orders_per_hour": {"type": "array", "minItems": 24, "maxItems": 24,
  "description": "The last day by hours of the clock, oldest first; linked activations are counted as well.",
  "items": {"type": "object", "properties": {"from": {"$ref": "#/components/schemas/Moment"},
  "orders": {"type": "integer"}}}}, "outbox": {"type": "object", "description": "Money and messages still owed.",
  "properties": {"entries": {"type": "integer"}, "oldest_at": {"$ref": "#/components/schemas/OptionalMoment"},
  "age_ms": {"type": "integer"}}}}},
"TicketOutcome": {"type": "object", "properties": {"ticket": {"$ref": "#/components/schemas/Ticket"},
  "started": {"oneOf": [{"$ref": "#/components/schemas/Activation"}, {"type": "null"}]}}})json";

}  // namespace

std::string schemas_json() {
  std::string out = "{";
  for (const std::string_view part :
       {kShared, kActivations, kCatalogue, kCallbacks, kSupport, fleet_schemas_json(),
        delivery_schemas_json(), charging_schemas_json()}) {
    if (out.size() > 1) out += ',';
    out += part;
  }
  return out + "}";
}

}  // namespace contactor::api
