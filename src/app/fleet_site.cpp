#include "app/fleet_site.h"

#include <unistd.h>

#include <array>

#include <fmt/format.h>

#include "base/log.h"

namespace contactor::app {

std::string process_name() {
  std::array<char, 65> name{};
  const bool has_name = gethostname(name.data(), name.size() - 1) == 0;
  return fmt::format("{}:{}", has_name ? name.data() : "localhost", getpid());
}

/// Whole lists of a large fleet come as one answer: Volkswagen tells some 130 bytes a vehicle.
Result<std::unique_ptr<http_client::CurlMulti>> make_cloud_client(task::Loop& loop,
                                                                  const std::string& crl_file) {
  constexpr std::size_t kListMax = 32 << 20;
  return http_client::CurlMulti::create(loop, {.body_bytes_max = kListMax, .tls = {.crl_file = crl_file}});
}

Result<std::unique_ptr<FleetSite>> FleetSite::create(Params params) {
  std::unique_ptr<FleetSite> site(new FleetSite(std::move(params.config)));
  const bool calls_out = !site->config_.clouds.empty() || site->config_.slack;
  if (calls_out) {
    CTR_TRY(client, make_cloud_client(params.loop, params.crl_file));
    site->client_ = std::move(client);
    ports::HttpTransport* transport = site->client_.get();
    if (params.fast != nullptr) {
      site->fast_client_ = std::make_unique<FastTransport>(*transport, *params.fast, params.loop);
      transport = site->fast_client_.get();
    }
    site->clouds_ = make_clouds(site->config_, *transport, params.time);
  }
  for (const auto& [oem, why] : site->clouds_.unusable)
    log::error("fleet", "{} is left out: {}", fleet::shown(oem), why);
  engine::FleetParts parts{
      .store = params.store, .time = params.time, .clouds = {}, .settings = site->config_.settings};
  parts.unconfigured = site->config_.unconfigured;
  parts.unusable = site->clouds_.unusable;
  for (const auto& [oem, cloud] : site->clouds_.by_oem) parts.clouds[oem] = cloud.get();
  if (site->clouds_.chat) {
    parts.chat = site->clouds_.chat.get();
    parts.channel = site->config_.slack->channel;
  }
  site->control_ = std::make_unique<engine::FleetControl>(engine::FleetControl::Params{
      .parts = std::move(parts), .holder = std::move(params.holder), .every = site->config_.every});
  return site;
}

}  // namespace contactor::app
