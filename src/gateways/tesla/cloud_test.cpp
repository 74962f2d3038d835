#include "gateways/tesla/gateway.h"
#include "gateways/testing/cloud_suite.h"

namespace contactor::gateways::testing {
namespace {

crypto::SchnorrKey a_key() {
  return crypto::SchnorrKey::from_scalar(Secret(std::string(31, '\0') + "\x07")).value();
}

std::unique_ptr<ports::OemCloud> tesla_gateway(const CloudParts& parts, std::string proxy_url) {
  return std::make_unique<tesla::Gateway>(
      tesla::GatewayParams{.transport = parts.transport,
                           .timekeeper = parts.timekeeper,
                           .base_url = parts.base_url,
                           .token_url = parts.auth_url + "/oauth2/v3/token",
                           .client_id = parts.ids.client_id,
                           .client_secret = Secret(parts.ids.client_secret),
                           .fleet_codes = {{"north", Secret("code-of-north")}},
                           .target = {.hostname = "telemetry.example.test", .port = 8443, .ca = "PEM"},
                           .key = a_key(),
                           .proxy_url = std::move(proxy_url)});
}

CloudKind a_kind(std::string name, bool by_proxy) {
  return {.name = std::move(name),
          .prefix = "tesla",
          .make = "tesla",
          .vin_start = "5YJ3E7EB",
          .reasons = {"missing_key", "unsupported_hardware", "unsupported_firmware", "max_configs",
                      "silently_rejected", "not_synced", "mobile_access_disabled", "account_locked",
                      "privacy", "not_shared", "wrong_region", "billing_limit", "scopes_missing", "unknown"},
          .make_cloud =
              [by_proxy](CloudParts parts) {
                return tesla_gateway(parts, by_proxy ? parts.base_url + "/proxy" : std::string());
              },
          .fleet = "north",
          .look_every = std::chrono::minutes(1),
          // A creation counts the vehicles that it took and names only those that it skipped.
          .answers_name_vehicles = false};
}

INSTANTIATE_TEST_SUITE_P(Tesla, CloudSuite,
                         ::testing::Values(a_kind("Signed", false), a_kind("ByProxy", true)), name_of_kind);

}  // namespace
}  // namespace contactor::gateways::testing
