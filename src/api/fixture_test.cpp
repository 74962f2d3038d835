#include "api/fixture.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "crypto/token.h"
#include "engine/fleet/fleet_fixture.h"
#include "json/json.h"
#include "store/memory/store.h"

namespace contactor::api {
namespace {

class VirtualTime final : public ports::Timekeeper {
 public:
  [[nodiscard]] Instant now() const override { return now_; }
  void call_at(Instant at, std::move_only_function<void()> action) override {
    due_.emplace(std::max(at, now_), std::move(action));
  }
  void run_until(Instant end) {
    while (!due_.empty() && due_.begin()->first <= end) {
      auto node = due_.extract(due_.begin());
      now_ = std::max(now_, node.key());
      node.mapped()();
    }
    now_ = std::max(now_, end);
  }

 private:
  Instant now_ = Instant::from_millis(1'800'000'000'000);
  std::multimap<Instant, std::move_only_function<void()>> due_;
};

class CountingEntropy final : public ports::Entropy {
 public:
  [[nodiscard]] std::uint64_t next() override { return prng_.next(); }

 private:
  Prng prng_{7};
};

class ScriptedCar final : public ports::IotApi {
 public:
  bool refuses = false;
  void configure(ports::ConfigureCommand, Instant, ports::Done<ota::CommandAnswer> done) override {
    ota::CommandAnswer answer{.kind = ota::CommandAnswer::Kind::confirmed};
    if (refuses)
      answer = {.kind = ota::CommandAnswer::Kind::refused,
                .failure = {.category = ota::FailureCategory::InvalidConfiguration,
                            .http_status = 400,
                            .code = "invalid_configuration",
                            .message = "no such flag"}};
    done(answer);
  }
  void status(Vin, std::string, Instant, ports::Done<Result<ota::VehicleStatus>> done) override {
    ota::VehicleStatus status;
    status.online = true;
    status.drive_state = "parked";
    status.firmware_version = "5.1";
    status.snapshot = "{}";
    done(status);
  }
  void health(Vin, Instant, ports::Done<Result<ota::VehicleHealth>> done) override {
    done(ota::VehicleHealth{.reachable = true});
  }
  void history(Vin, Instant, ports::Done<Result<std::vector<ota::IotHistoryItem>>> done) override {
    done(std::vector<ota::IotHistoryItem>());
  }
};

class KindBank final : public ports::Payments {
 public:
  void move(ports::MoneyRequest, Instant, ports::Done<Status> done) override { done({}); }
  void look_up(std::string, Instant, ports::Done<Result<ports::PaymentFacts>> done) override {
    done(ports::PaymentFacts{.phase = ports::PaymentFacts::Phase::held});
  }
};

class KeptStream final : public Stream {
 public:
  explicit KeptStream(std::shared_ptr<Fixture::Opened> opened) : opened_(std::move(opened)) {}
  bool write(std::string_view chunk) override {
    opened_->text += chunk;
    return !opened_->closed;
  }
  void close() override { opened_->closed = true; }

 private:
  std::shared_ptr<Fixture::Opened> opened_;
};

std::string secret_of(unsigned number) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(static_cast<std::uint8_t>(number + 1));
  return crypto::make_api_token(bytes);
}

constexpr unsigned kForeign = 10;
constexpr unsigned kRevoked = 11;
constexpr unsigned kExpired = 12;

}  // namespace

struct Fixture::Parts {
  VirtualTime time;
  CountingEntropy entropy;
  store::memory::Disk disk;
  store::memory::Store store{disk, time};
  ScriptedCar car;
  KindBank bank;
  engine::testing::FakeCloud kia{time, fleet::Oem::kia};
  engine::testing::FakeCloud owners_tesla{time, fleet::Oem::tesla};
  engine::FleetSettings fleet_settings;
  engine::Vault vault{*crypto::SealKey::from_bytes(std::string(32, 'k'))};
  engine::FleetControl fleet{
      {.parts = {.store = store.fleet(),
                 .time = time,
                 .clouds = {{fleet::Oem::kia, &kia}},
                 .settings = fleet_settings},
       .holder = "test:1",
       .every = {},
       .single_teslas = {.parts = engine::FleetParts{.store = store.fleet(),
                                                     .time = time,
                                                     .clouds = {{fleet::Oem::tesla, &owners_tesla}},
                                                     .settings = fleet_settings},
                         .vault = &vault,
                         .consent_page = "https://auth.example.test/authorize?client_id=us"}}};
  engine::ChargingControl charging{
      {.parts = {.store = store.charging(), .time = time}, .fleet = &store.fleet()}};
  engine::Engine engine{
      engine::Ports{
          .time = time, .entropy = entropy, .store = store, .iot = car, .stripe = &bank, .shop = &bank},
      engine::Settings{}};
  std::unique_ptr<Api> api;
  unsigned keys = 0;

