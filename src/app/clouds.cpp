#include "app/clouds.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <functional>
#include <sstream>

#include <fmt/format.h>

#include "crypto/pkcs12.h"
#include "gateways/bmw/gateway.h"
#include "gateways/high_mobility/gateway.h"
#include "gateways/kia/gateway.h"
#include "gateways/renault/gateway.h"
#include "gateways/stellantis/gateway.h"
#include "gateways/tesla/gateway.h"
#include "gateways/tesla/individual/gateway.h"
#include "gateways/volkswagen/gateway.h"
#include "task/system_entropy.h"

namespace contactor::app {
namespace {

using Cloud = std::unique_ptr<ports::OemCloud>;

struct Parts {
  ports::HttpTransport& transport;
  ports::Timekeeper& time;
  ports::Entropy& entropy;
};

/// Every name is there: `read_fleet_config` has put it.
const std::string& at(const CloudVariables& variables, const char* name) {
  return variables.find(name)->second;
}
Secret secret_at(const CloudVariables& variables, const char* name) { return Secret(at(variables, name)); }

Result<std::string> read_file(const char* variable, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return fail(ErrorKind::invalid, "config", fmt::format("{} {} cannot be read", variable, path));
  return text.str();
}

/// `code` for vehicles without a fleet, or `depot=code,other=code`.
std::map<std::string, Secret> tesla_codes(const std::string& text) {
  std::map<std::string, Secret> codes;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    const std::string one = text.substr(from, comma - from);
    const std::size_t equals = one.find('=');
    if (equals == std::string::npos)
      codes.insert_or_assign("", Secret(one));
    else
      codes.insert_or_assign(one.substr(0, equals), Secret(one.substr(equals + 1)));
    from = comma + 1;
  }
  return codes;
}

/// Where vehicles stream to, and who signs that for them.
struct TeslaSigning {
  gateways::tesla::TelemetryTarget target;
  std::optional<crypto::SchnorrKey> key;
};

Result<TeslaSigning> read_tesla_signing(const CloudVariables& set) {
  TeslaSigning signing;
  signing.target.hostname = at(set, "FLEET_TELEMETRY_HOSTNAME");
  if (signing.target.hostname.empty() || at(set, "FLEET_TELEMETRY_CERT_PATH").empty())
    return fail(ErrorKind::invalid, "config",
                "FLEET_TELEMETRY_HOSTNAME and FLEET_TELEMETRY_CERT_PATH are not set: vehicles must know "
                "where to stream to");
  const std::string& port = at(set, "FLEET_TELEMETRY_PORT");
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), signing.target.port);
  if (error != std::errc{} || end != port.data() + port.size() || signing.target.port < 1 ||
      signing.target.port > 65535)
    return fail(ErrorKind::invalid, "config", "FLEET_TELEMETRY_PORT must be a port");
  CTR_TRY(ca, read_file("FLEET_TELEMETRY_CERT_PATH", at(set, "FLEET_TELEMETRY_CERT_PATH")));
  signing.target.ca = std::move(ca);
  if (const std::string& file = at(set, "TESLA_KEY_FILE"); !file.empty()) {
    CTR_TRY(pem, read_file("TESLA_KEY_FILE", file));
    auto key = crypto::SchnorrKey::from_pem(Secret(std::move(pem)));
    if (!key)
      return fail(ErrorKind::invalid, "config",
                  fmt::format("TESLA_KEY_FILE {}: {}", file, key.error().detail));
    signing.key = std::move(*key);
  } else if (at(set, "TESLA_COMMAND_PROXY_URL").empty()) {
    return fail(ErrorKind::invalid, "config",
                "neither TESLA_KEY_FILE nor TESLA_COMMAND_PROXY_URL is set: configurations must be signed");
  }
  return signing;
}

