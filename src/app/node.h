#pragma once

#include <memory>
#include <string>

#include "api/api.h"
#include "app/charging_site.h"
#include "app/config.h"
#include "app/delivery_site.h"
#include "app/fast_clock.h"
#include "app/fleet_site.h"
#include "app/upstreams.h"
#include "engine/engine.h"
#include "http_client/beast_pool.h"
#include "http_client/curl_multi.h"
#include "ports/nodes.h"
#include "server/listener.h"
#include "task/loop.h"
#include "task/system_entropy.h"

namespace contactor::app {

struct NodeParams {
  Config config;
  FleetConfig fleet;
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string name = "node-1";
  FastClock* fast = nullptr;  ///< the demo's time; null: the wall clock
  /// Told once, when the store has failed for good: nothing is acknowledged any more, and what was written
  /// last is not known. Whoever runs the node ends it, and the next start looks.
  std::function<void(const Error&)> on_broken = [](const Error&) {};
  bool advertise_own_address = false;  ///< the demo's world may call this node back where it listens
};

/// Everything that `serve` runs, wired once: store, clients, gateways, engine, API, listener.
class Node {
 public:
  /// Opens the store and the listener; nothing is sent before `start`.
  /// @errors  invalid (configuration), conflict (another process holds the store), unavailable (port taken,
  /// disk).
  [[nodiscard]] static Result<std::unique_ptr<Node>> create(task::Loop& loop, NodeParams params);
  ~Node();

  /// Reads what is live and begins; `done` once orders are accepted.
  void start(ports::Done<Status> done);
  /// Starts nothing new and lets what is under way end, ten seconds at most.
  void close(std::move_only_function<void()> done);

  [[nodiscard]] engine::Engine& engine() { return *engine_; }
  [[nodiscard]] engine::FleetControl& fleet() { return fleet_->control(); }
  [[nodiscard]] ports::Store& store() { return *store_; }
  [[nodiscard]] std::uint16_t port() const { return listener_->port(); }

 private:
  Node(task::Loop& loop, NodeParams params);
  Status build();
  Status build_fleet();
  Status build_deliveries();
  void listen_locally();
  [[nodiscard]] api::ApiParams api_params();
  [[nodiscard]] ports::Timekeeper& time();

  class Front;

  task::Loop& loop_;
  NodeParams params_;
  std::unique_ptr<Front> front_;
  task::SystemEntropy entropy_;
  std::unique_ptr<ports::Store> store_;
  std::unique_ptr<ports::Nodes> nodes_;  ///< null where the store takes one process only
  std::unique_ptr<http_client::BeastPool> hot_;
  std::unique_ptr<http_client::CurlMulti> slow_;
  std::unique_ptr<FastTransport> fast_hot_;
  std::unique_ptr<FastTransport> fast_slow_;
  Upstreams upstreams_;
  std::unique_ptr<ports::IotApi> absent_iot_;
  std::unique_ptr<FleetSite> fleet_;
  std::unique_ptr<ChargingSite> charging_;
  std::unique_ptr<DeliverySite> deliveries_;  ///< null without a key: nothing of clients can be kept then
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<api::Api> api_;
  std::unique_ptr<server::Listener> listener_;
  std::unique_ptr<server::Listener> local_listener_;  ///< the socket file; null where the store has none
};

}  // namespace contactor::app
