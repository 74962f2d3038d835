#include "node.h"

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "store/open.h"

namespace contactor::bench {
namespace {

/// Steps through all remainders of 10^9: prime to it, and close to the golden section.
constexpr std::uint64_t kScatter = 618'033'989;
constexpr std::uint64_t kNumbers = 1'000'000'000;

}  // namespace

OpenedStore open_store(const std::string& url, task::Loop& loop) {
  constexpr std::string_view kSqlite = "sqlite:";
  auto post = [&loop](std::move_only_function<void()> action) { loop.post(std::move(action)); };
  auto opened = [&]() -> Result<OpenedStore> {
    if (store::is_postgres(url)) {
      CTR_TRY(both, store::open_postgres({.url = url, .node = "bench", .post = post, .now = loop.now()}));
      return OpenedStore{.store = std::move(both.store), .nodes = std::move(both.nodes)};
    }
    if (!url.starts_with(kSqlite))
      return fail(ErrorKind::invalid, "bench", "the store is named sqlite:PATH or postgres://…");
    CTR_TRY(store, store::open_sqlite({.path = url.substr(kSqlite.size()), .post = post, .now = loop.now()}));
    return OpenedStore{.store = std::move(store), .nodes = nullptr};
  }();
  if (!opened) {
    fmt::print(stderr, "contactor_bench: {}\n", opened.error().message());
    std::exit(1);
  }
  return std::move(*opened);
}

ota::Order order_number(std::uint64_t number, Instant now) {
  const std::uint64_t vehicle = number * kScatter % kNumbers;
  ota::Order order{.order_id = OrderId(fmt::format("order-{:09}", number)),
                   .vin = *Vin::parse(fmt::format("WVWZZZBN{:09}", vehicle))};
  order.customer = {.id = CustomerId(fmt::format("customer-{:09}", vehicle)),
                    .name = "Ada Lovelace",
                    .email = "ada@example.org",
                    .push_token = {},
                    .locale = {}};
  order.service_id = ServiceId("seat-heating");
  order.service_name = "Seat heating";
  order.origin = ota::Origin::pre_delivery;
  order.configuration = R"({"seatHeating":{"enabled":true,"zones":4}})";
  order.template_version = 1;
  order.requested_at = now;
  order.ordered_by = "bench";
  return order;
}

std::uint64_t number_of(const ota::Order& order) {
  return std::strtoull(order.order_id.str().c_str() + std::string_view("order-").size(), nullptr, 10);
}

Node::Node(const std::string& store_url, const std::string& iot_url) {
  opened = open_store(store_url, loop);
  pool = std::move(*http_client::BeastPool::create(loop, {.connections_per_origin_max = 64}));
  iot = std::make_unique<gateways::iot_api::Gateway>(
      gateways::iot_api::GatewayParams{.transport = *pool,
                                       .timekeeper = loop,
                                       .base_url = iot_url,
                                       .token_url = iot_url + "/token",
                                       .client_id = "bench",
                                       .client_secret = Secret("bench"),
                                       .callback_url = {}});
  engine::Settings settings;
  settings.policy.poll_min = Millis(50);
  engine = std::make_unique<engine::Engine>(
      engine::Ports{
          .time = loop, .entropy = entropy, .store = *opened.store, .iot = *iot, .nodes = opened.nodes.get()},
      settings);
}

Node::~Node() {
  engine.reset();
  iot.reset();
  pool.reset();
  opened = {};
}

}  // namespace contactor::bench
