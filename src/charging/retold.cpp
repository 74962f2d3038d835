#include "charging/retold.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "charging/rules.h"

namespace contactor::charging {
namespace {

auto name_of(const ChargingEvent& event) { return std::tie(event.provider, event.device_id); }
auto rank_of(const ChargingEvent& event) {
  return std::tie(event.provider, event.device_id, event.started_at, event.id);
}

/// `later` may be told of by `earlier`; the better one of what it is told of by is kept.
void offer(ChargingEvent& later, const ChargingEvent& earlier, const ChargingEvent*& best) {
  if (!(name_of(earlier) < name_of(later))) return;
  if (best == nullptr || rank_of(earlier) < rank_of(*best)) best = &earlier;
}

}  // namespace

void link_tellings(std::span<ChargingEvent> events, Instant now) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < events.size(); ++i)
    if (!events[i].quarantined) order.push_back(i);
  std::ranges::sort(order, {}, [&](std::size_t i) { return std::tie(events[i].started_at, events[i].id); });
  std::vector<const ChargingEvent*> best(events.size());
  std::vector<std::size_t> under_way;
  for (const std::size_t i : order) {
    std::erase_if(under_way,
                  [&](std::size_t j) { return events[j].ended_at.value_or(now) <= events[i].started_at; });
    for (const std::size_t j : under_way) {
      if (!tell_the_same(events[i], events[j], now)) continue;
      offer(events[i], events[j], best[i]);
      offer(events[j], events[i], best[j]);
    }
    under_way.push_back(i);
  }
  for (const std::size_t i : order) {
    events[i].same_as.reset();
    if (best[i] != nullptr) events[i].same_as = best[i]->id;
  }
}

}  // namespace contactor::charging
