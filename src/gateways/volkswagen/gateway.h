#pragma once

#include <string>

#include "base/secret.h"
#include "gateways/oauth/token_source.h"
#include "gateways/volkswagen/endpoints.h"
#include "ports/oem_cloud.h"
#include "ports/timekeeper.h"

namespace contactor::gateways::volkswagen {

struct GatewayParams {
  ports::HttpTransport& transport;
  ports::Timekeeper& timekeeper;
  std::string auth_url;
  std::string base_url;
  std::string username;
  Secret password;
  std::string organisation;
  Millis call_timeout = std::chrono::seconds(60);
};

/// The fleet interface of the Volkswagen group. One list answers for every vehicle; a change takes as many at
/// once as it is given. Thread: the engine's. Must outlive its transport's calls.
class Gateway : public ports::OemCloud {
 public:
  explicit Gateway(GatewayParams params);

  [[nodiscard]] fleet::Oem oem() const override { return fleet::Oem::volkswagen; }
  [[nodiscard]] ports::CloudLimits limits() const override;
  void observe(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  /// Approval, then the confirmation of those that got a code. For the others the lists are read: confirmed
  /// before, or on none of them and so not approved.
  void activate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  /// What the cloud ignored is looked at: gone already, or not to be had.
  void deactivate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  void check(ports::Done<Status> done) override;

 private:
  using Answer = Result<ports::HttpResponse>;
  struct Change;

  void send(ports::HttpRequest request, ports::Done<Answer> done);
  void confirm(std::unique_ptr<Change> change, std::vector<VerificationCode> codes);
  /// Reads the status of those that have no answer yet.
  void look(std::unique_ptr<Change> change, bool asked_to_activate);
  void look_at_approvals(std::unique_ptr<Change> change);

  ports::HttpTransport& transport_;
  ports::Timekeeper& timekeeper_;
  Place place_;
  Millis call_timeout_;
  oauth::TokenSource tokens_;
};

}  // namespace contactor::gateways::volkswagen
