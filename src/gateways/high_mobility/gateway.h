#pragma once

#include <deque>
#include <string>

#include "base/secret.h"
#include "gateways/high_mobility/endpoints.h"
#include "gateways/oauth/token_source.h"
#include "ports/oem_cloud.h"
#include "ports/timekeeper.h"

namespace contactor::gateways::high_mobility {

struct GatewayParams {
  ports::HttpTransport& transport;
  ports::Timekeeper& timekeeper;
  std::string auth_url;  ///< the whole address of the token endpoint
  std::string base_url = "https://api.high-mobility.com";
  std::string client_id;
  Secret client_secret;
  Tags tags;  ///< on every clearance; the Volkswagen group wants `vw-group-customer-name`
  Millis call_timeout = std::chrono::seconds(60);
};

/// High Mobility, the aggregator of many makers. Thread: the engine's. Must outlive its transport's calls.
class Gateway : public ports::OemCloud {
 public:
  explicit Gateway(GatewayParams params);

  [[nodiscard]] fleet::Oem oem() const override { return fleet::Oem::high_mobility; }
  [[nodiscard]] ports::CloudLimits limits() const override;
  /// A filtered list for a hundred vehicles and fewer, the whole one for more.
  void observe(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  /// Looks first: what is cleared or under way is not asked for again, and only a vehicle without any record
  /// is held against the eligibility lookup.
  void activate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  /// One call a vehicle, one after the other. A clearance that cannot be canceled stays pending until it can
  /// be revoked. @errors  also conflict with `retry_after`: too early for this vehicle.
  void deactivate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  void check(ports::Done<Status> done) override;

 private:
  using Answer = Result<ports::HttpResponse>;
  struct Change;
  using Owned = std::unique_ptr<Change>;

  void send(ports::HttpRequest request, ports::Done<Answer> done);
  void sort_by_record(Owned change, const Answer& answer);
  void check_next(Owned change);
  void clear(Owned change);
  void withdraw_next(Owned change);
  void take_withdrawal(Owned change, std::size_t at, const Answer& answer);
  void look_at(Owned change, std::size_t at);
  /// The cloud answers sixty questions about single vehicles a minute, counted for the application.
  [[nodiscard]] bool may_ask_for_one();

  ports::HttpTransport& transport_;
  ports::Timekeeper& timekeeper_;
  std::string base_url_;
  Tags tags_;
  Millis call_timeout_;
  oauth::TokenSource tokens_;
  std::deque<Instant> asked_for_one_;
};

}  // namespace contactor::gateways::high_mobility
