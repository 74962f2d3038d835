#include "app/fleet_site.h"

#include <unistd.h>

#include <array>

#include <fmt/format.h>

#include "base/log.h"
#include "ports/url_encoding.h"

namespace contactor::app {
namespace {

/// Every right that is used, and `offline_access`: without it there is no refresh token.
std::string consent_query(const std::string& client_id) {
  return "?" + ports::form_body(
                   {{"response_type", "code"},
                    {"client_id", client_id},
                    {"scope", "openid offline_access user_data vehicle_device_data energy_device_data"}});
}

}  // namespace

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
  ports::HttpTransport* transport = nullptr;
  if (calls_out) {
    CTR_TRY(client, make_cloud_client(params.loop, params.crl_file));
    site->client_ = std::move(client);
    transport = site->client_.get();
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
  engine::SingleTeslas single_teslas = site->single_teslas(params, transport);
  site->control_ = std::make_unique<engine::FleetControl>(
      engine::FleetControl::Params{.parts = std::move(parts),
                                   .holder = params.holder,
                                   .every = site->config_.every,
                                   .single_teslas = std::move(single_teslas)});
  return site;
}

/// Needs Tesla's variables for runs, and the key file for everything.
engine::SingleTeslas FleetSite::single_teslas(const Params& params, ports::HttpTransport* transport) {
  engine::SingleTeslas single{.parts = {},
                              .why_not = {},
                              .vault = nullptr,
                              .why_no_vault = {},
                              .fleet = config_.single_teslas_fleet,
                              .consent_page = config_.tesla_consent_url,
                              .every = config_.single_teslas_every};
  const auto tesla = config_.clouds.find(fleet::Oem::tesla);
  if (tesla != config_.clouds.end())
    single.consent_page += consent_query(tesla->second.find("TESLA_CLIENT_ID")->second);
  if (!params.vault) {
    single.why_not = single.why_no_vault = params.vault.error().detail;
    return single;
  }
  vault_ = *params.vault;
  single.vault = &*vault_;
  if (tesla == config_.clouds.end()) {
    const auto missing = config_.unconfigured.find(fleet::Oem::tesla);
    single.why_not = "Tesla is not configured";
    if (missing != config_.unconfigured.end()) single.why_not += ": " + missing->second;
    return single;
  }
  owner_book_ = std::make_unique<engine::OwnerBook>(engine::OwnerBook::Params{
      .store = params.store, .time = params.time, .vault = *vault_, .holder = params.holder});
  auto cloud = make_owners_cloud(tesla->second, *transport, params.time, *owner_book_);
  if (!cloud) {
    single.why_not = "Tesla cannot be used: " + cloud.error().detail;
    return single;
  }
  owners_cloud_ = std::move(*cloud);
  owner_settings_ = config_.settings;
  owner_settings_.routes = {};  // They stay with Tesla whatever serves the fleets' vehicles.
  single.parts.emplace(engine::FleetParts{.store = params.store,
                                          .time = params.time,
                                          .clouds = {{fleet::Oem::tesla, owners_cloud_.get()}},
                                          .settings = owner_settings_});
  return single;
}

}  // namespace contactor::app
