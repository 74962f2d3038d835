#include "people.h"

#include <fmt/format.h>

namespace contactor::sim {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr int kTriesMax = 400;

std::string digest_of(const ota::Order& order) {
  return fmt::format("{}|{}|{}|{}", order.order_id.str(), order.vin.str(), order.service_id.str(),
                     order.payment.amount.minor_units);
}

std::string rendered(const ota::Activation& activation) {
  return fmt::format(R"({{"id":"{}","state":"{}"}})", to_string(activation.id),
                     ota::to_string(activation.state));
}

ActivationId id_in(std::string_view reply) {
  const std::size_t start = reply.find("act_");
  return start == std::string_view::npos ? ActivationId() : parse_id<ActivationTag>(reply.substr(start, 17));
}

engine::ReplyTemplate reply_for(const ota::Order& order, const std::string& key) {
  return {.principal = "shop",
          .route = "POST /v1/ota/activations",
          .key = key,
          .request_digest = digest_of(order),
          .render = [](const ota::Activation& activation) { return std::pair(201, rendered(activation)); }};
}

}  // namespace

People::People(Universe& universe, Cluster& cluster)
    : universe_(universe), cluster_(cluster), dice_(stream(universe.scenario.seed, 4)) {}

void People::begin() {
  for (const auto& plan : universe_.scenario.orders) plan_order(plan);
  universe_.clock.plan(kRunStart + universe_.scenario.desk_interval, nullptr, [this] { look_at_desk(); });
}

void People::plan_order(const OrderPlan& plan) {
  const std::string key = "key-" + plan.order.order_id.str();
  ++record_.orders;
  ++waiting_;
  const auto plan_purchase = [&](Instant at, Purchase purchase) {
    auto shared = std::make_shared<Purchase>(std::move(purchase));
    universe_.clock.plan(at, nullptr, [this, shared] {
      if (shared->first) pay(shared->order);
      place(shared);
    });
  };
  plan_purchase(plan.at, {.order = plan.order, .key = key, .first = true, .cancel_at = plan.cancel_at});
  if (plan.repeat_same_at) plan_purchase(*plan.repeat_same_at, {.order = plan.order, .key = key});
  if (plan.repeat_key_at) plan_purchase(*plan.repeat_key_at, {.order = plan.order, .key = key + "-again"});
  if (!plan.repeat_other_at) return;
  Purchase other{.order = plan.order, .key = key + "-other", .other_facts = true};
  other.order.payment.amount.minor_units += 1;
  other.order.payment.transaction_id += "-other";
  plan_purchase(*plan.repeat_other_at, std::move(other));
}

/// The customer pays at the shop before the shop orders here.
void People::pay(const ota::Order& order) {
  if (order.payment.provider != ota::Provider::stripe || order.payment.state == ota::PaidAs::none) return;
  universe_.world.open_payment({.id = order.payment.transaction_id,
                                .amount = order.payment.amount.minor_units,
                                .captured = order.payment.state == ota::PaidAs::captured},
                               universe_.clock.now());
  if (universe_.scenario.canary) take_by_itself(order.payment.transaction_id);
}

void People::take_by_itself(const std::string& payment) {
  static_cast<void>(universe_.world.handle(
      {.method = "POST",
       .url = "http://world.test/stripe/v1/payment_intents/" + payment + "/capture",
       .headers = {{"Authorization", "Bearer " + universe_.scenario.world.stripe_secret_key},
                   {"Idempotency-Key", "canary-" + payment}}},
      universe_.clock.now()));
}

void People::place(const PurchaseRef& purchase) {
  // Nobody repeats an order that was not taken yet, or never will be.
  if (!purchase->first && !record_.accepted.contains(purchase->order.order_id.str())) return;
  auto* engine = cluster_.ask(purchase->order.vin.shard());
  if (engine == nullptr) return try_later(purchase);
  // Whoever gets no answer asks again, as a shop does: the same order under the same key.
  const int this_try = purchase->tries;
  ota::Order order = purchase->order;
  order.requested_at = engine->time().now();
  engine->accept(std::move(order), reply_for(purchase->order, purchase->key),
                 [this, purchase](Result<engine::Accepted> answer) {
                   purchase->tries += 1;
                   placed(purchase, answer);
                 });
  universe_.clock.plan(universe_.clock.now() + seconds(30), nullptr, [this, purchase, this_try] {
    if (purchase->tries == this_try) try_later(purchase);
  });
}

void People::try_later(const PurchaseRef& purchase) {
  purchase->tries += 1;
  if (purchase->tries > kTriesMax) return;
  const int this_try = purchase->tries;
  universe_.clock.plan(universe_.clock.now() + universe_.between(seconds(1), seconds(20)), nullptr,
                       [this, purchase, this_try] {
                         if (purchase->tries == this_try) place(purchase);
                       });
}

