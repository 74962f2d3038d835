#include "gateways/high_mobility/gateway.h"
#include "gateways/testing/cloud_suite.h"

namespace contactor::gateways::testing {
namespace {

CloudKind a_kind(std::string name, std::string make, std::string vin_start) {
  return {.name = std::move(name),
          .prefix = "hm",
          .make = std::move(make),
          .vin_start = std::move(vin_start),
          .reasons = {"pending", "rejected", "unspecified", "revoking", "revoked", "canceling", "canceled",
                      "invalid_vin", "ineligible_vin", "vin_is_assigned_to_a_different_oem_fleet",
                      "consent_assignment_missing", "vin_activation_timeout", "privacy_mode_is_enabled",
                      "cancel_not_supported"},
          .make_cloud =
              [](CloudParts parts) {
                return std::make_unique<high_mobility::Gateway>(
                    high_mobility::GatewayParams{.transport = parts.transport,
                                                 .timekeeper = parts.timekeeper,
                                                 .auth_url = parts.auth_url + "/v1/access_tokens",
                                                 .base_url = parts.base_url,
                                                 .client_id = parts.ids.client_id,
                                                 .client_secret = Secret(parts.ids.client_secret)});
              },
          .tells_of_empty_lists = false};
}

INSTANTIATE_TEST_SUITE_P(HighMobility, CloudSuite,
                         ::testing::Values(a_kind("Mercedes", "mercedes-benz", "W1K11111111"),
                                           a_kind("Volvo", "volvo", "YV1XZK9V1N2"),
                                           a_kind("Dacia", "dacia", "UU1DJF00171")),
                         name_of_kind);

}  // namespace
}  // namespace contactor::gateways::testing
