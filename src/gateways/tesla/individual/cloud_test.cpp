#include "gateways/tesla/individual/gateway.h"
#include "gateways/tesla/individual/testing.h"
#include "gateways/tesla/individual/tokens.h"
#include "gateways/testing/cloud_suite.h"
#include "world/fleet/tesla.h"

namespace contactor::gateways::testing {
namespace {

namespace individual = tesla::individual;

/// Owners who have all consented some time ago: their access tokens are over, their refresh tokens are not.
class ConsentsOfAll final : public individual::testing::FakeConsents {
 public:
  ConsentsOfAll(world::World& world, const ports::Timekeeper& time, tesla::App app)
      : tesla_(*dynamic_cast<world::TeslaCloud*>(world.fleet().find("tesla"))),
        time_(time),
        app_(std::move(app)) {}

  void read(Vin vin, ports::Done<Result<Owner>> done) override {
    if (!owners.contains(vin)) owners[vin].tokens = consented(vin);
    FakeConsents::read(vin, std::move(done));
  }

 private:
  ports::OwnerTokens consented(const Vin& vin) {
    const ports::TeslaOwner owner{.vin = vin,
                                  .code = Secret(tesla_.accounts().consent(vin)),
                                  .redirect_uri = "https://fleet.example.test/callback",
                                  .tokens = {}};
    const auto answer =
        tesla_.accounts().token(individual::exchange_request(app_, "europe", owner), time_.now());
    auto tokens = individual::read_tokens(answer, {}, time_.now()).value();
    tokens.expires_at = time_.now();
    return tokens;
  }

  world::TeslaCloud& tesla_;
  const ports::Timekeeper& time_;
  tesla::App app_;
};

/// The gateway with what it stands on.
class OwnedTeslas final : public ports::OemCloud {
 public:
  explicit OwnedTeslas(const CloudParts& parts)
      : consents_(parts.world, parts.timekeeper,
                  {.token_url = parts.auth_url + "/oauth2/v3/token",
                   .client_id = parts.ids.client_id,
                   .client_secret = Secret(parts.ids.client_secret),
                   .audience = {}}),
        gateway_({.transport = parts.transport,
                  .timekeeper = parts.timekeeper,
                  .consents = consents_,
                  .token_url = parts.auth_url + "/oauth2/v3/token",
                  .client_id = parts.ids.client_id,
                  .client_secret = Secret(parts.ids.client_secret),
                  .base_urls = {parts.base_url, parts.base_url, parts.base_url},
                  .target = {.hostname = "telemetry.example.test", .port = 8443, .ca = "PEM"},
                  .key = crypto::SchnorrKey::from_scalar(Secret(std::string(31, '\0') + "\x07")).value()}) {}

  [[nodiscard]] fleet::Oem oem() const override { return gateway_.oem(); }
  [[nodiscard]] ports::CloudLimits limits() const override { return gateway_.limits(); }
  void observe(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override {
    gateway_.observe(std::move(subjects), std::move(done));
  }
  void activate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override {
    gateway_.activate(std::move(subjects), std::move(done));
  }
  void deactivate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override {
    gateway_.deactivate(std::move(subjects), std::move(done));
  }
  void check(ports::Done<Status> done) override { gateway_.check(std::move(done)); }

 private:
  ConsentsOfAll consents_;
  individual::Gateway gateway_;
};

CloudKind a_kind() {
  return {.name = "Individual",
          .prefix = "tesla",
          .make = "tesla",
          .vin_start = "5YJ3E7EB",
          .reasons = {"missing_key", "unsupported_hardware", "unsupported_firmware", "max_configs",
                      "silently_rejected", "not_synced", "mobile_access_disabled", "account_locked",
                      "privacy", "not_shared", "wrong_region", "billing_limit", "scopes_missing", "unknown"},
          .make_cloud = [](CloudParts parts) { return std::make_unique<OwnedTeslas>(parts); },
          .logs_in_for_each_vehicle = true,
          .look_every = std::chrono::minutes(1),
          .answers_name_vehicles = false};
}

INSTANTIATE_TEST_SUITE_P(TeslaOwners, CloudSuite, ::testing::Values(a_kind()), name_of_kind);

}  // namespace
}  // namespace contactor::gateways::testing
