#include "fleet/gateways.h"

#include <fmt/format.h>

#include "gateways/bmw/gateway.h"
#include "gateways/high_mobility/gateway.h"
#include "gateways/kia/gateway.h"
#include "gateways/renault/gateway.h"
#include "gateways/renault/test_keys.h"
#include "gateways/stellantis/gateway.h"
#include "gateways/tesla/gateway.h"
#include "gateways/volkswagen/gateway.h"

namespace contactor::sim {
namespace {

using namespace gateways;

constexpr std::string_view kWorld = "https://world.test/";

const world::FleetParams& ids() {
  static const world::FleetParams params;
  return params;
}

tesla::GatewayParams tesla_params(const GatewayParts& parts, std::string base, const std::string& login) {
  tesla::GatewayParams params{
      .transport = parts.transport,
      .timekeeper = parts.time,
      .base_url = std::move(base),
      .token_url = login + "/oauth2/v3/token",
      .client_id = ids().client_id,
      .client_secret = Secret(ids().client_secret),
      .fleet_codes = {},
      .target = {.hostname = "telemetry.example.test", .port = 8443, .ca = "PEM"},
      .key = crypto::SchnorrKey::from_scalar(Secret(std::string(31, '\0') + "\x07")).value(),
      .proxy_url = {}};
  for (const auto fleet : kFleetNames)
    params.fleet_codes.emplace(fleet, Secret(fmt::format("code-of-{}", fleet)));
  return params;
}

std::unique_ptr<ports::OemCloud> bmw_gateway(const GatewayParts& parts, std::string base, std::string login) {
  return std::make_unique<bmw::Gateway>(bmw::GatewayParams{.transport = parts.transport,
                                                           .timekeeper = parts.time,
                                                           .auth_url = std::move(login) + "/",
                                                           .base_url = std::move(base),
                                                           .client_id = ids().client_id,
                                                           .username = "us",
                                                           .password = Secret(ids().client_secret),
                                                           .fleet_id = ids().organisation});
}

std::unique_ptr<ports::OemCloud> renault_gateway(const GatewayParts& parts, std::string base,
                                                 const std::string& login) {
  return std::make_unique<renault::Gateway>(
      renault::GatewayParams{.transport = parts.transport,
                             .timekeeper = parts.time,
                             .entropy = parts.entropy,
                             .login = {.auth_url = login + "/token",
                                       .audience = login + "/token",
                                       .client_id = ids().client_id,
                                       .key_id = "kid-1",
                                       .scope = "apis.default",
                                       .private_key = renault::keys().secret},
                             .place = {.base_url = std::move(base), .api_key = ids().api_key}});
}

std::unique_ptr<ports::OemCloud> stellantis_gateway(const GatewayParts& parts, std::string base) {
  return std::make_unique<stellantis::Gateway>(
      stellantis::GatewayParams{.transport = parts.transport,
                                .timekeeper = parts.time,
                                .base_url = std::move(base),
                                .email = "us@example.test",
                                .password = Secret(ids().client_secret),
                                .company = ids().organisation,
                                .fleet_id = ids().organisation,
                                .page_limit = 20});
}

std::unique_ptr<ports::OemCloud> volkswagen_gateway(const GatewayParts& parts, std::string base,
                                                    std::string login) {
  return std::make_unique<volkswagen::Gateway>(
      volkswagen::GatewayParams{.transport = parts.transport,
                                .timekeeper = parts.time,
                                .auth_url = std::move(login),
                                .base_url = std::move(base),
                                .username = ids().client_id,
                                .password = Secret(ids().client_secret),
                                .organisation = ids().organisation});
}

std::unique_ptr<ports::OemCloud> kia_gateway(const GatewayParts& parts, std::string base,
                                             const std::string& login) {
  return std::make_unique<kia::Gateway>(kia::GatewayParams{.transport = parts.transport,
                                                           .timekeeper = parts.time,
                                                           .auth_url = login + "/oauth2/token",
                                                           .base_url = std::move(base),
                                                           .client_id = ids().client_id,
                                                           .client_secret = Secret(ids().client_secret),
                                                           .api_key = Secret(ids().api_key)});
}

std::unique_ptr<ports::OemCloud> aggregator_gateway(const GatewayParts& parts, std::string base,
                                                    const std::string& login) {
  return std::make_unique<high_mobility::Gateway>(
      high_mobility::GatewayParams{.transport = parts.transport,
                                   .timekeeper = parts.time,
                                   .auth_url = login + "/v1/access_tokens",
                                   .base_url = std::move(base),
                                   .client_id = ids().client_id,
                                   .client_secret = Secret(ids().client_secret)});
}

}  // namespace

std::unique_ptr<ports::OemCloud> make_gateway(fleet::Oem oem, const GatewayParts& parts) {
  const std::string base = fmt::format("{}{}", kWorld, prefix_of(oem));
  const std::string login = base + "-auth";
  switch (oem) {
    case fleet::Oem::tesla:
      return std::make_unique<tesla::Gateway>(tesla_params(parts, base, login));
    case fleet::Oem::bmw:
      return bmw_gateway(parts, base, login);
    case fleet::Oem::renault:
      return renault_gateway(parts, base, login);
    case fleet::Oem::stellantis:
      return stellantis_gateway(parts, base);
    case fleet::Oem::volkswagen:
      return volkswagen_gateway(parts, base, login);
    case fleet::Oem::kia:
      return kia_gateway(parts, base, login);
    case fleet::Oem::high_mobility:
      return aggregator_gateway(parts, base, login);
  }
  return nullptr;
}

}  // namespace contactor::sim
