#include "gateways/stellantis/gateway.h"
#include "gateways/testing/cloud_suite.h"

namespace contactor::gateways::testing {
namespace {

CloudKind a_kind() {
  return {.name = "Mobilisights",
          .prefix = "stellantis",
          .make = "peugeot",
          .vin_start = "VR3UPHNK",
          .reasons = {"not_eligible", "rejected", "pending", "cancelling", "cancelled", "contract_ended",
                      "contract_in_progress", "other_contract", "not_in_fleet", "left_out"},
          .make_cloud = [](CloudParts parts) -> std::unique_ptr<ports::OemCloud> {
            return std::make_unique<stellantis::Gateway>(
                stellantis::GatewayParams{.transport = parts.transport,
                                          .timekeeper = parts.timekeeper,
                                          .base_url = parts.base_url,
                                          .email = "us@example.test",
                                          .password = Secret(parts.ids.client_secret),
                                          .company = parts.ids.organisation,
                                          .fleet_id = parts.ids.organisation,
                                          .page_limit = 3});
          },
          .login = "/api/auth/login",
          // Deletions name nothing, and a list may leave out what was never there.
          .answers_name_vehicles = false,
          .tells_of_empty_lists = false};
}

INSTANTIATE_TEST_SUITE_P(Stellantis, CloudSuite, ::testing::Values(a_kind()), name_of_kind);

}  // namespace
}  // namespace contactor::gateways::testing
