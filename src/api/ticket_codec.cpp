#include "api/ticket_codec.h"

#include "api/activation_codec.h"
#include "api/fields.h"
#include "api/order_codec.h"
#include "api/service_document.h"
#include "json/json.h"

namespace contactor::api {
namespace {

constexpr std::string_view kActions =
    "retry, modify_payload, schedule_inspection, escalate_iot, escalate_development, contact_customer, "
    "resolve, close";

/// A field that may be missing, but never in silence.
json::value finding(const ota::Finding& from) {
  if (from.unavailable.empty()) {
    auto parsed = json::parse(from.value);
    // The snapshot is a document of its own; everything else is a plain word.
    if (parsed && parsed->is_object()) return json::object{{"value", std::move(*parsed)}};
    return json::object{{"value", from.value}};
  }
  return json::object{{"value", nullptr}, {"not_available", from.unavailable}};
}

json::array attempts(const ota::Ticket& ticket) {
  json::array items;
  for (const auto& attempt : ticket.retry_attempts)
    items.push_back(json::object{{"number", attempt.number},
                                 {"at", moment_value(attempt.at)},
                                 {"command_id", attempt.command_id},
                                 {"response", attempt.response}});
  return items;
}

json::value document_or_text(const std::string& text) {
  if (text.empty()) return nullptr;
  auto parsed = json::parse(text);
  return parsed ? std::move(*parsed) : json::value(text);
}

json::value optional_moment(const std::optional<Instant>& at) {
  return at ? moment_value(*at) : json::value(nullptr);
}

json::object sla(const ota::Ticket& ticket, Instant now) {
  return {{"respond_by", moment_value(ticket.respond_by)},
          {"solve_by", moment_value(ticket.solve_by)},
          {"responded_at", optional_moment(ticket.responded_at)},
          {"response_overdue", !ticket.responded_at && !ticket.ended_at && now > ticket.respond_by},
          {"solution_overdue", !ticket.ended_at && now > ticket.solve_by}};
}

std::string mask_email(const std::string& email) {
  const auto at = email.find('@');
  return at == std::string::npos || at == 0 ? "***" : email.substr(0, 1) + "***" + email.substr(at);
}

std::string configuration_of(Fields& fields, Faults& faults) {
  const auto* configuration = fields.object("configuration");
  if (configuration == nullptr) return {};
  refuse_base_platform(*configuration, "/configuration", faults);
  return json::serialize(*configuration);
}

void read_price(Fields& fields, engine::TicketOrder& order, Faults& faults) {
  const std::string price = fields.text("price", kNameRule);
  if (price == "grant") {
    order.grant = true;
    if (order.text.empty()) fields.blame("text", "a free activation needs a reason");
    if (fields.has("payment")) fields.blame("payment", "must not be given with price grant");
    fields.allow("payment");
  } else if (price == "authorization") {
    if (const auto* payment = fields.object("payment")) {
      order.payment = read_payment(*payment, "/payment", faults);
      if (order.payment->state == ota::PaidAs::none)
        fields.blame("payment", "must be authorized or captured");
    }
  } else if (!price.empty()) {
    fields.blame("price", "must be one of: grant, authorization");
  }
}

}  // namespace

json::object ticket_object(const ota::Ticket& ticket, Instant now) {
  const std::string id = contactor::to_string(ticket.id);
  json::object out{{"id", id},
                   {"ticket_id", id},
                   {"vin", ticket.vin.str()},
                   {"customer_id", ticket.customer_id.str()},
                   {"customer_email", ticket.customer_email},
                   {"service_id", ticket.service_id.str()},
                   {"service_name", ticket.service_name},
                   {"payment_transaction_id", ticket.payment_transaction_id},
                   {"payment_amount", nullptr},
                   {"activation_request_time", moment_value(ticket.activation_requested_at)},
                   {"retry_attempts", attempts(ticket)},
                   {"last_error_code", ticket.last_error_code},
                   {"last_error_message", ticket.last_error_message},
                   {"vehicle_status_snapshot", finding(ticket.vehicle_status_snapshot)},
                   {"vehicle_online_status", finding(ticket.vehicle_online_status)},
                   {"network_signal_strength", finding(ticket.network_signal_strength)},
                   {"vehicle_firmware_version", finding(ticket.vehicle_firmware_version)},
                   {"configuration_payload", document_or_text(ticket.configuration_payload)},
                   {"priority", ota::to_string(ticket.priority)}};
  if (ticket.payment_amount)
    out["payment_amount"] = json::object{{"amount", ticket.payment_amount->minor_units},
                                         {"currency", ticket.payment_amount->currency.str()}};
  out["activation_id"] = contactor::to_string(ticket.activation_id);
  out["category"] = ota::to_string(ticket.category);
  out["state"] = ota::to_string(ticket.state);
  out["assigned_to"] = ticket.assigned_to;
  out["opened_at"] = moment_value(ticket.opened_at);
  out["ended_at"] = optional_moment(ticket.ended_at);
  out["sla"] = sla(ticket, now);
  out["proposed_configuration"] = document_or_text(ticket.proposed_configuration);
  out["proposed_by"] = ticket.proposed_by.empty() ? json::value(nullptr) : json::value(ticket.proposed_by);
  out["notes"] = json::array(ticket.notes.begin(), ticket.notes.end());
  out["version"] = ticket.version;
  out["links"] =
      json::object{{"self", "/v1/support/tickets/" + id},
                   {"activation", "/v1/ota/activations/" + contactor::to_string(ticket.activation_id)}};
  return out;
}

std::string ticket_json(const ota::Ticket& ticket, Instant now, bool personal_data) {
  json::object document = ticket_object(ticket, now);
  if (personal_data) return json::serialize(document);
  document["customer_email"] = mask_email(ticket.customer_email);
  return mask_vin(json::serialize(document), ticket.vin);
}

std::expected<engine::TicketOrder, Faults> read_ticket_order(const boost::json::object& body,
                                                             std::string actor) {
  Faults faults;
  Fields fields(body, "", faults);
  engine::TicketOrder order{.action = fields.one_of("action", ota::parse_ticket_action, kActions),
                            .actor = std::move(actor)};
  order.text = fields.optional_text("text", kWordsRule).value_or("");
  const bool is_known = faults.empty();
  const bool starts =
      order.action == ota::TicketAction::retry || order.action == ota::TicketAction::modify_payload;
  if (is_known && starts) read_price(fields, order, faults);
  if (is_known && order.action == ota::TicketAction::modify_payload)
    order.configuration = configuration_of(fields, faults);
  if (is_known) fields.refuse_unknown();
  if (!faults.empty()) return std::unexpected(std::move(faults));
  return order;
}

}  // namespace contactor::api
