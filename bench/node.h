#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/engine.h"
#include "gateways/iot_api/gateway.h"
#include "http_client/beast_pool.h"
#include "ports/nodes.h"
#include "ports/store.h"
#include "task/loop.h"
#include "task/system_entropy.h"

namespace contactor::bench {

/// The store that a URL names, `sqlite:PATH` or `postgres://…`, and what nodes on it know of each other;
/// SQLite serves one process and has none of that. Ends the program where it cannot be opened.
struct OpenedStore {
  std::unique_ptr<ports::Store> store;
  std::unique_ptr<ports::Nodes> nodes;
};
[[nodiscard]] OpenedStore open_store(const std::string& url, task::Loop& loop);

/// An order like a shop's, told from all others by its number, below 10^9. Vehicles of neighbouring numbers
/// lie far apart, so that every index is met at random places, as in life.
[[nodiscard]] ota::Order order_number(std::uint64_t number, Instant now);
/// Read back from an order's id.
[[nodiscard]] std::uint64_t number_of(const ota::Order& order);

/// Loop, store, client, gateway and engine, wired as `contactor serve` has them; mail and push are not
/// configured.
struct Node {
  Node(const std::string& store_url, const std::string& iot_url);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  task::Loop loop;
  task::SystemEntropy entropy;
  OpenedStore opened;
  std::unique_ptr<http_client::BeastPool> pool;
  std::unique_ptr<gateways::iot_api::Gateway> iot;
  std::unique_ptr<engine::Engine> engine;
};

}  // namespace contactor::bench
