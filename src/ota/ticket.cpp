#include "ota/ticket.h"

#include <algorithm>

#include <fmt/format.h>

#include "ota/evidence.h"
#include "ota/failure.h"
#include "ota/sla.h"

namespace contactor::ota {
namespace {

std::string text_or_why(const std::string& value, std::string_view why) {
  return value.empty() ? fmt::format("not available: {}", why) : value;
}

std::string why_of(const Error& error) { return error.detail.empty() ? error.message() : error.detail; }

Finding found(std::string value, std::string_view why_empty) {
  if (value.empty()) return {.value = {}, .unavailable = std::string(why_empty)};
  return {.value = std::move(value), .unavailable = {}};
}

/// What the status says, else what the health says, else why neither says it.
template <class FromStatus, class FromHealth>
Finding first_of(const Diagnostics& diagnostics, FromStatus from_status, FromHealth from_health) {
  std::string value = diagnostics.status ? from_status(*diagnostics.status) : std::string();
  if (value.empty() && diagnostics.health) value = from_health(*diagnostics.health);
  const std::string why =
      diagnostics.status ? "the vehicle's status does not tell" : why_of(diagnostics.status.error());
  return found(std::move(value), why);
}

std::string dbm(const std::optional<std::int64_t>& strength) {
  return strength ? fmt::format("{} dBm", *strength) : std::string();
}

std::string nothing(const VehicleHealth&) { return {}; }

void add_observations(Ticket& ticket, const Diagnostics& diagnostics) {
  ticket.vehicle_status_snapshot =
      first_of(diagnostics, [](const VehicleStatus& s) { return s.snapshot; }, nothing);
  ticket.vehicle_online_status = first_of(
      diagnostics, [](const VehicleStatus& s) { return std::string(s.online ? "online" : "offline"); },
      [](const VehicleHealth& h) { return std::string(h.reachable ? "online" : "offline"); });
  ticket.network_signal_strength = first_of(
      diagnostics, [](const VehicleStatus& s) { return dbm(s.signal_strength_dbm); },
      [](const VehicleHealth& h) { return dbm(h.signal_strength_dbm); });
  ticket.vehicle_firmware_version =
      first_of(diagnostics, [](const VehicleStatus& s) { return s.firmware_version; }, nothing);
}

void add_order(Ticket& ticket, const Order& order) {
  const bool unpaid = order.payment.state == PaidAs::none;
  ticket.vin = order.vin;
  ticket.customer_id = order.customer.id;
  ticket.customer_email = text_or_why(order.customer.email, "the order names no address");
  ticket.service_id = order.service_id;
  ticket.service_name = text_or_why(order.service_name, "the catalogue has no name for the service");
  ticket.payment_transaction_id = text_or_why(order.payment.transaction_id,
                                              unpaid ? "nothing was paid" : "the order names no transaction");
  if (!unpaid) ticket.payment_amount = order.payment.amount;
  ticket.activation_requested_at = order.requested_at;
  ticket.configuration_payload = text_or_why(order.configuration, "the service has no configuration");
  ticket.priority = priority_of(order);
}

std::string error_code(const Failure& failure) {
  if (!failure.code.empty() || failure.http_status == 0) return failure.code;
  return fmt::format("HTTP {}", failure.http_status);
}

void add_failure(Ticket& ticket, const std::optional<Failure>& failure) {
  const bool terminal = failure && !is_retryable(failure->category);
  ticket.category = terminal ? failure->category : FailureCategory::MaxRetriesExceeded;
  ticket.last_error_code = text_or_why(failure ? error_code(*failure) : "", "no error code was given");
  ticket.last_error_message = text_or_why(failure ? failure->message : "", "no error message was given");
}

/// A generation at or past ours in the other state: somebody newer than our command had the last word.
bool shown_by_status(const VehicleStatus& status, const Activation& activation, bool wanted) {
  if (status.command == CommandStatus::applied) return true;
  return std::ranges::any_of(status.features, [&](const FeatureState& feature) {
    const bool ours =
        wanted ? feature.generation == activation.generation : feature.generation >= activation.generation;
    return feature.service_id == activation.order->service_id.str() && feature.active == wanted && ours;
  });
}

bool shown_by_history(const std::vector<IotHistoryItem>& items, const Activation& activation, bool wanted) {
  const std::string ours = command_id(activation.id, activation.command_ordinal);
  const auto applied = [&](const IotHistoryItem& item) {
    return item.service_id == activation.order->service_id.str() && item.status == CommandStatus::applied;
  };
  const auto own = std::ranges::find_if(items, [&](const auto& item) {
    return applied(item) && item.command_id == ours && item.enable == wanted;
  });
  if (own == items.end()) return false;
  return std::ranges::none_of(
      items, [&](const auto& item) { return applied(item) && item.enable != wanted && item.at > own->at; });
}

}  // namespace

Priority priority_of(const Order& order) {
  const bool customer_waits = order.action == Action::activate && order.origin == Origin::customer &&
                              order.payment.state != PaidAs::none;
  return customer_waits ? Priority::HIGH : Priority::MEDIUM;
}

Ticket build_ticket(TicketId id, const Activation& activation, const Diagnostics& diagnostics,
                    const SlaPolicy& sla, std::string_view on_duty, Instant now) {
  Ticket ticket;
  ticket.id = id;
  add_order(ticket, *activation.order);
  add_failure(ticket, activation.last_failure);
  add_observations(ticket, diagnostics);
  ticket.retry_attempts = diagnostics.attempts;
  ticket.activation_id = activation.id;
  ticket.assigned_to = on_duty;
  ticket.opened_at = now;
  const auto [respond_by, solve_by] = sla_times(sla, ticket.priority, now);
  ticket.respond_by = respond_by;
  ticket.solve_by = solve_by;
  ticket.version = 1;
  return ticket;
}

bool confirms(const Diagnostics& diagnostics, const Activation& activation) {
  // Nothing was sent: whatever the car shows is not an answer to this order.
  if (activation.command_ordinal == 0) return false;
  const bool wanted = activation.order->action == Action::activate;
  if (diagnostics.status) {
    // A car that is said to have applied it, and shows otherwise, has confirmed nothing: nobody pays on that.
    if (contradicts(*diagnostics.status, activation)) return false;
    if (shown_by_status(*diagnostics.status, activation, wanted)) return true;
  }
  return diagnostics.history && shown_by_history(*diagnostics.history, activation, wanted);
}

}  // namespace contactor::ota
