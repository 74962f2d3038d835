#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateways/tesla/auth.h"
#include "gateways/tesla/regions.h"
#include "gateways/tesla/telemetry.h"
#include "ports/oem_cloud.h"
#include "ports/timekeeper.h"

namespace contactor::gateways::tesla {

struct GatewayParams {
  ports::HttpTransport& transport;
  ports::Timekeeper& timekeeper;
  std::string base_url = "https://fleet-api.prd.eu.vn.cloud.tesla.com";
  std::string token_url = "https://fleet-auth.prd.vn.cloud.tesla.com/oauth2/v3/token";
  std::string client_id;
  Secret client_secret;
  std::map<std::string, Secret> fleet_codes;  ///< by the name of the fleet; "" for vehicles without one
  TelemetryTarget target;
  /// Signs configurations. Not needed with a proxy.
  std::optional<crypto::SchnorrKey> key;
  std::string proxy_url;  ///< of the vehicle-command proxy; empty: we sign ourselves
  std::vector<std::string> known_hosts = tesla_hosts();
};

/// Tesla's fleet telemetry. Thread: the engine's. Must outlive its transport's calls.
class Gateway : public ports::OemCloud {
 public:
  explicit Gateway(GatewayParams params);

  [[nodiscard]] fleet::Oem oem() const override { return fleet::Oem::tesla; }
  [[nodiscard]] ports::CloudLimits limits() const override {
    return {.observed_at_once = 1, .changed_at_once = 50, .calls_at_once = 8};
  }
  void observe(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  void activate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  void deactivate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  void describe(ports::CloudSubject subject, ports::Done<Result<fleet::ModelFacts>> done) override;
  /// Logs in with every fleet's code. @errors  of the first that fails, naming it.
  void check(ports::Done<Status> done) override;

  /// A fleet consented, or took its consent back (empty).
  void set_fleet_code(const std::string& fleet, const Secret& code) { tokens_.set_code(fleet, code); }

 private:
  using Answer = Result<ports::HttpResponse>;
  using Build = std::function<ports::HttpRequest(std::string_view base_url)>;
  struct Journey;
  struct Round;
  struct Group;
  struct Checkup;

  void travel(std::unique_ptr<Journey> journey);
  void ask(const ports::CloudSubject& subject, Build build, ports::Done<Answer> done);
  void next_of(std::shared_ptr<Round> round);
  void create(Group group);
  void finish_create(Group group, Answer answer);
  void read_warranty_of(const ports::CloudSubject& subject, fleet::ModelFacts facts,
                        ports::Done<Result<fleet::ModelFacts>> done);
  void check_next(std::shared_ptr<Checkup> checkup);
  [[nodiscard]] Instant now() const { return params_.timekeeper.now(); }

  GatewayParams params_;
  FleetTokens tokens_;
  Regions regions_;
  std::string config_;  ///< as it is sent: signed, or plain for the proxy
};

}  // namespace contactor::gateways::tesla
