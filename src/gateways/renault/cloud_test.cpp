#include "gateways/renault/gateway.h"
#include "gateways/renault/test_keys.h"
#include "gateways/testing/cloud_suite.h"

namespace contactor::gateways::testing {
namespace {

/// Numbers that no gateway of this program has had before: a `jti` works once.
class RisingEntropy : public ports::Entropy {
 public:
  std::uint64_t next() override { return ++last_; }

 private:
  std::uint64_t last_ = 0;
};

ports::Entropy& entropy() {
  static RisingEntropy source;
  return source;
}

CloudKind a_kind() {
  return {
      .name = "Sharing",
      .prefix = "renault",
      .make = "renault",
      .vin_start = "VF1AG000",
      .reasons = {"make_not_served", "not_eligible", "unknown_vin", "consent_missing", "rejected", "pending",
                  "revoking"},
      .make_cloud = [](CloudParts parts) -> std::unique_ptr<ports::OemCloud> {
        return std::make_unique<renault::Gateway>(
            renault::GatewayParams{.transport = parts.transport,
                                   .timekeeper = parts.timekeeper,
                                   .entropy = entropy(),
                                   .login = {.auth_url = parts.auth_url + "/token",
                                             .audience = parts.auth_url + "/token",
                                             .client_id = parts.ids.client_id,
                                             .key_id = "kid-1",
                                             .scope = "apis.default",
                                             .private_key = renault::keys().secret},
                                   .place = {.base_url = parts.base_url, .api_key = parts.ids.api_key}});
      },
      .prepare = [](world::WorldParams& params) { params.fleet.renault_public_key = renault::keys().open; }};
}

INSTANTIATE_TEST_SUITE_P(Renault, CloudSuite, ::testing::Values(a_kind()), name_of_kind);

}  // namespace
}  // namespace contactor::gateways::testing
