#include "gateways/bmw/gateway.h"
#include "gateways/testing/cloud_suite.h"

namespace contactor::gateways::testing {
namespace {

std::unique_ptr<ports::OemCloud> bmw_gateway(const CloudParts& parts, std::string fleet_id) {
  return std::make_unique<bmw::Gateway>(bmw::GatewayParams{.transport = parts.transport,
                                                           .timekeeper = parts.timekeeper,
                                                           .auth_url = parts.auth_url + "/",
                                                           .base_url = parts.base_url,
                                                           .client_id = parts.ids.client_id,
                                                           .username = "us",
                                                           .password = Secret(parts.ids.client_secret),
                                                           .fleet_id = std::move(fleet_id)});
}

CloudKind a_kind(std::string name, bool by_id) {
  return {.name = std::move(name),
          .prefix = "bmw",
          .make = "bmw",
          .vin_start = "WBA11AA0",
          .reasons = {"not_allowed", "head_unit_too_old", "unknown_vin", "not_in_fleet", "no_such_fleet",
                      "still_cleared"},
          .make_cloud =
              [by_id](CloudParts parts) { return bmw_gateway(parts, by_id ? parts.ids.organisation : ""); },
          .fleet = "bib",
          // Statuses say what was done, and nothing else does.
          .answers_name_vehicles = false};
}

INSTANTIATE_TEST_SUITE_P(Bmw, CloudSuite,
                         ::testing::Values(a_kind("ByFleetId", true), a_kind("ByFleetName", false)),
                         name_of_kind);

}  // namespace
}  // namespace contactor::gateways::testing
