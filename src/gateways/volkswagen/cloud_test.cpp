#include "gateways/testing/cloud_suite.h"
#include "gateways/volkswagen/gateway.h"

namespace contactor::gateways::testing {
namespace {

CloudKind a_kind() {
  return {.name = "Volkswagen",
          .prefix = "vw",
          .make = "volkswagen",
          .vin_start = "WVWZZZE1ZNP",
          .reasons = {"in_validation", "enrollment_ongoing", "de_enrollment_ongoing", "enrollment_rejected",
                      "scheduled_de_enrollment", "not_approved", "not_confirmed", "left_out"},
          .make_cloud =
              [](CloudParts parts) {
                return std::make_unique<volkswagen::Gateway>(
                    volkswagen::GatewayParams{.transport = parts.transport,
                                              .timekeeper = parts.timekeeper,
                                              .auth_url = parts.auth_url,
                                              .base_url = parts.base_url,
                                              .username = parts.ids.client_id,
                                              .password = Secret(parts.ids.client_secret),
                                              .organisation = parts.ids.organisation});
              },
          // A vehicle without a code is one that is not approved.
          .answers_name_vehicles = false,
          .tells_of_empty_lists = false};
}

INSTANTIATE_TEST_SUITE_P(Volkswagen, CloudSuite, ::testing::Values(a_kind()), name_of_kind);

}  // namespace
}  // namespace contactor::gateways::testing
