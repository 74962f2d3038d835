#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/secret.h"
#include "gateways/oauth/token_source.h"

namespace contactor::gateways::tesla {

/// Who we are at Tesla's token endpoint.
struct App {
  std::string token_url;  ///< "https://fleet-auth.prd.vn.cloud.tesla.com/oauth2/v3/token"
  std::string client_id;
  Secret client_secret;
  std::string audience;  ///< the base URL of our region
};

/// The login of one business: its code stands for the consent of its owner and may be used again and again.
[[nodiscard]] oauth::GrantRequest business_grant(App app, Secret code);
/// As `oauth::read_token_answer`; Tesla's own words for a refused credential count as such.
[[nodiscard]] Result<oauth::Grant> read_grant(const ports::HttpResponse& response, Instant now);

/// The access tokens of all fleets, each from its own code, so that a bad code blocks its own fleet only.
/// Thread: the engine's.
class FleetTokens {
 public:
  FleetTokens(ports::HttpTransport& transport, ports::Timekeeper& timekeeper, App app)
      : transport_(transport), timekeeper_(timekeeper), app_(std::move(app)) {}

  /// A new or changed code; an empty one takes it away. An unchanged one keeps its token.
  void set_code(const std::string& fleet, const Secret& code);
  /// Null where the fleet has no code: a token without one opens no vehicle. Keep it until the answer.
  [[nodiscard]] std::shared_ptr<oauth::TokenSource> find(const std::string& fleet) const;
  [[nodiscard]] std::vector<std::string> fleets() const;

 private:
  struct Entry {
    Secret code;
    std::shared_ptr<oauth::TokenSource> tokens;
  };
  ports::HttpTransport& transport_;
  ports::Timekeeper& timekeeper_;
  App app_;
  std::map<std::string, Entry> entries_;
};

}  // namespace contactor::gateways::tesla
