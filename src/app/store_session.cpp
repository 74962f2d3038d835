#include "app/store_session.h"

#include <unistd.h>

#include "api/api.h"
#include "app/absent_iot.h"
#include "app/fleet_site.h"
#include "app/open_store.h"
#include "engine/engine.h"
#include "store/open.h"
#include "task/loop.h"
#include "task/system_entropy.h"

namespace contactor::app {
namespace {

// Another command, or a node that is just coming or going, lets go of the store soon.
constexpr Millis kHeldMax = std::chrono::seconds(3);
constexpr Millis kHeldPause = std::chrono::milliseconds(50);

}  // namespace

/// The API on a store of our own. Its engine is never started: it reads and notes, and sends nothing.
struct StoreSession::OwnStore {
  OwnStore(const Config& the_config, FleetConfig fleet_config)
      : config(the_config), fleet(std::move(fleet_config)) {}

  Status open() {
    CTR_TRY(opened, open_store(config.db, loop, loop));
    store = std::move(opened);
    CTR_TRY(site, FleetSite::create({.config = fleet,
                                     .store = store::fleet_of(*store),
                                     .loop = loop,
                                     .time = loop,
                                     .holder = process_name()}));
    fleet_site = std::move(site);
    engine = std::make_unique<engine::Engine>(
        engine::Ports{.time = loop, .entropy = entropy, .store = *store, .iot = absent_iot},
        engine::Settings{.policy = config.policy, .node = "terminal"});
    api = std::make_unique<api::Api>(api::ApiParams{.engine = *engine,
                                                    .fleet = &fleet_site->control(),
                                                    .store = *store,
                                                    .time = loop,
                                                    .entropy = entropy,
                                                    .read_vehicle_callback = {},
                                                    .read_payment_event = {},
                                                    .find_asset = {},
                                                    .version = CONTACTOR_VERSION});
    return {};
  }

  api::Response ask(api::Request request) {
    std::optional<api::Response> answer;
    const bool is_change = request.method != "GET";
    request.local_user = geteuid();
    api->handle(std::move(request), [&](api::Response got) {
      answer = std::move(got);
      loop.stop();
    });
    loop.run();
    if (is_change) settle();
    return std::move(*answer);
  }

  /// A closed ticket's activation learns of it after the answer: at most two reads later its step is handed
  /// in, and the store's end commits what was handed in. Reads are answered in their order.
  void settle() {
    for (int i = 0; i < 2; ++i) {
      store->find(ActivationId(1), [this](const Result<std::optional<ota::Activation>>&) { loop.stop(); });
      loop.run();
    }
  }

  Config config;
  FleetConfig fleet;
  task::Loop loop;
  task::SystemEntropy entropy;
  AbsentIot absent_iot;
  std::unique_ptr<ports::Store> store;
  std::unique_ptr<FleetSite> fleet_site;
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
