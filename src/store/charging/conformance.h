#pragma once

#include "store/charging/rules.h"
#include "store/conformance.h"

namespace contactor::store::testing {

/// Every member set to something of its own, objects with blanks and keys in no order.
[[nodiscard]] ports::StoredStat a_stat(int number);
[[nodiscard]] ports::StoredEvent an_event(int number);
/// Client `number`, service `number` and the subscription `sub-<number>` between them.
[[nodiscard]] charging::Subscription a_subscription(int number);

/// What every `ports::ChargingStore` must do. Calls are made and awaited one by one unless a test says
/// otherwise.
class ChargingConformance : public Conformance {
 protected:
  ports::ChargingStore& charging();

  ports::ChargingWritten write(ports::ChargingWrite write);
  /// Stores one event as `version` says; it must not be stale.
  charging::ChargingEvent stored(ports::StoredEvent event, Instant at = kNow);
  void subscribe(const charging::Subscription& subscription);

  template <class Model>
  Result<Model> try_put(Model model, std::optional<Instant> base = {}, Instant at = kNow) {
    return await<Result<Model>>(
        [&](auto done) { charging().editable<Model>().put(std::move(model), base, at, std::move(done)); });
  }
  template <class Model>
  Model put(Model model, std::optional<Instant> base = {}, Instant at = kNow) {
    auto stored = try_put(std::move(model), base, at);
    EXPECT_TRUE(stored) << (stored ? "" : stored.error().message());
    return stored ? *stored : Model();
  }
  template <class Model>
  std::optional<Model> find(const std::string& id) {
    auto found = await<Result<std::vector<Model>>>(
        [&](auto done) { charging().of<Model>().find({charging::IdOf<Model>(id)}, std::move(done)); });
    EXPECT_TRUE(found) << (found ? "" : found.error().message());
    if (!found || found->empty()) return std::nullopt;
    return found->front();
  }
  template <class Model>
  ports::ChargingPage<Model> page(ports::ChargingFilter filter) {
    auto found = await<Result<ports::ChargingPage<Model>>>(
        [&](auto done) { charging().of<Model>().list(std::move(filter), std::move(done)); });
    EXPECT_TRUE(found) << (found ? "" : found.error().message());
    return found ? *found : ports::ChargingPage<Model>();
  }
  /// The ids of all pages, one after another.
  template <class Model>
  std::vector<std::string> walk(ports::ChargingFilter filter) {
    std::vector<std::string> ids;
    do {
      auto next = page<Model>(filter);
      EXPECT_LE(next.items.size(), filter.limit);
      for (const auto& row : next.items) ids.push_back(row.id.str());
      filter.cursor = next.next;
    } while (!filter.cursor.empty());
    return ids;
  }
  /// The value of a call that must succeed.
  template <class T, class Call>
  T good(Call call) {
    auto answer = await<Result<T>>(call);
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().message());
    return answer ? std::move(*answer) : T();
  }
  std::vector<std::string> window(ports::StatWindow window);
  std::vector<ports::Delivery> claim(int subscription, Instant now, std::size_t limit = 100);
  ports::DeliveriesConcluded conclude(const ports::Delivery& delivery, charging::DeliveryStatus status,
                                      std::optional<Instant> next = {});
  std::size_t move(int subscription, std::vector<charging::DeliveryStatus> from, charging::DeliveryStatus to,
                   Instant at = kNow);
  std::vector<charging::EventLog> logs(int subscription);
};

}  // namespace contactor::store::testing
