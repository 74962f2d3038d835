#pragma once

#include <optional>
#include <string>

#include "base/secret.h"
#include "gateways/oauth/token_source.h"
#include "ports/answer_each.h"
#include "ports/timekeeper.h"

namespace contactor::gateways::bmw {

struct GatewayParams {
  ports::HttpTransport& transport;
  ports::Timekeeper& timekeeper;
  std::string auth_url;  ///< the Cognito endpoint, whole
  std::string base_url;
  std::string client_id;
  std::string username;
  Secret password;
  std::string fleet_id;  ///< where vehicles are put; empty: the fleet that is called as the vehicle's
  Millis call_timeout = std::chrono::seconds(30);
};

/// BMW's cloud, for BMW and Mini. Thread: the engine's. Must outlive its transport's calls.
class Gateway : public ports::OemCloud {
 public:
  explicit Gateway(GatewayParams params);

  [[nodiscard]] fleet::Oem oem() const override { return fleet::Oem::bmw; }
  [[nodiscard]] ports::CloudLimits limits() const override { return {}; }
  void observe(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  /// A vehicle that is there and in no fleet is `pending` with `not_in_fleet`: the next activation puts it
  /// in.
  void activate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  void deactivate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  void describe(ports::CloudSubject subject, ports::Done<Result<fleet::ModelFacts>> done) override;
  void check(ports::Done<Status> done) override;

 private:
  using Answer = ports::CloudAnswer;
  using Response = Result<ports::HttpResponse>;

  void send(ports::HttpRequest request, ports::Done<Response> done);
  void look(const Vin& vin, ports::Done<Answer> done);
  void activate_one(ports::CloudSubject subject, ports::Done<Answer> done);
  void create(ports::CloudSubject subject, ports::Done<Answer> done);
  void find_fleet(ports::CloudSubject subject, ports::Done<Answer> done);
  void join(const Vin& vin, std::string_view fleet_id, ports::Done<Answer> done);
  /// The change was taken: what does a look say? A look that fails leaves it at `taken`.
  void look_after(const Vin& vin, fleet::CloudState taken, ports::Done<Answer> done);
  void deactivate_one(const ports::CloudSubject& subject, ports::Done<Answer> done);
  [[nodiscard]] Instant now() const { return timekeeper_.now(); }

  ports::HttpTransport& transport_;
  ports::Timekeeper& timekeeper_;
  std::string base_url_;
  std::string fleet_id_;
  Millis call_timeout_;
  oauth::TokenSource tokens_;
};

}  // namespace contactor::gateways::bmw
