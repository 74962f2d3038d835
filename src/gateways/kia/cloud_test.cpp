#include "gateways/kia/gateway.h"
#include "gateways/testing/cloud_suite.h"

namespace contactor::gateways::testing {
namespace {

CloudKind a_kind() {
  return {.name = "Kia",
          .prefix = "kia",
          .make = "kia",
          .vin_start = "KNACC81GFM5",
          .reasons = {"half_consent_vehicle", "half_consent_dtc", "no_consent"},
          .make_cloud =
              [](CloudParts parts) {
                return std::make_unique<kia::Gateway>(
                    kia::GatewayParams{.transport = parts.transport,
                                       .timekeeper = parts.timekeeper,
                                       .auth_url = parts.auth_url + "/oauth2/token",
                                       .base_url = parts.base_url,
                                       .client_id = parts.ids.client_id,
                                       .client_secret = Secret(parts.ids.client_secret),
                                       .api_key = Secret(parts.ids.api_key)});
              },
          .answers_name_vehicles = false,
          // A vehicle that is not eligible is left out of the lists without a word.
          .tells_refusals = false};
}

INSTANTIATE_TEST_SUITE_P(Kia, CloudSuite, ::testing::Values(a_kind()), name_of_kind);

}  // namespace
}  // namespace contactor::gateways::testing
