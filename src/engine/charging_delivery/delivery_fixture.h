#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "charging/models.h"
#include "charging/rules.h"
#include "crypto/webhook_signature.h"
#include "engine/charging_delivery/client_desk.h"
#include "engine/charging_delivery/deliverer.h"
#include "engine/charging_delivery/message.h"
#include "engine/engine_fixture.h"

namespace contactor::engine::testing {

using EndpointId = charging::IdOf<charging::ClientService>;

/// A client's service, whose mind a test decides.
struct Receiver {
  struct Answer {
    int status = 204;  ///< 0: none, the connection breaks
    Millis after{20};
    std::string retry_after = {};
  };
  std::function<Answer(const ports::HttpRequest&)> decide = [](const auto&) { return Answer(); };
  std::vector<Secret> secrets;         ///< that it takes messages with
  std::map<std::string, int> arrived;  ///< by webhook-id
  std::vector<std::string> bodies;     ///< in the order of arrival
  std::vector<std::string> in_order;   ///< ids
  std::vector<Instant> at;             ///< of each arrival
  int forged = 0;                      ///< messages without a valid signature
  std::size_t in_flight = 0;
  std::size_t in_flight_most = 0;
};

/// The clients' side as a transport on a test's time.
class Receivers final : public ports::HttpTransport {
 public:
  explicit Receivers(ManualTime& time) : time_(time) {}

  void send(ports::HttpRequest request, ports::Done<Result<ports::HttpResponse>> done) override {
    const auto host = request.url.substr(8, request.url.find('/', 8) - 8);
    Receiver& receiver = at(host);
    arrive(receiver, request);
    on_arrival(host, request);
    const auto answer = receiver.decide(request);
    receiver.in_flight_most = std::max(receiver.in_flight_most, ++receiver.in_flight);
    const bool in_time = time_.now() + answer.after <= request.respond_by;
    const Instant at = in_time ? time_.now() + answer.after : request.respond_by;
    time_.call_at(at, [&receiver, answer, in_time, alive = alive_, done = std::move(done)]() mutable {
      receiver.in_flight -= 1;
      if (!*alive) return;
      if (!in_time || answer.status == 0)
        return done(fail(Error{.kind = in_time ? ErrorKind::unavailable : ErrorKind::timed_out,
                               .applied = Applied::maybe,
                               .retry_after = {},
                               .origin = "http",
                               .detail = "no answer"}));
      ports::HttpResponse response{.status = answer.status, .headers = {}, .body = {}};
      if (!answer.retry_after.empty()) response.headers.push_back({"Retry-After", answer.retry_after});
      done(std::move(response));
    });
  }
  Receiver& at(const std::string& host) { return receivers_[host]; }
  /// Nothing that is under way is answered any more.
  void forget() {
    *alive_ = false;
    alive_ = std::make_shared<bool>(true);
  }

  std::function<void(const std::string& host, const ports::HttpRequest&)> on_arrival = [](const auto&,
                                                                                          const auto&) {};

 private:
  void arrive(Receiver& receiver, const ports::HttpRequest& request) {
    const auto header = [&](std::string_view name) {
      for (const auto& [given, value] : request.headers)
        if (given == name) return std::string_view(value);
      return std::string_view();
    };
    const std::string id(header("webhook-id"));
    receiver.arrived[id] += 1;
    receiver.in_order.push_back(id);
    receiver.bodies.push_back(request.body);
    receiver.at.push_back(time_.now());
    const auto verified = crypto::verify_webhook(
        {.id = id, .timestamp = header("webhook-timestamp"), .signature = header("webhook-signature")},
        request.body, receiver.secrets, time_.now());
    if (!verified) receiver.forged += 1;
  }

  ManualTime& time_;
  std::map<std::string, Receiver> receivers_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// A store in memory that survives crashes, clients on it, and a deliverer that comes and goes.
class Deliveries : public ::testing::Test {
 protected:
  static constexpr std::string_view kFirstSecret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

  static crypto::SealKey key(char byte = 'k') {
    return crypto::SealKey::from_bytes(std::string(32, byte)).value();
  }

