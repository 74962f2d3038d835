#pragma once

#include <string>

#include "gateways/oauth/token_source.h"
#include "gateways/renault/auth.h"
#include "gateways/renault/endpoints.h"
#include "ports/answer_each.h"
#include "ports/timekeeper.h"

namespace contactor::gateways::renault {

struct GatewayParams {
  ports::HttpTransport& transport;
  ports::Timekeeper& timekeeper;
  ports::Entropy& entropy;
  Login login;
  Place place;
  Millis call_timeout = std::chrono::seconds(30);
};

/// Renault's cloud, for Renault, Dacia and Nissan. Thread: the engine's. Must outlive its transport's calls.
class Gateway : public ports::OemCloud {
 public:
  explicit Gateway(GatewayParams params);

  [[nodiscard]] fleet::Oem oem() const override { return fleet::Oem::renault; }
  [[nodiscard]] ports::CloudLimits limits() const override { return {}; }
  void observe(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  void activate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  void deactivate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  void describe(ports::CloudSubject subject, ports::Done<Result<fleet::ModelFacts>> done) override;
  void check(ports::Done<Status> done) override;

 private:
  using Answer = ports::CloudAnswer;
  using Response = Result<ports::HttpResponse>;

  void send(ports::HttpRequest request, ports::Done<Response> done);
  void look(const Vin& vin, ports::Done<Answer> done);
  void share(const ports::CloudSubject& subject, ports::Done<Answer> done);
  void unshare(const Vin& vin, ports::Done<Answer> done);
  [[nodiscard]] Instant now() const { return timekeeper_.now(); }

  ports::HttpTransport& transport_;
  ports::Timekeeper& timekeeper_;
  Place place_;
  Millis call_timeout_;
  oauth::TokenSource tokens_;
};

}  // namespace contactor::gateways::renault