Result<Cloud> make_tesla(const CloudVariables& set, Parts parts) {
  CTR_TRY(signing, read_tesla_signing(set));
  gateways::tesla::GatewayParams params{.transport = parts.transport,
                                        .timekeeper = parts.time,
                                        .base_url = at(set, "TESLA_BASE_URL"),
                                        .token_url = at(set, "TESLA_AUTH_URL"),
                                        .client_id = at(set, "TESLA_CLIENT_ID"),
                                        .client_secret = secret_at(set, "TESLA_CLIENT_SECRET"),
                                        .fleet_codes = tesla_codes(at(set, "TESLA_AUTH_CODES")),
                                        .target = std::move(signing.target),
                                        .key = std::move(signing.key),
                                        .proxy_url = at(set, "TESLA_COMMAND_PROXY_URL")};
  params.known_hosts.push_back(params.base_url);
  return std::make_unique<gateways::tesla::Gateway>(std::move(params));
}

Result<Cloud> make_bmw(const CloudVariables& set, Parts parts) {
  return std::make_unique<gateways::bmw::Gateway>(
      gateways::bmw::GatewayParams{.transport = parts.transport,
                                   .timekeeper = parts.time,
                                   .auth_url = at(set, "BMW_AUTH_URL"),
                                   .base_url = at(set, "BMW_BASE_URL"),
                                   .client_id = at(set, "BMW_CLIENT_ID"),
                                   .username = at(set, "BMW_CLIENT_USERNAME"),
                                   .password = secret_at(set, "BMW_CLIENT_PASSWORD"),
                                   .fleet_id = at(set, "BMW_FLEET_ID")});
}

Result<Cloud> make_renault(const CloudVariables& set, Parts parts) {
  auto key = crypto::read_pkcs12_file(at(set, "RENAULT_PKCS12_FILE"), secret_at(set, "RENAULT_PWD"),
                                      parts.time.now());
  if (!key) return fail(ErrorKind::invalid, "config", "RENAULT_PKCS12_FILE: " + key.error().detail);
  if (at(set, "RENAULT_BASE_URL").empty())
    return fail(ErrorKind::invalid, "config", "RENAULT_BASE_URL is not set");
  return std::make_unique<gateways::renault::Gateway>(gateways::renault::GatewayParams{
      .transport = parts.transport,
      .timekeeper = parts.time,
      .entropy = parts.entropy,
      .login = {.auth_url = at(set, "RENAULT_AUTH_URL"),
                .audience = at(set, "RENAULT_AUD"),
                .client_id = at(set, "RENAULT_CLIENT"),
                .key_id = at(set, "RENAULT_KID"),
                .scope = at(set, "RENAULT_SCOPE"),
                .private_key = std::move(*key)},
      .place = {.base_url = at(set, "RENAULT_BASE_URL"), .api_key = at(set, "RENAULT_API_KEY")}});
}

Result<Cloud> make_stellantis(const CloudVariables& set, Parts parts) {
  return std::make_unique<gateways::stellantis::Gateway>(
      gateways::stellantis::GatewayParams{.transport = parts.transport,
                                          .timekeeper = parts.time,
                                          .base_url = at(set, "STELLANTIS_BASE_URL"),
                                          .email = at(set, "STELLANTIS_EMAIL"),
                                          .password = secret_at(set, "STELLANTIS_PASSWORD"),
                                          .company = at(set, "STELLANTIS_COMPANY_ID"),
                                          .fleet_id = at(set, "STELLANTIS_FLEET_ID")});
}

Result<Cloud> make_volkswagen(const CloudVariables& set, Parts parts) {
  return std::make_unique<gateways::volkswagen::Gateway>(
      gateways::volkswagen::GatewayParams{.transport = parts.transport,
                                          .timekeeper = parts.time,
                                          .auth_url = at(set, "VW_AUTH_URL"),
                                          .base_url = at(set, "VW_BASE_URL"),
                                          .username = at(set, "VW_CLIENT_USERNAME"),
                                          .password = secret_at(set, "VW_CLIENT_PASSWORD"),
                                          .organisation = at(set, "VW_ORGANIZATION_ID")});
}

