#include "app/demo_tally.h"

#include <algorithm>

#include <fmt/format.h>

namespace contactor::app {

void DemoTally::take(const ota::Activation& activation) {
  if (activation.order->parent.empty()) orders_.insert_or_assign(activation.id, activation);
}

DemoTally::Summary DemoTally::summary() const {
  Summary sum;
  for (const auto& [id, order] : orders_) {
    using ota::MoneyState;
    sum.orders += 1;
    sum.active += order.state == ota::State::Active ? 1U : 0U;
    sum.failed += order.state == ota::State::Failed ? 1U : 0U;
    sum.canceled += order.state == ota::State::Canceled ? 1U : 0U;
    sum.retried += order.retries > 0 ? 1U : 0U;
    sum.captured += order.money_state == MoneyState::captured ? 1U : 0U;
    sum.released += order.money_state == MoneyState::released ? 1U : 0U;
    sum.refunded += order.money_state == MoneyState::refunded ? 1U : 0U;
    sum.tickets += order.ticket_id.empty() ? 0U : 1U;
    const bool taken =
        order.money_state == MoneyState::captured || order.money_state == MoneyState::capturing;
    sum.captured_not_confirmed += taken && !order.confirmed_at ? 1U : 0U;
    sum.open += is_settled(order.state, order.money_state) ? 0U : 1U;
  }
  return sum;
}

std::map<std::string, std::uint64_t> DemoTally::by_state() const {
  std::map<std::string, std::uint64_t> counts;
  for (const auto& [id, order] : orders_) counts[std::string(to_string(order.state))] += 1;
  return counts;
}

std::vector<std::string> DemoTally::upcoming(std::size_t most, Instant now) const {
  std::vector<const ota::Activation*> waiting;
  for (const auto& [id, order] : orders_)
    if (!is_final(order.state) && !order.next_action_at.is_never()) waiting.push_back(&order);
  const std::size_t shown = std::min(most, waiting.size());
  std::ranges::partial_sort(waiting, waiting.begin() + static_cast<std::ptrdiff_t>(shown), {},
                            [](const ota::Activation* order) { return order->next_action_at; });
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < shown; ++i) {
    const ota::Activation& order = *waiting[i];
    const auto left = std::max<std::int64_t>(0, (order.next_action_at - now).count() / 1000);
    lines.push_back(fmt::format("{}  {:<20} attempt {}  {:>4} s  {}", to_string(order.id),
                                to_string(order.state), order.attempts, left,
                                order.waits_for.empty() ? "the vehicle's answer" : order.waits_for));
  }
  return lines;
}

}  // namespace contactor::app