  /// A client with one subscription to `https://NAME.example.com/in`, under the id of that name.
  charging::ClientService subscribe(const std::string& name,
                                    const std::function<void(charging::Subscription&)>& change = {}) {
    charging::Subscription made;
    made.client.id = charging::IdOf<charging::Client>("cli_" + name);
    made.client.name = name;
    made.service.id = charging::IdOf<charging::Service>("srv_" + name);
    made.service.name = name;
    made.service.url = "https://" + name + ".example.com/in";
    made.link.id = EndpointId("sub_" + name);
    made.link.client_id = made.client.id;
    made.link.service_id = made.service.id;
    made.link.signing_secret = Secret(
        vault_.seal(kFirstSecret, seal_context("client_service", made.link.id.str(), "signing_secret")));
    if (change) change(made);
    receiver(name).secrets = {Secret(std::string(kFirstSecret))};
    EXPECT_TRUE(disk_.charging.put(made.client, std::nullopt, time_.now()));
    EXPECT_TRUE(disk_.charging.put(made.service, std::nullopt, time_.now()));
    return disk_.charging.put(made.link, std::nullopt, time_.now()).value();
  }
  Receiver& receiver(const std::string& name) { return http_.at(name + ".example.com"); }

  /// `count` events, of ten vehicles in turn. Later calls go on where the earlier ones ended.
  void charge(int count) {
    ports::ChargingWrite write{.at = time_.now()};
    for (int i = 0; i < count; ++i) {
      ports::StoredEvent stored;
      stored.event.provider = "samsara";
      stored.event.provider_event_id = "event-" + std::to_string(events_ += 1);
      stored.event.device_id = "device-" + std::to_string(events_ % 10);
      stored.event.started_at = time_.now();
      stored.event = charging::settled(std::move(stored.event));
      write.events.push_back(std::move(stored));
    }
    ASSERT_TRUE(disk_.charging.write(write));
  }

  void boot() {
    store_ = std::make_unique<store::memory::Store>(disk_, time_, store_params_);
    deliverer_ = make();
    deliverer_->start();
  }
  std::unique_ptr<Deliverer> make(ports::FleetStore* leases = nullptr, const std::string& holder = "node-1") {
    return std::make_unique<Deliverer>(Deliverer::Params{
        .store = store_->charging(),
        .http = http_,
        .time = time_,
        .entropy = entropy_,
        .vault = vault_,
        .egress = {},
        .leases = leases,
        .holder = holder,
        .settings = settings_,
        .on_disabled = [this](const auto&, const std::string& why) { told_.push_back(why); }});
  }
  /// The process ends here: what is on its way may still arrive, and nobody hears of it.
  void crash() {
    deliverer_.reset();
    store_.reset();
    http_.forget();
  }

  std::vector<charging::EventLog> logs(const std::string& name) {
    ports::ChargingFilter filter;
    filter.client_service_id = EndpointId("sub_" + name);
    filter.limit = 500;
    std::vector<charging::EventLog> all;
    do {
      auto page = disk_.charging.list<charging::EventLog>(filter).value();
      all.insert(all.end(), page.items.begin(), page.items.end());
      filter.cursor = page.next;
    } while (!filter.cursor.empty());
    return all;
  }
  std::size_t count(const std::string& name, charging::DeliveryStatus status) {
    return static_cast<std::size_t>(std::ranges::count(logs(name), status, &charging::EventLog::status));
  }
  std::size_t delivered(const std::string& name) { return count(name, charging::DeliveryStatus::delivered); }
  charging::EndpointHealth health(const std::string& name) {
    return disk_.charging.targets({}, 1000).value().at(index_of(name)).health;
  }
  charging::ClientService link(const std::string& name) {
    return disk_.charging.find<charging::ClientService>({EndpointId("sub_" + name)}).value().at(0);
  }
  ClientDesk desk() {
    return ClientDesk({.store = store_->charging(),
                       .tokens = *store_,
                       .time = time_,
                       .entropy = entropy_,
                       .vault = vault_,
                       .deliverer = deliverer_.get()});
  }

  store::memory::Disk disk_;
  ManualTime time_;
  CountingEntropy entropy_;
  Receivers http_{time_};
  Vault vault_{key()};
  DeliverySettings settings_;
  store::memory::StoreParams store_params_;
  std::unique_ptr<store::memory::Store> store_;
  std::unique_ptr<Deliverer> deliverer_;
  std::vector<std::string> told_;
  int events_ = 0;

 private:
  std::size_t index_of(const std::string& name) {
    const auto targets = disk_.charging.targets({}, 1000).value();
    for (std::size_t i = 0; i < targets.size(); ++i)
      if (targets[i].subscription.link.id.str() == "sub_" + name) return i;
    return targets.size();
  }
};

}  // namespace contactor::engine::testing
