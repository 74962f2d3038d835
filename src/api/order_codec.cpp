#include "api/order_codec.h"

#include "api/fields.h"
#include "api/service_document.h"
#include "json/json.h"

namespace contactor::api {
namespace {

constexpr std::int64_t kAmountMax = 1'000'000'000'000;
constexpr TextRule kTransactionRule{.min = 1, .max = 255, .kind = TextRule::Kind::visible_ascii};
constexpr TextRule kPushRule{.min = 1, .max = 4096, .kind = TextRule::Kind::visible_ascii};
constexpr TextRule kLocaleRule{.min = 2, .max = 35, .kind = TextRule::Kind::visible_ascii};

ota::Customer read_customer(const boost::json::object& from, Faults& faults) {
  Fields fields(from, "/customer", faults);
  ota::Customer customer{.id = CustomerId(fields.text("id", kIdRule)),
                         .name = fields.text("name", kNameRule),
                         .email = fields.text("email", kEmailRule)};
  customer.push_token = fields.optional_text("push_token", kPushRule).value_or("");
  customer.locale = fields.optional_text("locale", kLocaleRule).value_or("");
  fields.refuse_unknown();
  return customer;
}

std::optional<Vin> read_vin(Fields& fields) {
  const std::string text = fields.text("vin", {.min = 1, .max = 64});
  if (text.empty()) return std::nullopt;
  auto vin = Vin::parse(text);
  if (vin) return *vin;
  fields.blame("vin", vin.error().detail);
  return std::nullopt;
}

void read_service_of(Fields& fields, const OrderContext& context, ota::Order& order) {
  const std::string id = fields.text("service_id", kIdRule);
  if (id.empty()) return;
  order.service_id = ServiceId(id);
  const ports::Service* service = context.find_service(order.service_id);
  if (service == nullptr) return fields.blame("service_id", "is not in the catalogue");
  auto terms = terms_of(*service);
  if (!terms) return fields.blame("service_id", "has an entry in the catalogue that cannot be used");
  order.service_name = service->name;
  order.template_version = service->version;
  order.configuration = std::move(terms->configuration);
  order.requirements = std::move(terms->requirements);
}

/// Rules that need more than one member.
void check_as_a_whole(Fields& fields, const ota::Order& order) {
  const bool is_sale = order.action == ota::Action::activate && order.origin == ota::Origin::customer;
  if (order.action == ota::Action::deactivate && order.duration)
    fields.blame("duration", "is for activations only");
  if (order.payment.state == ota::PaidAs::none && order.payment.amount.minor_units > 0 && is_sale)
    fields.blame("payment", "must be authorized or captured before an activation starts");
  if (order.action == ota::Action::deactivate && order.payment.state != ota::PaidAs::none)
    fields.blame("payment", "nothing is paid for a deactivation: its state must be none");
}

}  // namespace

ota::Payment read_payment(const boost::json::object& from, const std::string& pointer, Faults& faults) {
  Fields fields(from, pointer, faults);
  ota::Payment payment;
  payment.state = fields.one_of("state", ota::parse_paid_as, "authorized, captured, none");
  payment.provider = fields.one_of("provider", ota::parse_provider, "stripe, external");
  const bool is_paid = payment.state != ota::PaidAs::none;
  if (is_paid) {
    payment.transaction_id = fields.text("transaction_id", kTransactionRule);
  } else {
    TextRule rule = kTransactionRule;
    rule.min = 0;
    payment.transaction_id = fields.optional_text("transaction_id", rule).value_or("");
  }
  if (is_paid || fields.has("amount")) payment.amount.minor_units = fields.integer("amount", 0, kAmountMax);
  if (is_paid || fields.has("currency")) {
    const std::string code = fields.text("currency", {.min = 1, .max = 16});
    const auto currency = Currency::parse(code);
    if (currency)
      payment.amount.currency = *currency;
    else if (!code.empty())
      fields.blame("currency", "must be an ISO 4217 code of three letters");
  }
  fields.refuse_unknown();
  return payment;
}

std::expected<ota::Order, Faults> read_order(const boost::json::object& body, const OrderContext& context) {
  Faults faults;
  Fields fields(body, "", faults);
  const std::string order_id = fields.text("order_id", kIdRule);
  const auto vin = read_vin(fields);
  ota::Order order{.order_id = OrderId(order_id), .vin = vin.value_or(Vin())};
  if (const auto* customer = fields.object("customer")) order.customer = read_customer(*customer, faults);
  read_service_of(fields, context, order);
  order.action = fields.one_of("action", ota::parse_action, "activate, deactivate");
  order.duration = fields.optional_duration("duration");
  order.origin = fields.one_of("origin", ota::parse_origin, "customer, pre_delivery");
  order.vehicle_model = fields.optional_text("vehicle_model", kNameRule).value_or("");
  // Nothing is sold before delivery and by a switch-off: there the payment may be left out.
  const bool needs_payment = order.action == ota::Action::activate && order.origin == ota::Origin::customer;
  const auto* payment = needs_payment ? fields.object("payment") : fields.optional_object("payment");
  if (payment != nullptr) order.payment = read_payment(*payment, "/payment", faults);
  fields.refuse_unknown();
  if (faults.empty()) check_as_a_whole(fields, order);
  if (!faults.empty()) return std::unexpected(std::move(faults));
  order.requested_at = context.now;
  order.ordered_by = context.ordered_by;
  return order;
}

}  // namespace contactor::api