  void add(unsigned number, std::string_view role, std::string name) {
    ports::ApiToken token{.id = TokenId(number + 1), .name = std::move(name), .role = std::string(role)};
    token.digest = crypto::hash_api_token(secret_of(number));
    if (number == kRevoked) token.revoked_at = time.now();
    if (number == kExpired) token.expires_at = time.now();
    store.put_token(token, [](const Status& status) { ASSERT_TRUE(status); });
  }
};

Fixture::Fixture() : parts_(std::make_unique<Parts>()) {
  for (const Role role : kRoles)
    parts_->add(static_cast<unsigned>(role), to_string(role), fmt::format("{}-1", to_string(role)));
  parts_->add(kForeign, "service", "another-shop");
  parts_->add(kRevoked, "admin", "revoked");
  parts_->add(kExpired, "admin", "expired");
  parts_->engine.start([](const Status& status) { ASSERT_TRUE(status); });
  ApiParams params{
      .engine = parts_->engine,
      .fleet = &parts_->fleet,
      .charging = &parts_->charging,
      .seal = [](std::string_view text, std::string_view place) -> Result<std::string> {
        return "sealed:" + std::string(place) + ":" + std::to_string(text.size());
      },
      .store = parts_->store,
      .time = parts_->time,
      .entropy = parts_->entropy,
      .read_vehicle_callback = [](const Request& request, Instant) -> Result<engine::VehicleReport> {
        if (request.header("webhook-signature") != "good")
          return fail(ErrorKind::unauthorized, "test", "wrong");
        return engine::VehicleReport{.command_id = request.body};
      },
      .read_payment_event = [](const Request& request, Instant) -> Result<engine::PaymentReport> {
        if (request.header("stripe-signature") != "good")
          return fail(ErrorKind::unauthorized, "test", "wrong");
        return engine::PaymentReport{.event_id = "evt_1", .transaction_id = request.body};
      },
      .find_asset = [](std::string_view path) -> std::optional<Asset> {
        if (path != "/") return std::nullopt;
        return Asset{.content_type = "text/html; charset=utf-8", .bytes = "<!doctype html>", .gzip = {}};
      },
      .version = "1.2.3"};
  parts_->api = std::make_unique<Api>(std::move(params));
  pass(Millis(10));
  auto made = send({.method = "PUT",
                    .target = "/v1/ota/services/heated-seats",
                    .body = R"({"name":"Heated seats","template":{"seats.heating":true}})",
                    .authorization = bearer(Role::admin),
                    .headers = {{"Content-Type", "application/json"}}});
  EXPECT_EQ(made.status, 200) << made.body;
}

Fixture::~Fixture() = default;

std::shared_ptr<std::vector<Response>> Fixture::hand_in(Ask ask) {
  Request request{.method = std::move(ask.method),
                  .target = std::move(ask.target),
                  .headers = std::move(ask.headers),
                  .body = std::move(ask.body),
                  .local_user = ask.local_user};
  if (!ask.authorization.empty()) request.headers.push_back({"Authorization", ask.authorization});
  auto answers = std::make_shared<std::vector<Response>>();
  parts_->api->handle(std::move(request),
                      [answers](Response response) { answers->push_back(std::move(response)); });
  return answers;
}

Response Fixture::wait_for(const std::vector<Response>& answers) {
  for (int i = 0; i < 100 && answers.empty(); ++i) pass(Millis(1));
  EXPECT_EQ(answers.size(), 1U) << "a request is answered once";
  return answers.empty() ? Response{.status = 0} : answers.front();
}

Response Fixture::send(Ask ask) { return wait_for(*hand_in(std::move(ask))); }

std::pair<Response, Response> Fixture::send_both(Ask first, Ask second) {
  const auto one = hand_in(std::move(first));
  const auto two = hand_in(std::move(second));
  auto first_answer = wait_for(*one);
  return {std::move(first_answer), wait_for(*two)};
}

std::size_t Fixture::send_and_end(Ask ask) {
  const auto answers = hand_in(std::move(ask));
  parts_->api.reset();
  pass(Millis(100));
  return answers->size();
}

