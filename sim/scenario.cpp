#include "scenario.h"

#include <fmt/format.h>

namespace contactor::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kServices = 4;

Millis between(Prng& dice, Millis low, Millis high) {
  return low +
         Millis(static_cast<std::int64_t>(dice.below(static_cast<std::uint64_t>((high - low).count()) + 1)));
}

std::size_t pick(Prng& dice, std::size_t low, std::size_t high) { return low + dice.below(high - low + 1); }

ota::Policy draw_policy(Prng& dice) {
  ota::Policy policy;
  policy.retry.retries_max = static_cast<std::uint32_t>(dice.below(7));
  policy.retry.base_delay = between(dice, seconds(1), seconds(60));
  policy.retry.max_delay = policy.retry.base_delay * static_cast<int>(pick(dice, 1, 16));
  if (dice.chance(0.5))
    policy.retry.final_grace = dice.chance(0.5) ? Millis(0) : between(dice, seconds(5), minutes(10));
  if (dice.chance(0.25)) policy.retry.jitter = 0.1;
  if (dice.chance(0.15)) policy.retry = ota::seed_example();
  if (dice.chance(0.3)) policy.command_timeout = between(dice, seconds(60), minutes(5));
  if (dice.chance(0.3)) policy.commands_per_hour = static_cast<std::uint32_t>(pick(dice, 4, 10));
  policy.request_timeout = between(dice, seconds(5), seconds(30));
  policy.horizon = dice.chance(0.3) ? between(dice, hours(2), hours(6)) : Millis(hours(24));
  policy.deactivation_delay_max = between(dice, minutes(5), hours(1));
  policy.deactivation_ticket_after = between(dice, minutes(30), hours(8));
  return policy;
}

FaultRates draw_rates(Prng& dice) {
  FaultRates rates{};
  for (std::size_t i = 0; i < kFaultCount; ++i) {
    const bool active = dice.chance(0.25);
    const double rate = static_cast<double>(1 + dice.below(100)) / 400.0;
    if (active) rates[i] = rate;
  }
  // These are drawn once a minute or at each commit rather than at each call: the same rate would leave
  // nothing alive.
  for (const Fault often : {Fault::crash_before_commit, Fault::crash_after_commit, Fault::crash_before_effect,
                            Fault::crash_after_effect, Fault::freeze_after_commit})
    rates[static_cast<std::size_t>(often)] /= 8;
  for (const Fault each_minute : {Fault::crash_anytime, Fault::graceful_restart, Fault::clock_forward,
                                  Fault::clock_back, Fault::freeze, Fault::partition})
    rates[static_cast<std::size_t>(each_minute)] /= 4;
  for (const Fault outage : {Fault::iot_outage, Fault::stripe_outage})
    rates[static_cast<std::size_t>(outage)] /= 20;
  return rates;
}

std::string vin_text(std::size_t number) { return fmt::format("WVWZZZ1JZXW{:06}", number + 1); }

