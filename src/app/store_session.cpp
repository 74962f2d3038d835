#include "app/store_session.h"

#include <unistd.h>

#include <fmt/format.h>

#include "api/api.h"
#include "app/absent_iot.h"
#include "app/charging_site.h"
#include "app/delivery_site.h"
#include "app/fleet_site.h"
#include "app/key_file.h"
#include "app/open_store.h"
#include "app/terminal_nodes.h"
#include "engine/engine.h"
#include "store/open.h"
#include "task/loop.h"
#include "task/system_entropy.h"

namespace contactor::app {
namespace {

// Another command, or a node that is just coming or going, lets go of the store soon.
constexpr Millis kHeldMax = std::chrono::seconds(3);
constexpr Millis kHeldPause = std::chrono::milliseconds(50);
// What a dead node held, another one takes within its lease's life and a beat.
constexpr Millis kNobodyMax = std::chrono::seconds(20);
constexpr Millis kNobodyPause = std::chrono::milliseconds(500);

}  // namespace

/// The API on a store of our own. Its engine is never started: it reads and notes, and sends nothing. What a
/// shared store's nodes must do is asked of them.
struct StoreSession::OwnStore {
  OwnStore(const Config& the_config, FleetConfig fleet_config)
      : config(the_config), fleet(std::move(fleet_config)) {}

  Status open() {
    CTR_TRY(opened, open_store_of_node(config.db, "terminal", loop, loop, [](const Error&) {}));
    store = std::move(opened.store);
    shared_nodes = std::move(opened.nodes);
    if (shared_nodes)
      nodes.emplace(*shared_nodes, loop, fmt::format("terminal-{}-{:08x}", getpid(), entropy.next() >> 32));
    CTR_TRY(site, FleetSite::create({.config = fleet,
                                     .store = store::fleet_of(*store),
                                     .loop = loop,
                                     .time = loop,
                                     .holder = process_name(),
                                     .crl_file = config.crl_file,
                                     .vault = open_vault(config, MissingKey::is_an_error)}));
    fleet_site = std::move(site);
    CTR_TRY(charging, ChargingSite::create(*store, loop, open_vault(config, MissingKey::is_an_error)));
    charging_site = std::move(charging);
    CTR_CHECK(open_clients());
    engine = std::make_unique<engine::Engine>(
        engine::Ports{
            .time = loop, .entropy = entropy, .store = *store, .iot = absent_iot, .nodes = nodes_or_null()},
        engine::Settings{.policy = config.policy, .node = "terminal"});
    api = std::make_unique<api::Api>(
        api::ApiParams{.engine = *engine,
                       .fleet = &fleet_site->control(),
                       .charging = &charging_site->control(),
                       .seal = [this](std::string_view text,
                                      std::string_view place) { return charging_site->seal(text, place); },
                       .clients = clients ? &clients->desk() : nullptr,
                       .rekey = clients ? clients->rekey() : nullptr,
                       .store = *store,
                       .time = loop,
                       .entropy = entropy,
                       .read_vehicle_callback = {},
                       .read_payment_event = {},
                       .find_asset = {},
                       .version = CONTACTOR_VERSION,
                       .nodes = nodes_or_null()});
    return {};
  }

  Status open_clients() {
    auto vault = open_vault(config, MissingKey::is_an_error);
    if (!vault) return {};
    CTR_TRY(site, DeliverySite::create({.config = config,
                                        .store = *store,
                                        .loop = loop,
                                        .time = loop,
                                        .vault = std::move(*vault),
                                        .holder = "terminal",
                                        .delivers = false}));
    clients = std::move(site);
    return {};
  }

  ports::Nodes* nodes_or_null() { return nodes ? &*nodes : nullptr; }

  api::Response ask(const api::Request& request) {
    const Instant give_up_at = loop.now() + kNobodyMax;
    for (;;) {
      auto answer = ask_once(request);
      if (!nodes || !nodes->found_nobody() || loop.now() > give_up_at) return answer;
      const Millis asked_at = loop.monotonic();
      const auto taken = nodes->take_shards();
      if (!taken) return answer;
      if (taken->has_value()) {
        engine->borrow(**taken, asked_at);
        answer = ask_once(request);
        nodes->give_back(**taken);
        return answer;
      }
      wait_a_moment();
    }
  }

  api::Response ask_once(api::Request request) {
    std::optional<api::Response> answer;
    request.local_user = geteuid();
    api->handle(std::move(request), [&](api::Response got) {
      answer = std::move(got);
      loop.stop();
    });
    while (!answer) loop.run();
    return std::move(*answer);
  }

  void wait_a_moment() {
    bool is_over = false;
    loop.call_at(loop.now() + kNobodyPause, [&] {
      is_over = true;
      loop.stop();
    });
    while (!is_over) loop.run();
  }

  Config config;
  FleetConfig fleet;
  task::Loop loop;
  task::SystemEntropy entropy;
  AbsentIot absent_iot;
  std::unique_ptr<ports::Store> store;
  std::unique_ptr<FleetSite> fleet_site;
  std::unique_ptr<ChargingSite> charging_site;
  std::unique_ptr<DeliverySite> clients;       ///< null without a key
  std::unique_ptr<ports::Nodes> shared_nodes;  ///< null where the store takes one process only
  std::optional<TerminalNodes> nodes;
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<api::Api> api;
};

StoreSession::StoreSession() = default;
StoreSession::~StoreSession() = default;

Result<std::unique_ptr<StoreSession>> StoreSession::open(const Config& config, const FleetConfig& fleet) {
  std::unique_ptr<StoreSession> session(new StoreSession());
  const std::string socket_file = socket_file_of(config.db);
  task::Loop clock;
  const Instant give_up_at = clock.now() + kHeldMax;
  for (;;) {
    auto own = std::make_unique<OwnStore>(config, fleet);
    const Status opened = own->open();
    if (opened) {
      session->own_ = std::move(own);
      return session;
    }
    const bool may_be_held = opened.error().kind == ErrorKind::conflict && !socket_file.empty();
    if (!may_be_held) return std::unexpected(opened.error());
    if (auto node = RunningNode::find(socket_file)) {
      session->node_ = std::move(*node);
      return session;
    }
    if (clock.now() > give_up_at) return std::unexpected(opened.error());
    clock.call_at(clock.now() + kHeldPause, [&] { clock.stop(); });
    clock.run();
  }
}

std::optional<pid_t> StoreSession::running_node() const {
  return node_ ? std::optional(node_->process()) : std::nullopt;
}

Result<api::Response> StoreSession::ask(api::Request request) {
  if (node_) return node_->ask(request);
  return own_->ask(std::move(request));
}

}  // namespace contactor::app