Response Fixture::post(std::string target, std::string body, Role role) {
  return send({.method = "POST",
               .target = std::move(target),
               .body = std::move(body),
               .authorization = bearer(role),
               .headers = {{"Content-Type", "application/json"},
                           {"Idempotency-Key", fmt::format("key-{}", ++parts_->keys)}}});
}

Response Fixture::get(std::string target, Role role) {
  return send({.target = std::move(target), .authorization = bearer(role)});
}

Response Fixture::ask_locally(std::string method, std::string target, std::string body) {
  std::vector<ports::HttpHeader> headers;
  if (!body.empty()) headers.push_back({"Content-Type", "application/json"});
  return send({.method = std::move(method),
               .target = std::move(target),
               .body = std::move(body),
               .headers = std::move(headers),
               .local_user = 1000});
}

std::string Fixture::bearer(Role role) const { return "Bearer " + secret_of(static_cast<unsigned>(role)); }
std::string Fixture::foreign_bearer() const { return "Bearer " + secret_of(kForeign); }
std::string Fixture::revoked_bearer() const { return "Bearer " + secret_of(kRevoked); }
std::string Fixture::expired_bearer() const { return "Bearer " + secret_of(kExpired); }

void Fixture::revoke(Role role) {
  parts_->disk.tokens.at(TokenId(static_cast<unsigned>(role) + 1)).revoked_at = parts_->time.now();
}
void Fixture::pass(Millis time) { parts_->time.run_until(parts_->time.now() + time); }
void Fixture::car_refuses(bool refuses) { parts_->car.refuses = refuses; }
Instant Fixture::now() const { return parts_->time.now(); }

ports::Store& Fixture::store() { return parts_->store; }
void Fixture::spoil_history(ActivationId id) { parts_->disk.history.at(id).front().detail += "!"; }

std::shared_ptr<Fixture::Opened> Fixture::open_stream(std::string authorization, std::string last_event_id) {
  return open_stream_with(
      {.method = "GET",
       .target = "/v1/events/stream",
       .headers = {{"Authorization", std::move(authorization)}, {"Last-Event-ID", std::move(last_event_id)}},
       .body = {}});
}

std::shared_ptr<Fixture::Opened> Fixture::open_stream_locally() {
  return open_stream_with(
      {.method = "GET", .target = "/v1/events/stream", .headers = {}, .body = {}, .local_user = 1000});
}

std::shared_ptr<Fixture::Opened> Fixture::open_stream_with(Request request) {
  auto opened = std::make_shared<Opened>();
  EXPECT_TRUE(parts_->api->open_stream(request, [opened](const Response& head) -> std::shared_ptr<Stream> {
    opened->status = head.status;
    return std::make_shared<KeptStream>(opened);
  }));
  pass(Millis(5));
  return opened;
}

std::string order_body(std::string_view order, std::string_view vin) {
  return fmt::format(
      R"({{"order_id":"{}","vin":"{}",)"
      R"("customer":{{"id":"c-1","name":"Ada","email":"ada@example.com"}},)"
      R"("service_id":"heated-seats","action":"activate","duration":"30d","origin":"customer",)"
      R"("payment":{{"provider":"stripe","transaction_id":"pi_{}",)"
      R"("amount":1290,"currency":"EUR","state":"authorized"}}}})",
      order, vin, order);
}

std::string_view header(const Response& response, std::string_view name) {
  for (const auto& each : response.headers)
    if (each.name == name) return each.value;
  return {};
}

json::object object_of(const Response& response) {
  auto document = json::parse(response.body);
  EXPECT_TRUE(document && document->is_object()) << response.status << " " << response.body;
  return document && document->is_object() ? document->get_object() : json::object();
}

std::string id_of(const Response& response) {
  return std::string(json::string_at(object_of(response), "id").value_or(""));
}

void expect_problem(const Response& response, int status, std::string_view what) {
  EXPECT_EQ(response.status, status) << what << ": " << response.body;
  EXPECT_EQ(header(response, "Content-Type"), "application/problem+json") << what;
  const auto body = object_of(response);
  EXPECT_TRUE(json::string_at(body, "type").value_or("").starts_with("urn:contactor:problem:")) << what;
  EXPECT_EQ(json::integer_at(body, "status"), status) << what;
  EXPECT_EQ(json::string_at(body, "instance").value_or(""), header(response, "X-Request-Id")) << what;
}

}  // namespace contactor::api
