#include "app/demo_shop.h"

#include <fmt/format.h>

namespace contactor::app {
namespace {

constexpr Millis kBetweenOrders{20};
constexpr int kTriesMax = 5;

}  // namespace

void DemoShop::open(std::move_only_function<void(const DemoOrder&)> before_order) {
  before_order_ = std::move(before_order);
  put_catalogue(0);
}

void DemoShop::put_catalogue(std::size_t index) {
  if (index == demo_catalogue().size()) {
    opened_ = true;
    return send_next();
  }
  const DemoService& service = demo_catalogue()[index];
  ports::HttpRequest request{
      .method = "PUT",
      .url = params_.base_url + "/v1/ota/services/" + service.id,
      .headers = {{"Authorization", "Bearer " + params_.admin_token}, {"Content-Type", "application/json"}},
      .body = service.document,
      .respond_by = params_.real_time.now() + std::chrono::seconds(10)};
  params_.transport.send(
      std::move(request), [this, index, alive = std::weak_ptr(alive_)](Result<ports::HttpResponse> answer) {
        if (alive.expired()) return;
        if (!answer || answer->status >= 300) {
          refused_ += 1;
          last_refusal_ =
              answer ? fmt::format("{} {}", answer->status, answer->body) : answer.error().message();
        }
        put_catalogue(index + 1);
      });
}

void DemoShop::send_next() {
  if (orders_.empty()) return;
  DemoOrder order = std::move(orders_.front());
  orders_.pop_front();
  before_order_(order);
  under_way_ += 1;
  send(std::move(order), 1);
  params_.real_time.call_at(params_.real_time.now() + kBetweenOrders, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) send_next();
  });
}

/// A lost answer is repeated under the same key: the API sees to it that this is one order.
void DemoShop::send(DemoOrder order, int tries) {
  const std::string key = order.body.substr(order.body.find("order-"), 12);
  ports::HttpRequest request{.method = "POST",
                             .url = params_.base_url + "/v1/ota/activations",
                             .headers = {{"Authorization", "Bearer " + params_.shop_token},
                                         {"Content-Type", "application/json"},
                                         {"Idempotency-Key", key}},
                             .body = order.body,
                             .respond_by = params_.real_time.now() + std::chrono::seconds(10)};
  params_.transport.send(
      std::move(request), [this, order = std::move(order), tries,
                           alive = std::weak_ptr(alive_)](Result<ports::HttpResponse> answer) mutable {
        if (alive.expired()) return;
        const bool again = !answer || answer->status == 503 || answer->status == 429;
        if (again && tries < kTriesMax) return send(std::move(order), tries + 1);
        under_way_ -= 1;
        if (answer && answer->status < 300) return;
        refused_ += 1;
        last_refusal_ =
            answer ? fmt::format("{} {}", answer->status, answer->body) : answer.error().message();
      });
}

}  // namespace contactor::app