void People::placed(const PurchaseRef& purchase, const Result<engine::Accepted>& answer) {
  if (answer) {
    taken(*purchase, *answer);
  } else if (answer.error().kind == ErrorKind::conflict || answer.error().kind == ErrorKind::invalid) {
    if (purchase->first) ++record_.refused;
    if (record_.accepted.contains(purchase->order.order_id.str()) && !purchase->other_facts)
      record_.complaints.push_back(fmt::format("S7 {}: accepted once, refused when repeated: {}",
                                               purchase->order.order_id.str(), answer.error().detail));
  } else {
    return try_later(purchase);
  }
  if (std::exchange(purchase->first, false)) --waiting_;
}

void People::taken(const Purchase& purchase, const engine::Accepted& accepted) {
  const std::string& order = purchase.order.order_id.str();
  if (accepted.repeated) ++record_.repeated;
  std::string reply;
  ActivationId id = accepted.activation.id;
  if (accepted.stored_reply) {
    // The route answers 422 for another body under a known key; the same body gets the stored bytes.
    reply = accepted.stored_reply->body;
    id = id_in(reply);
    if (accepted.stored_reply->request_digest != digest_of(purchase.order))
      return record_.complaints.push_back(fmt::format("S6 {}: a key answers for another body", order));
  } else if (!accepted.repeated) {
    reply = rendered(accepted.activation);
  } else if (record_.replies.contains(purchase.key)) {
    record_.complaints.push_back(fmt::format("S6 {}: the reply to a known key was not kept", order));
  }
  if (!reply.empty()) {
    const auto [known, first] = record_.replies.emplace(purchase.key, reply);
    if (!first && known->second != reply)
      record_.complaints.push_back(
          fmt::format("S6 {}: the stored reply is not the one that was given", order));
  }
  if (purchase.other_facts)
    record_.complaints.push_back(fmt::format("S7 {}: other facts were taken under a known order id", order));
  const auto [promise, first] = record_.accepted.emplace(order, id);
  if (!first && promise->second != id)
    record_.complaints.push_back(fmt::format("S7 {}: two activations for one order", order));
  if (purchase.cancel_at && purchase.first)
    universe_.clock.plan(*purchase.cancel_at, nullptr, [this, id] { cancel(id, 0); });
}

void People::cancel(ActivationId id, int tries) {
  if (!at_work_ || tries > 20) return;
  const auto again = [this, id, tries] {
    universe_.clock.plan(universe_.clock.now() + seconds(10), nullptr,
                         [this, id, tries] { cancel(id, tries + 1); });
  };
  auto* engine = cluster_.ask(id.shard());
  if (engine == nullptr) return again();
  if (tries == 0) ++record_.cancels;
  engine->cancel(id, "customer", "changed their mind", [this, again](Result<ota::Activation> answer) {
    if (answer)
      ++record_.canceled;
    else if (answer.error().kind != ErrorKind::conflict && answer.error().kind != ErrorKind::not_found)
      again();
  });
}

// -- the desk ---------------------------------------------------------------------------------------------

void People::look_at_desk() {
  if (!at_work_) return;
  for (const auto& [id, ticket] : universe_.disk.tickets)
    if (ticket.state != ota::TicketState::closed && dice_.chance(universe_.scenario.desk_acts))
      work_on(ticket);
  universe_.clock.plan(universe_.clock.now() + universe_.scenario.desk_interval, nullptr,
                       [this] { look_at_desk(); });
}

void People::work_on(const ota::Ticket& ticket) {
  auto* engine = cluster_.ask(ticket.activation_id.shard());
  if (engine == nullptr) return;
  ++record_.desk_acts;
  engine::TicketOrder order = draw_act(ticket);
  if (order.payment)
    universe_.world.open_payment(
        {.id = order.payment->transaction_id, .amount = order.payment->amount.minor_units},
        universe_.clock.now());
  engine->act_on_ticket(ticket.id, std::move(order), [this](const Result<engine::TicketOutcome>& outcome) {
    if (outcome && outcome->started) ++record_.started_by_desk;
  });
}

engine::TicketOrder People::draw_act(const ota::Ticket& ticket) {
  using enum ota::TicketAction;
  constexpr std::array kActs{
      retry, retry, modify_payload, schedule_inspection, escalate_iot, contact_customer, resolve, close};
  engine::TicketOrder order{.action = kActs[dice_.below(kActs.size())],
                            .actor = dice_.chance(0.5) ? "anna" : "ben",
                            .text = "as discussed"};
  const bool starts = order.action == retry || order.action == modify_payload;
  if (order.action == modify_payload)
    order.configuration =
        ticket.proposed_configuration.empty() ? R"({"feature":99})" : ticket.proposed_configuration;
  if (!starts) return order;
  order.grant = dice_.chance(0.5);
  if (!order.grant)
    order.payment =
        ota::Payment{.provider = ota::Provider::stripe,
                     .transaction_id = fmt::format("pi_desk_{:04}", ++extra_payments_),
                     .amount = ticket.payment_amount && ticket.payment_amount->minor_units > 0
                                   ? *ticket.payment_amount
                                   : Money{.minor_units = 500, .currency = *Currency::parse("EUR")},
                     .state = ota::PaidAs::authorized};
  return order;
}

}  // namespace contactor::sim