ota::Payment draw_payment(Prng& dice, std::size_t number) {
  ota::Payment payment;
  payment.provider = dice.chance(0.8) ? ota::Provider::stripe : ota::Provider::external;
  payment.transaction_id = fmt::format("pi_{:04}", number);
  payment.amount = {.minor_units = static_cast<std::int64_t>(100 + dice.below(20'000)),
                    .currency = *Currency::parse("EUR")};
  const auto kind = dice.below(10);
  payment.state = kind < 6 ? ota::PaidAs::authorized : kind < 9 ? ota::PaidAs::captured : ota::PaidAs::none;
  if (payment.state == ota::PaidAs::none) payment.amount.minor_units = 0;
  return payment;
}

ota::Order draw_order(Prng& dice, std::size_t number, std::size_t vehicles) {
  ota::Order order;
  const std::size_t vehicle = dice.below(vehicles);
  const std::size_t service = dice.below(kServices);
  order.order_id = OrderId(fmt::format("order-{:04}", number));
  order.vin = *Vin::parse(vin_text(vehicle));
  // One owner a car, so that a second order for the same service may be an extension.
  order.customer = {.id = CustomerId(fmt::format("customer-{}", vehicle)),
                    .name = fmt::format("Customer {}", vehicle),
                    .email = dice.chance(0.95) ? fmt::format("c{}@example.org", vehicle) : "",
                    .push_token = dice.chance(0.7) ? fmt::format("device-{}", vehicle) : "",
                    .locale = ""};
  order.service_id = ServiceId(fmt::format("service-{}", service));
  order.service_name = fmt::format("Service {}", service);
  order.action = dice.chance(0.1) ? ota::Action::deactivate : ota::Action::activate;
  order.origin = dice.chance(0.15) ? ota::Origin::pre_delivery : ota::Origin::customer;
  order.configuration = fmt::format(R"({{"feature":{}}})", service);
  order.template_version = 1;
  order.ordered_by = "shop";
  if (order.action == ota::Action::activate) {
    if (dice.chance(0.6)) order.duration = between(dice, minutes(10), hours(5));
    order.payment = draw_payment(dice, number);
    order.requirements.parked = dice.chance(0.1);
    if (dice.chance(0.1)) order.requirements.min_firmware = "4.3";
  }
  return order;
}

/// Half of the runs have one process that knows of no others, the rest up to three nodes.
void draw_nodes(Scenario& scenario, std::optional<std::size_t> nodes) {
  Prng dice = stream(scenario.seed, 6);
  const bool shared = dice.chance(0.5);
  const std::size_t drawn = dice.chance(0.1) ? 1 : pick(dice, 2, 3);
  scenario.nodes = nodes.value_or(shared ? drawn : 0);
  scenario.names_stay = dice.chance(0.5);
  for (auto& error : scenario.clock_errors)
    if (dice.chance(0.5)) error = between(dice, Millis(0), hours(2)) - hours(1);
  if (scenario.nodes > 0) return;
  for (const Fault fault : {Fault::freeze, Fault::freeze_after_commit, Fault::partition})
    scenario.fault_rates[static_cast<std::size_t>(fault)] = 0;
}

}  // namespace

Scenario draw_scenario(std::uint64_t seed, std::optional<std::size_t> nodes) {
  Prng dice = stream(seed, 1);
  Scenario scenario;
  scenario.seed = seed;
  scenario.quiet = dice.chance(0.12);
  scenario.policy = draw_policy(dice);
  scenario.hurts_for = between(dice, minutes(40), hours(8));
  scenario.vehicles = pick(dice, 5, 40);
  scenario.calls_in_flight_max = dice.chance(0.2) ? pick(dice, 1, 4) : 256;
  scenario.desk_interval = between(dice, minutes(5), minutes(40));
  scenario.desk_acts = static_cast<double>(dice.below(8)) / 10.0;
  scenario.callbacks_share = dice.chance(0.8) ? 1.0 : 0.0;
  const std::size_t orders = pick(dice, 20, 80);
  // Half of the runs begin with a burst: two services bought at once on one car.
  const double burst = dice.chance(0.5) ? 0.5 : 0.0;
  for (std::size_t i = 0; i < orders; ++i) {
    OrderPlan plan{.order = draw_order(dice, i, scenario.vehicles), .at = {}};
    const Millis latest = dice.chance(burst) ? Millis(minutes(2)) : scenario.hurts_for;
    plan.at = kRunStart + seconds(1) + between(dice, Millis(0), latest);
    if (dice.chance(0.15)) plan.repeat_same_at = plan.at + between(dice, Millis(0), minutes(20));
    if (dice.chance(0.1)) plan.repeat_key_at = plan.at + between(dice, Millis(0), minutes(20));
    if (dice.chance(0.1)) plan.repeat_other_at = plan.at + between(dice, Millis(0), minutes(20));
    if (dice.chance(0.12)) plan.cancel_at = plan.at + between(dice, Millis(0), minutes(15));
    scenario.orders.push_back(std::move(plan));
  }
  if (scenario.quiet) {
    scenario.world = world::calm();
  } else {
    scenario.world = world::rough(dice.next());
    scenario.fault_rates = draw_rates(dice);
  }
  draw_nodes(scenario, nodes);
  return scenario;
}

std::string describe(const Scenario& scenario) {
  std::string text = fmt::format(
      "{} orders on {} vehicles, {} nodes, hurts for {}, retries {}, base {}, max {}, budget {}, {} calls at "
      "once{}",
      scenario.orders.size(), scenario.vehicles, scenario.nodes, to_duration_text(scenario.hurts_for),
      scenario.policy.retry.retries_max, to_duration_text(scenario.policy.retry.base_delay),
      to_duration_text(scenario.policy.retry.max_delay), scenario.policy.commands_per_hour,
      scenario.calls_in_flight_max, scenario.quiet ? ", quiet" : "; faults:");
  for (std::size_t i = 0; i < kFaultCount; ++i)
    if (scenario.fault_rates[i] > 0)
      text += fmt::format(" {}={:.3f}", to_string(static_cast<Fault>(i)), scenario.fault_rates[i]);
  for (std::size_t i = 0; i < world::fault_kinds; ++i) {
    const auto kind = static_cast<world::FaultKind>(i);
    if (scenario.world.faults.rate(kind) > 0)
      text += fmt::format(" {}={:.3f}", world::to_string(kind), scenario.world.faults.rate(kind));
  }
  return text;
}

}  // namespace contactor::sim
