#include "app/delivery_site.h"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "store/open.h"

namespace contactor::app {
namespace {

// Of an answer only its status counts, and its first words for people.
constexpr std::size_t kAnswerMax = 4 * 1024;

std::optional<ports::Address> address_of(const sockaddr& place) {
  if (place.sa_family == AF_INET) {
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in&>(place).sin_addr, bytes.size());
    return ports::Address::v4(bytes);
  }
  if (place.sa_family == AF_INET6) {
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(place).sin6_addr, bytes.size());
    return ports::Address::v6(bytes);
  }
  return std::nullopt;
}

/// Every address of this machine.
std::vector<ports::Address> all_addresses() {
  std::vector<ports::Address> found;
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return found;
  for (const ifaddrs* one = first; one != nullptr; one = one->ifa_next)
    if (one->ifa_addr != nullptr)
      if (const auto address = address_of(*one->ifa_addr)) found.push_back(*address);
  ::freeifaddrs(first);
  return found;
}

/// The schedule of the configuration; its last wait is repeated.
engine::DeliverySettings settings_of(const Config& config) {
  engine::DeliverySettings settings;
  if (config.webhook_delays.empty()) return settings;
  auto& waits = settings.policy.waits;
  for (std::size_t i = 0; i < waits.size(); ++i)
    waits[i] = config.webhook_delays[std::min(i, config.webhook_delays.size() - 1)];
  return settings;
}

}  // namespace

ports::EgressPolicy egress_of(const Config& config, const std::string& host, std::uint16_t port) {
  ports::EgressPolicy policy;
  if (config.allow_private_webhooks) policy = ports::EgressPolicy::anywhere();
  policy.also.insert(policy.also.end(), config.webhook_networks.begin(), config.webhook_networks.end());
  if (port == 0) return policy;
  // A name, or "every address": all of this machine's are ours.
  const auto listened = ports::Address::parse(host);
  const bool is_one = listened && host != "0.0.0.0" && host != "::";
  for (const auto& own : is_one ? std::vector{*listened} : all_addresses())
    policy.own.push_back({.address = own, .port = port});
  return policy;
}

Result<std::unique_ptr<DeliverySite>> DeliverySite::create(Params params) {
  std::unique_ptr<DeliverySite> site(new DeliverySite(std::move(params.vault)));
  CTR_CHECK(site->build(std::move(params)));
  return site;
}

Status DeliverySite::build(Params params) {
  store_ = &store::charging_of(params.store);
  time_ = &params.time;
  if (params.delivers) {
    const auto egress = egress_of(params.config, params.host, params.port);
    CTR_TRY(transport,
            http_client::CurlMulti::create(params.loop, {.connections_per_host_max = 16,
                                                         .body_bytes_max = kAnswerMax,
                                                         .cuts_bodies = true,
                                                         .egress = egress,
                                                         .tls = {.crl_file = params.config.crl_file}}));
    transport_ = std::move(transport);
    ports::HttpTransport* path = transport_.get();
    if (params.fast != nullptr) {
      fast_transport_ = std::make_unique<FastTransport>(*transport_, *params.fast, params.loop);
      path = fast_transport_.get();
    }
    deliverer_ = std::make_unique<engine::Deliverer>(
        engine::Deliverer::Params{.store = store::charging_of(params.store),
                                  .http = *path,
                                  .time = params.time,
                                  .entropy = entropy_,
                                  .vault = vault_,
                                  .egress = egress,
                                  .leases = &store::fleet_of(params.store),
                                  .holder = std::move(params.holder),
                                  .settings = settings_of(params.config)});
  }
  desk_ = std::make_unique<engine::ClientDesk>(
      engine::ClientDesk::Params{.store = store::charging_of(params.store),
                                 .tokens = params.store,
                                 .time = params.time,
                                 .entropy = entropy_,
                                 .vault = vault_,
                                 .deliverer = deliverer_.get()});
  return {};
}

std::function<void(const std::string&, ports::Done<Result<engine::Rekeyed>>)> DeliverySite::rekey() {
  return [this](const std::string& cursor, ports::Done<Result<engine::Rekeyed>> done) {
    engine::rekey_page(*store_, *time_, vault_, cursor, std::move(done));
  };
}

void DeliverySite::start() {
  if (deliverer_) deliverer_->start();
}

void DeliverySite::stop(std::move_only_function<void()> done) {
  if (!deliverer_) return done();
  deliverer_->stop(std::move(done));
}

}  // namespace contactor::app
