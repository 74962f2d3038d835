#include "store/order_codec.h"

#include <array>
#include <exception>

#include "json/json.h"

namespace contactor {

// The documents' members, in plain types. They stand in this namespace because the generic JSON mapping is
// found here.
struct StoredOrder {
  std::string order_id, vin, customer_id, name, email, push_token, locale, service_id, service_name,
      vehicle_model, action;
  std::optional<std::int64_t> duration;
  std::string origin, provider, transaction_id, currency, paid_as;
  std::int64_t minor_units = 0;
  std::string configuration;
  std::uint32_t template_version = 0;
  std::vector<std::string> compatible_models;
  std::string min_firmware;
  bool parked = false;
  std::vector<std::string> requires_services, conflicts_services;
  std::int64_t requested_at = 0, parent = 0;
  std::string reason, ordered_by;
  std::int64_t extends = 0;
  std::optional<std::int64_t> extends_from;
};
BOOST_DESCRIBE_STRUCT(StoredOrder, (),
                      (order_id, vin, customer_id, name, email, push_token, locale, service_id, service_name,
                       vehicle_model, action, duration, origin, provider, transaction_id, currency, paid_as,
                       minor_units, configuration, template_version, compatible_models, min_firmware, parked,
                       requires_services, conflicts_services, requested_at, parent, reason, ordered_by,
                       extends, extends_from))

struct StoredFinding {
  std::string value, unavailable;
};
BOOST_DESCRIBE_STRUCT(StoredFinding, (), (value, unavailable))

struct StoredAttempt {
  std::uint32_t number = 0;
  std::int64_t at = 0;
  std::string command_id, response;
};
BOOST_DESCRIBE_STRUCT(StoredAttempt, (), (number, at, command_id, response))

struct StoredTicket {
  std::int64_t id = 0;
  std::string vin, customer_id, customer_email, service_id, service_name, transaction_id;
  std::optional<std::int64_t> minor_units;
  std::string currency;
  std::int64_t requested_at = 0;
  std::vector<StoredAttempt> attempts;
  std::string error_code, error_message;
  StoredFinding snapshot, online, signal, firmware;
  std::string configuration, priority;
  std::int64_t activation_id = 0;
  std::string category, state, assigned_to;
  std::int64_t opened_at = 0, respond_by = 0, solve_by = 0;
  std::optional<std::int64_t> responded_at, ended_at, waiting_since;
  std::string proposed_configuration, proposed_by;
  std::vector<std::string> notes;
  std::uint32_t version = 0;
};
BOOST_DESCRIBE_STRUCT(StoredTicket, (),
                      (id, vin, customer_id, customer_email, service_id, service_name, transaction_id,
                       minor_units, currency, requested_at, attempts, error_code, error_message, snapshot,
                       online, signal, firmware, configuration, priority, activation_id, category, state,
                       assigned_to, opened_at, respond_by, solve_by, responded_at, ended_at, waiting_since,
                       proposed_configuration, proposed_by, notes, version))

namespace store {
namespace {

std::optional<std::int64_t> millis_of(const std::optional<Instant>& at) {
  return at ? std::optional(at->millis()) : std::nullopt;
}
std::optional<Instant> instant_of(const std::optional<std::int64_t>& millis) {
  return millis ? std::optional(Instant::from_millis(*millis)) : std::nullopt;
}

std::vector<std::string> texts_of(const std::vector<ServiceId>& ids) {
  std::vector<std::string> texts;
  for (const auto& id : ids) texts.push_back(id.str());
  return texts;
}
std::vector<ServiceId> ids_of(std::vector<std::string> texts) {
  std::vector<ServiceId> ids;
  for (auto& text : texts) ids.emplace_back(std::move(text));
  return ids;
}

/// Ends the decoding of a document that no version of this program wrote; caught in `decoded`.
template <class T>
T known(std::optional<T> value) {
  if (!value) throw std::invalid_argument("a name is not known");
  return *value;
}
Vin known_vin(const std::string& text) {
  auto vin = Vin::parse(text);
  if (!vin) throw std::invalid_argument("not a VIN");
  return *vin;
}

StoredFinding stored(const ota::Finding& finding) { return {finding.value, finding.unavailable}; }
ota::Finding finding(StoredFinding stored) {
  return {.value = std::move(stored.value), .unavailable = std::move(stored.unavailable)};
}

ota::Order order_of(StoredOrder from) {
  ota::Order order;
  order.order_id = OrderId(std::move(from.order_id));
  order.vin = known_vin(from.vin);
  order.customer = {.id = CustomerId(std::move(from.customer_id)),
                    .name = std::move(from.name),
                    .email = std::move(from.email),
                    .push_token = std::move(from.push_token),
                    .locale = std::move(from.locale)};
  order.service_id = ServiceId(std::move(from.service_id));
  order.service_name = std::move(from.service_name);
  order.vehicle_model = std::move(from.vehicle_model);
  order.action = known(ota::parse_action(from.action));
  if (from.duration) order.duration = Millis(*from.duration);
  order.origin = known(ota::parse_origin(from.origin));
  order.payment = {
      .provider = known(ota::parse_provider(from.provider)),
      .transaction_id = std::move(from.transaction_id),
      .amount = {.minor_units = from.minor_units, .currency = known(Currency::parse(from.currency))},
      .state = known(ota::parse_paid_as(from.paid_as))};
  order.configuration = std::move(from.configuration);
  order.template_version = from.template_version;
  order.requirements = {.compatible_models = std::move(from.compatible_models),
                        .min_firmware = std::move(from.min_firmware),
                        .parked = from.parked,
                        .requires_services = ids_of(std::move(from.requires_services)),
                        .conflicts_services = ids_of(std::move(from.conflicts_services))};
  order.requested_at = Instant::from_millis(from.requested_at);
  order.parent = ActivationId(from.parent);
  order.reason = std::move(from.reason);
  order.ordered_by = std::move(from.ordered_by);
  order.extends = ActivationId(from.extends);
  order.extends_from = instant_of(from.extends_from);
  return order;
}

ota::Ticket ticket_of(StoredTicket from) {
  ota::Ticket ticket;
  ticket.id = TicketId(from.id);
  ticket.vin = known_vin(from.vin);
  ticket.customer_id = CustomerId(std::move(from.customer_id));
  ticket.customer_email = std::move(from.customer_email);
  ticket.service_id = ServiceId(std::move(from.service_id));
  ticket.service_name = std::move(from.service_name);
  ticket.payment_transaction_id = std::move(from.transaction_id);
  if (from.minor_units)
    ticket.payment_amount =
        Money{.minor_units = *from.minor_units, .currency = known(Currency::parse(from.currency))};
  ticket.activation_requested_at = Instant::from_millis(from.requested_at);
  for (auto& attempt : from.attempts)
    ticket.retry_attempts.push_back({.number = attempt.number,
                                     .at = Instant::from_millis(attempt.at),
                                     .command_id = std::move(attempt.command_id),
                                     .response = std::move(attempt.response)});
  ticket.last_error_code = std::move(from.error_code);
  ticket.last_error_message = std::move(from.error_message);
  ticket.vehicle_status_snapshot = finding(std::move(from.snapshot));
  ticket.vehicle_online_status = finding(std::move(from.online));
  ticket.network_signal_strength = finding(std::move(from.signal));
  ticket.vehicle_firmware_version = finding(std::move(from.firmware));
  ticket.configuration_payload = std::move(from.configuration);
  ticket.priority = known(ota::parse_priority(from.priority));
  ticket.activation_id = ActivationId(from.activation_id);
  ticket.category = known(ota::parse_failure_category(from.category));
  ticket.state = known(ota::parse_ticket_state(from.state));
  ticket.assigned_to = std::move(from.assigned_to);
  ticket.opened_at = Instant::from_millis(from.opened_at);
  ticket.respond_by = Instant::from_millis(from.respond_by);
  ticket.solve_by = Instant::from_millis(from.solve_by);
  ticket.responded_at = instant_of(from.responded_at);
  ticket.ended_at = instant_of(from.ended_at);
  ticket.waiting_since = instant_of(from.waiting_since);
  ticket.proposed_configuration = std::move(from.proposed_configuration);
  ticket.proposed_by = std::move(from.proposed_by);
  ticket.notes = std::move(from.notes);
  ticket.version = from.version;
  return ticket;
}

/// Documents are small: the parsed tree lives in a buffer on the stack.
template <class Stored>
Result<Stored> decoded(std::string_view document) {
  try {
    std::array<unsigned char, 8192> buffer;
    boost::json::monotonic_resource arena(buffer.data(), buffer.size());
    return boost::json::value_to<Stored>(boost::json::parse(document, &arena));
  } catch (const std::exception& error) {
    return fail(ErrorKind::internal, "store",
                std::string("a stored document cannot be read: ") + error.what());
  }
}

/// Members that say nothing are left out: readers take them for granted. Most of an order is empty, and it is
/// read for each of its activations.
void leave_out_defaults(json::object& document) {
  const auto says_nothing = [](const json::value& member) {
    return (member.is_string() && member.get_string().empty()) || member == json::value(0) ||
           member == json::value(false) || (member.is_array() && member.get_array().empty());
  };
  json::object kept(document.storage());
  for (auto& member : document)
    if (!says_nothing(member.value())) kept.emplace(member.key(), std::move(member.value()));
  document = std::move(kept);
}

}  // namespace

std::string encode(const ota::Order& order) {
  const auto& pay = order.payment;
  const StoredOrder stored{
      order.order_id.str(),
      std::string(order.vin.str()),
      order.customer.id.str(),
      order.customer.name,
      order.customer.email,
      order.customer.push_token,
      order.customer.locale,
      order.service_id.str(),
      order.service_name,
      order.vehicle_model,
      std::string(to_string(order.action)),
      order.duration ? std::optional<std::int64_t>(order.duration->count()) : std::nullopt,
      std::string(to_string(order.origin)),
      std::string(to_string(pay.provider)),
      pay.transaction_id,
      pay.amount.currency.str(),
      std::string(to_string(pay.state)),
      pay.amount.minor_units,
      order.configuration,
      order.template_version,
      order.requirements.compatible_models,
      order.requirements.min_firmware,
      order.requirements.parked,
      texts_of(order.requirements.requires_services),
      texts_of(order.requirements.conflicts_services),
      order.requested_at.millis(),
      order.parent.value(),
      order.reason,
      order.ordered_by,
      order.extends.value(),
      millis_of(order.extends_from)};
  json::value document = boost::json::value_from(stored);
  leave_out_defaults(document.get_object());
  return json::serialize(document);
}

std::string encode(const ota::Ticket& ticket) {
  StoredTicket stored_ticket{.id = ticket.id.value(),
                             .vin = std::string(ticket.vin.str()),
                             .customer_id = ticket.customer_id.str(),
                             .customer_email = ticket.customer_email,
                             .service_id = ticket.service_id.str(),
                             .service_name = ticket.service_name,
                             .transaction_id = ticket.payment_transaction_id,
                             .requested_at = ticket.activation_requested_at.millis(),
                             .error_code = ticket.last_error_code,
                             .error_message = ticket.last_error_message,
                             .snapshot = stored(ticket.vehicle_status_snapshot),
                             .online = stored(ticket.vehicle_online_status),
                             .signal = stored(ticket.network_signal_strength),
                             .firmware = stored(ticket.vehicle_firmware_version),
                             .configuration = ticket.configuration_payload,
                             .priority = std::string(to_string(ticket.priority)),
                             .activation_id = ticket.activation_id.value(),
                             .category = std::string(to_string(ticket.category)),
                             .state = std::string(to_string(ticket.state)),
                             .assigned_to = ticket.assigned_to,
                             .opened_at = ticket.opened_at.millis(),
                             .respond_by = ticket.respond_by.millis(),
                             .solve_by = ticket.solve_by.millis(),
                             .responded_at = millis_of(ticket.responded_at),
                             .ended_at = millis_of(ticket.ended_at),
                             .waiting_since = millis_of(ticket.waiting_since),
                             .proposed_configuration = ticket.proposed_configuration,
                             .proposed_by = ticket.proposed_by,
                             .notes = ticket.notes,
                             .version = ticket.version};
  if (ticket.payment_amount) {
    stored_ticket.minor_units = ticket.payment_amount->minor_units;
    stored_ticket.currency = ticket.payment_amount->currency.str();
  }
  for (const auto& attempt : ticket.retry_attempts)
    stored_ticket.attempts.push_back(
        {attempt.number, attempt.at.millis(), attempt.command_id, attempt.response});
  return json::serialize(boost::json::value_from(stored_ticket));
}

Result<std::shared_ptr<const ota::Order>> decode_order(std::string_view document) {
  CTR_TRY(stored, decoded<StoredOrder>(document));
  try {
    return std::make_shared<const ota::Order>(order_of(std::move(stored)));
  } catch (const std::exception& error) {
    return fail(ErrorKind::internal, "store", std::string("a stored order cannot be read: ") + error.what());
  }
}

Result<ota::Ticket> decode_ticket(std::string_view document) {
  CTR_TRY(stored, decoded<StoredTicket>(document));
  try {
    return ticket_of(std::move(stored));
  } catch (const std::exception& error) {
    return fail(ErrorKind::internal, "store", std::string("a stored ticket cannot be read: ") + error.what());
  }
}

}  // namespace store
}  // namespace contactor
