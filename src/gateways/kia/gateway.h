#pragma once

#include <string>

#include "base/secret.h"
#include "gateways/kia/endpoints.h"
#include "gateways/oauth/token_source.h"
#include "ports/oem_cloud.h"
#include "ports/timekeeper.h"

namespace contactor::gateways::kia {

struct GatewayParams {
  ports::HttpTransport& transport;
  ports::Timekeeper& timekeeper;
  std::string auth_url;  ///< the whole address of the token endpoint
  std::string base_url;
  std::string client_id;
  Secret client_secret;
  Secret api_key;
  Millis call_timeout = std::chrono::seconds(60);
};

/// Kia's consents. The cloud never says what became of one vehicle: two lists are read, and a vehicle is
/// active where it stands in both. Thread: the engine's. Must outlive its transport's calls.
class Gateway : public ports::OemCloud {
 public:
  explicit Gateway(GatewayParams params);

  [[nodiscard]] fleet::Oem oem() const override { return fleet::Oem::kia; }
  [[nodiscard]] ports::CloudLimits limits() const override;
  void observe(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  /// A vehicle that is not eligible is left out of the lists and told nowhere: it stays inactive.
  void activate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  /// One call a package. Where only the first was taken the error says so, with `applied` = maybe.
  void deactivate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  void check(ports::Done<Status> done) override;

 private:
  using Answer = Result<ports::HttpResponse>;

  void send(ports::HttpRequest request, ports::Done<Answer> done);
  void change(ports::HttpRequest request, ports::Done<Status> done);

  ports::HttpTransport& transport_;
  ports::Timekeeper& timekeeper_;
  Place place_;
  Millis call_timeout_;
  oauth::TokenSource tokens_;
};

}  // namespace contactor::gateways::kia
