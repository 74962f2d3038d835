#include "app/demo.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "api/tokens.h"
#include "app/demo_fleet.h"
#include "app/demo_screen.h"
#include "app/demo_secrets.h"
#include "app/demo_shop.h"
#include "app/listen_address.h"
#include "app/node.h"
#include "app/world_server.h"
#include "base/log.h"
#include "task/signals.h"

namespace contactor::app {
namespace {

constexpr int kFasterThanLife = 40;
constexpr Millis kRedraw{200};

/// The name under which the simulated world has the cloud of this vehicle; empty: none serves it.
std::string_view prefix_of(const Vin& vin) {
  const auto oem = fleet::Routes().of(vin, "").oem;
  if (!oem) return {};
  return *oem == fleet::Oem::volkswagen ? "vw" : fleet::to_string(*oem);
}

/// Where the demo keeps its store and keys; gone when it ends, unless --db names a place.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "contactor-demo-XXXXXX").string();
    CTR_ASSERT(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] std::string file(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

class Demo {
 public:
  Demo(const cli::Demo& demo, const cli::Options& options, const Environment& environment)
      : demo_(demo),
        options_(options),
        environment_(environment),
        prng_(demo.seed),
        world_(world_params(), demo.seed) {}

  int run() {
    if (const Status built = build(); !built) {
      fmt::print(stderr, "contactor: {}\n", built.error().message());
      return built.error().kind == ErrorKind::invalid ? 2 : 1;
    }
    task::Signals signals(loop_, [this](int count) { interrupted(count); });
    node_->start([this](Status started) {
      if (!started) return fail_with(started.error());
      open_shop();
    });
    tick();
    loop_.run();
    screen_->finish();
    if (status_ == 0) print_summary();
    return status_;
  }

 private:
  [[nodiscard]] world::WorldParams world_params() const { return demo_world(); }

  Status build() {
    CTR_TRY(address, parse_listen_address(demo_.listen));
    CTR_TRY(pool, http_client::BeastPool::create(loop_, {}));
    transport_ = std::move(pool);
    fast_transport_ = std::make_unique<FastTransport>(*transport_, clock_, loop_);
    world_server_ = std::make_unique<WorldServer>(world_, clock_, *fast_transport_);
    CTR_TRY(world_listener,
            server::Listener::create(loop_, *world_server_, {.connections_per_address_max = 1000}));
    world_listener_ = std::move(world_listener);
    CTR_TRY(smtp, server::SmtpSink::create(
                      loop_, [this](server::ReceivedMail mail) { return world_server_->receive(mail); }, {}));
    smtp_ = std::move(smtp);
    const Environment environment = demo_environment();
    CTR_TRY(config, read_config(environment,
                                options_.db.empty() ? "sqlite:" + scratch_.file("demo.db") : options_.db));
    CTR_TRY(fleet, read_fleet_config(environment));
    CTR_TRY(node, Node::create(loop_, {.config = std::move(config),
                                       .fleet = std::move(fleet),
                                       .host = address.host,
                                       .port = address.port,
                                       .name = "demo",
                                       .fast = &clock_,
                                       .advertise_own_address = true}));
    node_ = std::move(node);
    url_ = fmt::format("http://{}:{}", address.host, node_->port());
    node_->engine().listen(
        [this](const ota::Activation& activation, const ota::HistoryEntry&) { tally_.take(activation); });
    screen_ = std::make_unique<DemoScreen>(url_ + "/", demo_.orders);
    return {};
  }

  /// What an operator would have written into `.env`, pointing at the simulated world.
  Environment demo_environment() {
    const std::string world_url = fmt::format("http://127.0.0.1:{}", world_listener_->port());
    const world::WorldParams params = world_params();
    Environment environment = environment_;
    environment.set("API_IOT_BASE_URL", world_url + "/iot");
    environment.set("API_IOT_TOKEN_URL", world_url + "/iot-auth/token");
    environment.set("API_IOT_CLIENT_ID", params.iot_client_id);
    environment.set("API_IOT_CLIENT_SECRET", params.iot_client_secret);
    environment.set("API_IOT_CALLBACK_SECRET", params.iot_callback_secret);
    environment.set("STRIPE_API_URL", world_url + "/stripe");
    environment.set("STRIPE_SECRET_KEY", params.stripe_secret_key);
    environment.set("STRIPE_WEBHOOK_SECRET", params.stripe_webhook_secret);
    environment.set("PAYMENT_WEBHOOK_URL", world_url + "/shop");
    environment.set("PAYMENT_WEBHOOK_SECRET", params.shop_secret);
    environment.set("SMTP_URL", fmt::format("smtp://127.0.0.1:{}", smtp_->port()));
    environment.set("MAIL_FROM", "Contactor <contactor@example.org>");
    environment.set("FCM_API_URL", world_url + "/fcm");
    environment.set("FCM_PROJECT", "demo");
    environment.set("FCM_CREDENTIALS_FILE", scratch_.file("fcm.json"));
    std::ofstream(scratch_.file("fcm.json")) << demo_service_account(world_url + "/fcm-auth/token");
    if (!environment.has("CONTACTOR_KEY_FILE"))
      environment.set("CONTACTOR_KEY_FILE", scratch_.file("seal.key"));
    set_demo_clouds(environment, world_url, params.fleet,
                    [this](std::string_view name) { return scratch_.file(name); });
    return environment;
  }

  void open_shop() {
    api::make_token(node_->store(), entropy_, clock_.now(), {.name = "demo-admin", .role = "admin"},
                    [this](Result<api::NewToken> admin) {
                      if (!admin) return fail_with(admin.error());
                      api::make_token(node_->store(), entropy_, clock_.now(),
                                      {.name = "demo-shop", .role = "service", .client = "demo-shop"},
                                      [this, admin = admin->text](Result<api::NewToken> shop) {
                                        if (!shop) return fail_with(shop.error());
                                        fmt::print(stderr, "console: {}/#token={}\n", url_, admin);
                                        const auto vehicles = demo_vehicles(demo_.vehicles, prng_);
                                        connect_fleet(admin, vehicles);
                                        send_orders(admin, shop->text, vehicles);
                                      });
                    });
  }

  void connect_fleet(const std::string& admin_token, const std::vector<Vin>& vehicles) {
    fleet_ = std::make_unique<DemoFleet>(DemoFleet::Params{.transport = *transport_,
                                                           .real_time = loop_,
                                                           .control = node_->fleet(),
                                                           .base_url = url_,
                                                           .admin_token = admin_token},
                                         vehicles, prng_);
    for (const Vin& vin : fleet_->leftovers())
      if (auto* const cloud = world_.fleet().find(prefix_of(vin))) cloud->meddle(vin, true, clock_.now());
    fleet_->start([this](const Status& ended) {
      if (!ended) fail_with(ended.error());
    });
  }

  void send_orders(const std::string& admin_token, const std::string& shop_token,
                   const std::vector<Vin>& vehicles) {
    auto orders = demo_orders(demo_.orders, vehicles, prng_);
    expected_ = orders.size();
    shop_ = std::make_unique<DemoShop>(DemoShop::Params{.transport = *transport_,
                                                        .real_time = loop_,
                                                        .base_url = url_,
                                                        .admin_token = admin_token,
                                                        .shop_token = shop_token},
                                       std::move(orders));
    shop_->open([this](const DemoOrder& order) {
      if (order.transaction_id.empty()) return;
      world_.open_payment({.id = order.transaction_id,
                           .amount = order.amount,
                           .currency = "eur",
                           .captured = order.captured,
                           .idempotency_key = {}},
                          clock_.now());
    });
  }

  void tick() {
    screen_->draw(tally_, fleet_ ? fleet_->line() : "", clock_.now(), loop_.now() - begun_at_);
    const auto sum = tally_.summary();
    const bool settled = shop_ && shop_->done() && fleet_ && fleet_->is_done() &&
                         sum.orders + shop_->refused() >= expected_ && sum.open == 0;
    if (settled && !reported_) {
      reported_ = true;
      wall_ = loop_.now() - begun_at_;
      if (shop_->refused() > 0) {
        fmt::print(stderr, "contactor: {} requests of the shop were refused; the last: {}\n",
                   shop_->refused(), shop_->last_refusal());
        return end(1);
      }
      fleet_->count([this](FleetTally counted) { fleet_counted(std::move(counted)); });
    }
    if (ending_) return;
    loop_.call_at(loop_.now() + kRedraw, [this] { tick(); });
  }

  void fleet_counted(FleetTally counted) {
    fleet_tally_ = std::move(counted);
    if (demo_.once) return end(0);
    print_summary();
    fmt::print(stderr, "\nEverything stays up; Ctrl+C ends it.\n");
  }

  void print_summary() {
    if (printed_ || !fleet_tally_) return;
    printed_ = true;
    const double seconds = static_cast<double>(wall_.count()) / 1000;
    const auto sum = tally_.summary();
    if (options_.json)
      fmt::print("{}\n", summary_json(*fleet_tally_, sum, seconds));
    else
      fmt::print("{}", summary_table(*fleet_tally_, sum, seconds));
    std::fflush(stdout);
  }

  void interrupted(int count) {
    if (count > 1) std::_Exit(130);
    end(reported_ ? 0 : 130);
  }
  void fail_with(const Error& error) {
    fmt::print(stderr, "contactor: {}\n", error.message());
    end(1);
  }
  void end(int status) {
    if (ending_) return;
    ending_ = true;
    status_ = status;
    if (shop_) shop_->stop();
    node_->close([this] { loop_.stop(); });
  }

  cli::Demo demo_;
  const cli::Options& options_;
  const Environment& environment_;
  Scratch scratch_;
  Prng prng_;
  task::Loop loop_;
  task::SystemEntropy entropy_;
  FastClock clock_{loop_, kFasterThanLife};
  world::World world_;
  std::unique_ptr<http_client::BeastPool> transport_;
  std::unique_ptr<FastTransport> fast_transport_;
  std::unique_ptr<WorldServer> world_server_;
  std::unique_ptr<server::Listener> world_listener_;
  std::unique_ptr<server::SmtpSink> smtp_;
  std::unique_ptr<Node> node_;
  std::string url_;
  std::unique_ptr<DemoShop> shop_;
  std::unique_ptr<DemoFleet> fleet_;
  std::optional<FleetTally> fleet_tally_;
  DemoTally tally_;
  std::unique_ptr<DemoScreen> screen_;
  std::size_t expected_ = 0;
  Instant begun_at_ = loop_.now();
  Millis wall_{};
  bool reported_ = false;
  bool printed_ = false;
  bool ending_ = false;
  int status_ = 0;
};

}  // namespace

int run_demo(const cli::Demo& demo, const cli::Options& options, const Environment& environment) {
  return Demo(demo, options, environment).run();
}

}  // namespace contactor::app
