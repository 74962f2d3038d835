#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateways/tesla/auth.h"
#include "gateways/tesla/regions.h"
#include "gateways/tesla/telemetry.h"
#include "ports/oem_cloud.h"
#include "ports/tesla_owner.h"
#include "ports/timekeeper.h"

namespace contactor::gateways::tesla::individual {

struct GatewayParams {
  ports::HttpTransport& transport;
  ports::Timekeeper& timekeeper;
  ports::OwnerConsents& consents;
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

/// Single Teslas: each is asked for with the token of its own owner. A vehicle whose owner does not let us in
/// is refused, as `consent_missing` or `consent_over`; no error, for nobody but the owner can help.
/// Thread: the engine's. Must outlive its transport's and its consents' calls.
class Gateway : public ports::OemCloud {
 public:
  explicit Gateway(GatewayParams params);

  [[nodiscard]] fleet::Oem oem() const override { return fleet::Oem::tesla; }
  [[nodiscard]] ports::CloudLimits limits() const override {
    return {.observed_at_once = 1, .changed_at_once = 1, .calls_at_once = 8};
  }
  void observe(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  void activate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  void deactivate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  void describe(ports::CloudSubject subject, ports::Done<Result<fleet::ModelFacts>> done) override;
  /// Logs in as the app itself: no owner's token is touched.
  void check(ports::Done<Status> done) override;

 private:
  /// What came of one request: an answer, or why nothing could be asked.
  struct Reply {
    Result<ports::HttpResponse> answer;
    std::string_view no_consent = {};  ///< the reason's key; empty: there is an answer, or an error
  };
  struct Visit;
  struct Round;
  using VisitRef = std::shared_ptr<Visit>;
  using Build = std::function<ports::HttpRequest(std::string_view base_url)>;
  using Read = Result<fleet::CloudState> (*)(const ports::HttpResponse&, const Vin& vin, Instant now);

  // gateway.cpp: one vehicle after the other
  void next_of(const std::shared_ptr<Round>& round);
  void ask_each(std::vector<ports::CloudSubject> subjects, std::function<Build(const Vin&)> build, Read read,
                Applied unclear, ports::Done<ports::CloudAnswers> done);
  void read_warranty_of(const Vin& vin, fleet::ModelFacts facts, ports::Done<Result<fleet::ModelFacts>> done);

  // visit.cpp: one request with its owner's token
  void ask(const Vin& vin, Build build, ports::Done<Reply> done);
  void send(const VisitRef& visit);
  void log_in(const VisitRef& visit);
  void next_login(const VisitRef& visit);
  void send_login(const VisitRef& visit, bool with_code);
  void refused(const VisitRef& visit, bool with_code);
  void take_tokens(const VisitRef& visit, const ports::HttpResponse& answer, bool with_code);
  void end_login(const VisitRef& visit, Reply reply);
  [[nodiscard]] std::string base_url_of(const ports::TeslaOwner& owner) const;
  [[nodiscard]] Instant now() const { return params_.timekeeper.now(); }

  GatewayParams params_;
  App app_;
  std::string config_;                                      ///< as it is sent: signed, or plain for the proxy
  std::unordered_map<Vin, std::string> elsewhere_;          ///< base URLs to which a 421 has led
  std::unordered_map<Vin, std::string> refused_refreshes_;  ///< tokens that Tesla no longer takes
};

}  // namespace contactor::gateways::tesla::individual
