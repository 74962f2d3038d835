#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "ota/policy.h"
#include "ports/egress.h"

namespace contactor::app {

/// Environment variables, and below them the same names in `.env`.
class Environment {
 public:
  Environment() = default;
  /// The process environment over the file, which need not exist.
  /// @errors  invalid, naming the file and the line that is not NAME=value.
  [[nodiscard]] static Result<Environment> read(const std::string& env_file);
  [[nodiscard]] static Environment of(std::map<std::string, std::string> values) {
    return Environment(std::move(values));
  }

  /// Empty where the name is unset; an empty value counts as unset.
  [[nodiscard]] std::string get(const std::string& name, std::string_view otherwise = {}) const;
  [[nodiscard]] bool has(const std::string& name) const { return !get(name).empty(); }
  void set(const std::string& name, std::string value) { values_[name] = std::move(value); }

 private:
  explicit Environment(std::map<std::string, std::string> values) : values_(std::move(values)) {}
  std::map<std::string, std::string> values_;
};

struct IotConfig {
  std::string base_url;
  std::string token_url;
  std::string client_id;
  Secret client_secret;
  std::vector<Secret> callback_secrets;
  std::string ca_file;  ///< PEM; trusted instead of the system's authorities where set
  std::string client_certificate_file;
  std::string client_key_file;
};

struct StripeConfig {
  std::string api_url;
  Secret secret_key;
  std::vector<Secret> webhook_secrets;
};

struct ShopConfig {
  std::string url;
  Secret secret;
};

struct MailConfig {
  std::string smtp_url;
  std::string from;
};

struct PushConfig {
  std::string project;
  std::string credentials_file;
  std::string api_url;
};

/// Everything `serve` needs to know, checked. Parts that are not configured are absent.
struct Config {
  std::string db = "sqlite:contactor.db";
  Millis database_wait = std::chrono::seconds(60);  ///< a node's start, for a PostgreSQL that is away
  std::string public_url;  ///< where the IoT API may call back; empty: status is polled only
  std::string console_url;
  std::string support_contact;
  std::string display_service_id;
  std::string key_file;                 ///< seals what others entrust to us; empty: nothing can be kept
  std::string previous_key_file;        ///< while a key is being replaced; empty: none is
  bool allow_private_webhooks = false;  ///< clients' addresses may be any: for tests
  std::vector<Millis> webhook_delays;   ///< of the schedule; empty: that of Standard Webhooks
  std::vector<ports::Network> webhook_networks;  ///< beside public addresses, clients' may lie in these
  std::string crl_file;  ///< PEM; whom the upstreams' authorities have revoked; none where empty
  ota::Policy policy;
  std::optional<IotConfig> iot;
  std::optional<StripeConfig> stripe;
  std::optional<ShopConfig> shop;
  std::optional<MailConfig> mail;
  std::optional<PushConfig> push;
};

/// @errors  invalid, naming the variable and what it should look like. A half-configured upstream is an
/// error, not a guess.
[[nodiscard]] Result<Config> read_config(const Environment& environment, const std::string& db);

}  // namespace contactor::app
