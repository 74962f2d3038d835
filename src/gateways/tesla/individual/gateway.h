#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "gateways/tesla/auth.h"
#include "gateways/tesla/regions.h"
#include "gateways/tesla/telemetry.h"
#include "ports/tesla_owner.h"
#include "ports/timekeeper.h"

namespace contactor::gateways::tesla::individual {

struct GatewayParams {
  ports::HttpTransport& transport;
  ports::Timekeeper& timekeeper;
  ports::OwnerTokenKeeper& keeper;
  std::string token_url = "https://fleet-auth.prd.vn.cloud.tesla.com/oauth2/v3/token";
  std::string client_id;
  Secret client_secret;
  /// In the order of `TeslaRegion`.
  std::array<std::string, 3> base_urls{"https://fleet-api.prd.na.vn.cloud.tesla.com",
                                       "https://fleet-api.prd.eu.vn.cloud.tesla.com",
                                       "https://fleet-api.prd.cn.vn.cloud.tesla.cn"};
  TelemetryTarget target;
  std::optional<crypto::SchnorrKey> key;  ///< signs configurations; not needed with a proxy
  std::string proxy_url;                  ///< of the vehicle-command proxy; empty: we sign ourselves
  std::vector<std::string> known_hosts = tesla_hosts();
};

/// Thread: the engine's. Must outlive its transport's and its keeper's calls.
class Gateway : public ports::TeslaOwners {
 public:
  explicit Gateway(GatewayParams params);
  void activate(ports::TeslaOwner owner, ports::Done<Result<ports::OwnerOutcome>> done) override;

 private:
  struct Visit;
  using VisitRef = std::shared_ptr<Visit>;
  using Build = std::function<ports::HttpRequest(std::string_view base_url)>;
  using Read = std::function<void(const ports::HttpResponse&)>;

  void get_tokens(const VisitRef& visit, std::function<void()> then);
  void keep(const VisitRef& visit, const ports::HttpResponse& answer, std::function<void()> then);
  void send(const VisitRef& visit, Build build, Read read);
  void look(const VisitRef& visit);
  void create(const VisitRef& visit);
  void describe(const VisitRef& visit);
  [[nodiscard]] Instant now() const { return params_.timekeeper.now(); }

  GatewayParams params_;
  App app_;
  std::string config_;  ///< as it is sent: signed, or plain for the proxy
};

}  // namespace contactor::gateways::tesla::individual
