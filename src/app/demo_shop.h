#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "app/demo_world.h"
#include "ports/http.h"
#include "ports/timekeeper.h"

namespace contactor::app {

/// A shop as it would use the API: puts the catalogue, then sends its orders over HTTP, a few dozen a second.
class DemoShop {
 public:
  struct Params {
    ports::HttpTransport& transport;
    ports::Timekeeper& real_time;
    std::string base_url;
    std::string admin_token;
    std::string shop_token;
  };
  DemoShop(Params params, std::vector<DemoOrder> orders)
      : params_(std::move(params)), orders_(orders.begin(), orders.end()) {}

  /// @param before_order  what the customer did just before: the payment.
  void open(std::move_only_function<void(const DemoOrder&)> before_order);
  void stop() { orders_.clear(); }
  [[nodiscard]] bool done() const { return opened_ && orders_.empty() && under_way_ == 0; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  [[nodiscard]] const std::string& last_refusal() const { return last_refusal_; }

 private:
  void put_catalogue(std::size_t index);
  void send_next();
  void send(DemoOrder order, int tries);

  Params params_;
  std::deque<DemoOrder> orders_;
  std::move_only_function<void(const DemoOrder&)> before_order_;
  bool opened_ = false;
  std::size_t under_way_ = 0;
  std::uint64_t refused_ = 0;
  std::string last_refusal_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace contactor::app
