#include "app/node.h"

#include <unistd.h>

#include <fmt/format.h>

#include "app/absent_iot.h"
#include "app/console_assets.h"
#include "app/key_file.h"
#include "app/open_store.h"
#include "app/running_node.h"
#include "base/log.h"
#include "gateways/iot_api/callback.h"
#include "gateways/stripe/event.h"
#include "store/open.h"

namespace contactor::app {
namespace {

Result<engine::VehicleReport> read_callback(const api::Request& request, const Config& config, Instant now) {
  if (!config.iot) return fail(ErrorKind::unauthorized, "iot_api", "no callback secret is configured");
  CTR_TRY(callback, gateways::iot_api::read_callback({.id = request.header("webhook-id"),
                                                      .timestamp = request.header("webhook-timestamp"),
                                                      .signature = request.header("webhook-signature")},
                                                     request.body, config.iot->callback_secrets, now));
  return engine::VehicleReport{.command_id = std::move(callback.command_id),
                               .vin = callback.vin,
                               .status = callback.status,
                               .generation = callback.generation,
                               .failure = std::move(callback.failure)};
}

Result<engine::PaymentReport> read_event(const api::Request& request, const Config& config, Instant now) {
  if (!config.stripe) return fail(ErrorKind::unauthorized, "stripe", "no webhook secret is configured");
  CTR_TRY(event, gateways::stripe::read_event(request.header("stripe-signature"), request.body,
                                              config.stripe->webhook_secrets, now));
  return engine::PaymentReport{.event_id = std::move(event.event_id),
                               .transaction_id = std::move(event.transaction_id)};
}

}  // namespace

/// Stands before the API, so that the port is known before anything that must tell it to others is built.
class Node::Front final : public api::Handler {
 public:
  void attach(api::Handler& handler) { handler_ = &handler; }
  void handle(api::Request request, api::Respond respond) override {
    if (handler_ != nullptr) return handler_->handle(std::move(request), std::move(respond));
    respond(api::Response{.status = 503, .headers = {{"Retry-After", "1"}}, .body = {}});
  }
  bool open_stream(const api::Request& request,
                   std::move_only_function<std::shared_ptr<api::Stream>(api::Response)> start) override {
    return handler_ != nullptr && handler_->open_stream(request, std::move(start));
  }

