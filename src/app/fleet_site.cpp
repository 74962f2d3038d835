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

Result<std::unique_ptr<FleetSite>> FleetSite::create(Params params) {
  std::unique_ptr<FleetSite> site(new FleetSite(std::move(params.config)));
  ports::HttpTransport* transport = params.transport;
  const bool calls_out = !site->config_.clouds.empty() || site->config_.slack;
  if (transport == nullptr && calls_out) {
    CTR_TRY(client, http_client::CurlMulti::create(params.loop, {}));
    site->client_ = std::move(client);
    transport = site->client_.get();
  }
  if (calls_out) site->clouds_ = make_clouds(site->config_, *transport, params.time);
  for (const auto& [oem, why] : site->clouds_.unusable)
    log::error("fleet", "{} is left out: {}", fleet::shown(oem), why);
  engine::FleetParts parts{
      .store = params.store, .time = params.time, .clouds = {}, .settings = site->config_.settings};
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
