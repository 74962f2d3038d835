#include <fmt/format.h>

#include "charging/delivery.h"
#include "store/charging/rules.h"

namespace contactor::store {

std::vector<LogRow> log_rows(std::span<const ports::StoredEvent> changed,
                             std::span<const charging::Subscription> subscriptions, Instant at,
                             const OtherProvider& other_provider) {
  std::vector<LogRow> rows;
  // Within a millisecond rows are told apart by their place in the write: batches are far below 65536 events.
  std::int64_t position = at.millis() << 16;
  for (const auto& stored : changed) {
    const auto& event = stored.event;
    ++position;
    if (event.quarantined || subscriptions.empty()) continue;
    const auto other = event.same_as ? other_provider(event) : std::nullopt;
    for (const auto& [client, link, service] : subscriptions) {
      auto log = charging::delivery_of(event, client, service, link, at, other);
      if (!log) continue;
      rows.push_back({.log = std::move(*log),
                      .vehicle_key = event.vin ? std::string(event.vin->str()) : stored.stream,
                      .position = position});
    }
  }
  return rows;
}

}  // namespace contactor::store