 private:
  api::Handler* handler_ = nullptr;
};

Node::Node(task::Loop& loop, NodeParams params) : loop_(loop), params_(std::move(params)) {}
Node::~Node() = default;

Result<std::unique_ptr<Node>> Node::create(task::Loop& loop, NodeParams params) {
  std::unique_ptr<Node> node(new Node(loop, std::move(params)));
  CTR_CHECK(node->build());
  return node;
}

ports::Timekeeper& Node::time() {
  if (params_.fast != nullptr) return *params_.fast;
  return loop_;
}

Status Node::build() {
  CTR_TRY(opened, open_store_of_node(params_.config.db, params_.name, loop_, time(), params_.on_broken));
  store_ = std::move(opened.store);
  nodes_ = std::move(opened.nodes);
  front_ = std::make_unique<Front>();
  CTR_TRY(listener, server::Listener::create(loop_, *front_, {.host = params_.host, .port = params_.port}));
  listener_ = std::move(listener);
  listen_locally();
  if (params_.advertise_own_address)
    params_.config.public_url = fmt::format("http://{}:{}", params_.host, port());
  if (params_.config.console_url.empty())
    params_.config.console_url = fmt::format("http://{}:{}", params_.host, port());

  CTR_TRY(hot, http_client::BeastPool::create(
                   loop_, {.connections_per_origin_max = 256, .tls = tls_of_iot(params_.config)}));
  CTR_TRY(slow, http_client::CurlMulti::create(loop_, {.tls = {.crl_file = params_.config.crl_file}}));
  hot_ = std::move(hot);
  slow_ = std::move(slow);
  ports::HttpTransport* hot_path = hot_.get();
  ports::HttpTransport* slow_path = slow_.get();
  if (params_.fast != nullptr) {
    fast_hot_ = std::make_unique<FastTransport>(*hot_, *params_.fast, loop_);
    fast_slow_ = std::make_unique<FastTransport>(*slow_, *params_.fast, loop_);
    hot_path = fast_hot_.get();
    slow_path = fast_slow_.get();
  }
  CTR_TRY(upstreams, make_upstreams(params_.config,
                                    {.loop = loop_, .time = time(), .hot = *hot_path, .slow = *slow_path}));
  upstreams_ = std::move(upstreams);
  CTR_CHECK(build_fleet());
  CTR_TRY(charging, ChargingSite::create(*store_, time(), open_vault(params_.config, MissingKey::is_made)));
  charging_ = std::move(charging);
  CTR_CHECK(build_deliveries());
  if (!upstreams_.iot) absent_iot_ = std::make_unique<AbsentIot>();
  ports::IotApi& iot = upstreams_.iot ? static_cast<ports::IotApi&>(*upstreams_.iot) : *absent_iot_;
  engine_ = std::make_unique<engine::Engine>(
      engine::Ports{.time = time(),
                    .entropy = entropy_,
                    .store = *store_,
                    .iot = iot,
                    .stripe = upstreams_.stripe.get(),
                    .shop = upstreams_.shop.get(),
                    .mail = upstreams_.mail.get(),
                    .push = upstreams_.push.get(),
                    .nodes = nodes_.get()},
      engine::Settings{.policy = params_.config.policy,
                       .node = params_.name,
                       .version = CONTACTOR_VERSION,
                       .console_url = params_.config.console_url,
                       .support_contact = params_.config.support_contact,
                       .display_service_id = params_.config.display_service_id});
  api_ = std::make_unique<api::Api>(api_params());
  return {};
}

Status Node::build_fleet() {
  auto vault = open_vault(params_.config, MissingKey::is_made);
  if (!vault && !params_.config.key_file.empty()) return fail(std::move(vault.error()));
  CTR_TRY(fleet, FleetSite::create({.config = params_.fleet,
                                    .store = store::fleet_of(*store_),
                                    .loop = loop_,
                                    .time = time(),
                                    .holder = fmt::format("{}:{}", params_.name, getpid()),
                                    .fast = params_.fast,
                                    .crl_file = params_.config.crl_file,
                                    .vault = std::move(vault)}));
  fleet_ = std::move(fleet);
  return {};
}

Status Node::build_deliveries() {
  if (params_.config.key_file.empty()) return {};
  CTR_TRY(vault, open_vault(params_.config, MissingKey::is_made));
  CTR_TRY(site, DeliverySite::create({.config = params_.config,
                                      .store = *store_,
                                      .loop = loop_,
                                      .time = time(),
                                      .vault = std::move(vault),
                                      .holder = params_.name,
                                      .host = params_.host,
                                      .port = port(),
                                      .fast = params_.fast}));
  deliveries_ = std::move(site);
  return {};
}

/// Commands that find the store held ask here. A place that takes no sockets costs them, not the service.
void Node::listen_locally() {
  const std::string file = socket_file_of(params_.config.db);
  if (file.empty()) return;
  auto listener = server::Listener::create(loop_, *front_, {.socket_file = file});
  if (!listener)
    return log::warn("serve", "commands cannot ask this node while it runs: {}", listener.error().detail);
  local_listener_ = std::move(*listener);
}

api::ApiParams Node::api_params() {
  return api::ApiParams{
      .engine = *engine_,
      .fleet = &fleet_->control(),
      .charging = &charging_->control(),
      .seal = [this](std::string_view text, std::string_view place) { return charging_->seal(text, place); },
      .clients = deliveries_ ? &deliveries_->desk() : nullptr,
      .deliverer = deliveries_ ? deliveries_->deliverer() : nullptr,
      .rekey = deliveries_ ? deliveries_->rekey() : nullptr,
      .store = *store_,
      .time = engine_->time(),
      .entropy = entropy_,
      .read_vehicle_callback = [this](const api::Request& request,
                                      Instant now) { return read_callback(request, params_.config, now); },
      .read_payment_event = [this](const api::Request& request,
                                   Instant now) { return read_event(request, params_.config, now); },
      .find_asset = [](std::string_view path) -> std::optional<api::Asset> {
        const Asset* asset = app::find_asset(path);
        if (asset == nullptr) return std::nullopt;
        return api::Asset{
            .content_type = asset->content_type, .bytes = asset->bytes, .gzip = asset->gzip_bytes};
      },
      .version = CONTACTOR_VERSION,
      .nodes = nodes_.get(),
  };
}

void Node::start(ports::Done<Status> done) {
  if (!params_.config.iot) log::warn("serve", "no IoT API is configured: orders are accepted and wait");
  engine_->start([this, done = std::move(done)](Status started) mutable {
    if (started) {
      front_->attach(*api_);
      fleet_->control().start_schedule();
      charging_->control().start();
      if (deliveries_) deliveries_->start();
    }
    done(std::move(started));
  });
}

void Node::close(std::move_only_function<void()> done) {
  // All at once: nothing new is begun from here on, however long a client takes with its request.
  struct Closing {
    int open = 0;
    std::move_only_function<void()> done;
  };
  auto closing = std::make_shared<Closing>(
      Closing{.open = (local_listener_ ? 4 : 3) + (deliveries_ ? 1 : 0), .done = std::move(done)});
  const auto one_closed = [closing] {
    if (--closing->open == 0) closing->done();
  };
  fleet_->control().stop(one_closed);
  charging_->control().stop();
  if (deliveries_) deliveries_->stop(one_closed);
  engine_->stop(one_closed);
  listener_->close(one_closed);
  if (local_listener_) local_listener_->close(one_closed);
}

}  // namespace contactor::app