Result<Cloud> make_kia(const CloudVariables& set, Parts parts) {
  return std::make_unique<gateways::kia::Gateway>(
      gateways::kia::GatewayParams{.transport = parts.transport,
                                   .timekeeper = parts.time,
                                   .auth_url = at(set, "KIA_AUTH_URL"),
                                   .base_url = at(set, "KIA_BASE_URL"),
                                   .client_id = at(set, "KIA_API_USERNAME"),
                                   .client_secret = secret_at(set, "KIA_API_PWD"),
                                   .api_key = secret_at(set, "KIA_API_KEY")});
}

Result<Cloud> make_high_mobility(const CloudVariables& set, Parts parts) {
  const std::string& auth = at(set, "HM_AUTH_URL");
  CTR_TRY(tags, read_pairs(at(set, "HM_TAGS")));
  return std::make_unique<gateways::high_mobility::Gateway>(gateways::high_mobility::GatewayParams{
      .transport = parts.transport,
      .timekeeper = parts.time,
      .auth_url = auth.empty() ? at(set, "HM_BASE_URL") + "/v1/access_tokens" : auth,
      .base_url = at(set, "HM_BASE_URL"),
      .client_id = at(set, "HM_CLIENT_ID"),
      .client_secret = secret_at(set, "HM_CLIENT_SECRET"),
      .tags = std::move(tags)});
}

Result<Cloud> make_cloud(fleet::Oem oem, const CloudVariables& set, Parts parts) {
  switch (oem) {
    case fleet::Oem::tesla:
      return make_tesla(set, parts);
    case fleet::Oem::bmw:
      return make_bmw(set, parts);
    case fleet::Oem::renault:
      return make_renault(set, parts);
    case fleet::Oem::stellantis:
      return make_stellantis(set, parts);
    case fleet::Oem::volkswagen:
      return make_volkswagen(set, parts);
    case fleet::Oem::kia:
      return make_kia(set, parts);
    case fleet::Oem::high_mobility:
      return make_high_mobility(set, parts);
  }
  return fail(ErrorKind::internal, "config", "a cloud without a gateway");
}

}  // namespace

Result<std::unique_ptr<ports::OemCloud>> make_owners_cloud(const CloudVariables& set,
                                                           ports::HttpTransport& transport,
                                                           ports::Timekeeper& time,
                                                           ports::OwnerConsents& consents) {
  CTR_TRY(signing, read_tesla_signing(set));
  gateways::tesla::individual::GatewayParams params{.transport = transport,
                                                    .timekeeper = time,
                                                    .consents = consents,
                                                    .token_url = at(set, "TESLA_AUTH_URL"),
                                                    .client_id = at(set, "TESLA_CLIENT_ID"),
                                                    .client_secret = secret_at(set, "TESLA_CLIENT_SECRET"),
                                                    .target = std::move(signing.target),
                                                    .key = std::move(signing.key),
                                                    .proxy_url = at(set, "TESLA_COMMAND_PROXY_URL")};
  // Tesla has a host for each region; whoever stands in for Tesla has one.
  const std::string& base_url = at(set, "TESLA_BASE_URL");
  if (std::ranges::find(params.base_urls, base_url) == params.base_urls.end())
    params.base_urls = {base_url, base_url, base_url};
  return std::make_unique<gateways::tesla::individual::Gateway>(std::move(params));
}

Clouds make_clouds(const FleetConfig& config, ports::HttpTransport& transport, ports::Timekeeper& time) {
  Clouds made;
  made.entropy = std::make_unique<task::SystemEntropy>();
  for (const auto& [oem, variables] : config.clouds) {
    auto cloud = make_cloud(oem, variables, {.transport = transport, .time = time, .entropy = *made.entropy});
    if (cloud)
      made.by_oem[oem] = std::move(*cloud);
    else
      made.unusable[oem] = cloud.error().detail;
  }
  if (config.slack)
    made.chat = std::make_unique<gateways::slack::Gateway>(
        gateways::slack::GatewayParams{.transport = transport,
                                       .timekeeper = time,
                                       .api_url = config.slack->api_url,
                                       .token = config.slack->token});
  return made;
}

}  // namespace contactor::app
