#include "app/serve.h"

#include <unistd.h>

#include <array>
#include <cstdio>

#include <fmt/format.h>

#include "app/listen_address.h"
#include "app/node.h"
#include "app/open_store.h"
#include "app/store_url.h"
#include "app/waiting_room.h"
#include "app/world_server.h"
#include "base/log.h"
#include "task/signals.h"

namespace contactor::app {
namespace {

std::string host_name() {
  std::array<char, 65> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : "node-1";
}

int complain(const Error& error) {
  fmt::print(stderr, "contactor: {}\n", error.message());
  return exit_status_of(error);
}

}  // namespace

int run_serve(const cli::Serve& serve, const cli::Options& options, const Environment& environment) {
  const auto config = read_config(environment, options.db);
  if (!config) return complain(config.error());
  const auto fleet = read_fleet_config(environment);
  if (!fleet) return complain(fleet.error());
  const auto address = parse_listen_address(serve.listen);
  if (!address) return complain(address.error());
  task::Loop loop;
  int status = 0;
  bool is_asked_to_end = false;
  bool is_ending = false;
  std::unique_ptr<Node> running;
  const auto end = [&] {
    if (!running) return loop.stop();
    if (std::exchange(is_ending, true)) return;
    log::info("serve", "stopping: calls in flight get ten seconds");
    running->close([&loop] { loop.stop(); });
  };
  task::Signals signals(loop, [&](int count) {
    if (count > 1) std::_Exit(130);
    is_asked_to_end = true;
    end();
  });
  WaitingRoom waiting_room{.loop = loop,
                           .params = {.config = *config,
                                      .fleet = *fleet,
                                      .host = address->host,
                                      .port = address->port,
                                      .name = serve.node.empty() ? host_name() : serve.node,
                                      .on_broken =
                                          [&](const Error& error) {
                                            log::error("serve", "the store has failed, this node ends: {}",
                                                       error.detail);
                                            status = 1;
                                            end();
                                          }},
                           .is_given_up = [&] { return is_asked_to_end; }};
  auto node = waiting_room.create_node();
  if (!node) return complain(node.error());
  if (*node == nullptr) return 0;
  running = std::move(*node);
  running->start([&](Status started) {
    if (!started) {
      status = complain(started.error());
      return loop.stop();
    }
    log::info("serve", "listening on http://{}:{}, store {}", address->host, running->port(),
              shown(config->db));
  });
  loop.run();
  return status;
}

int run_sim(const cli::Sim& sim) {
  const auto address = parse_listen_address(sim.listen);
  if (!address) return complain(address.error());
  task::Loop loop;
  auto transport = http_client::BeastPool::create(loop, {});
  if (!transport) return complain(transport.error());
  world::World world(world::calm(), sim.seed);
  WorldServer world_server(world, loop, **transport);
  auto listener = server::Listener::create(
      loop, world_server,
      {.host = address->host, .port = address->port, .connections_per_address_max = 1000});
  if (!listener) return complain(listener.error());
  task::Signals signals(loop, [&](int) { (*listener)->close([&loop] { loop.stop(); }); });
  fmt::print(stderr,
             "simulated world on http://{}:{}: /iot /stripe /fcm /shop /slack and seven clouds, scenarios "
             "under /_sim\n",
             address->host, (*listener)->port());
  loop.run();
  return 0;
}

}  // namespace contactor::app
