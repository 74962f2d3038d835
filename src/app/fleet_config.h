#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/config.h"
#include "engine/fleet/settings.h"
#include "fleet/oem.h"

namespace contactor::app {

/// The variables of one cloud that is configured, by their names.
using CloudVariables = std::map<std::string, std::string>;

struct SlackConfig {
  std::string api_url = "https://slack.com/api";
  Secret token;
  std::string channel;
};

/// What the fleet capability needs to know.
struct FleetConfig {
  std::map<fleet::Oem, CloudVariables> clouds;     ///< those whose variables are complete
  std::map<fleet::Oem, std::string> unconfigured;  ///< the others: what is missing, in one clause
  engine::FleetSettings settings;
  std::optional<SlackConfig> slack;
  std::optional<Millis> every = std::chrono::minutes(30);  ///< `serve` runs this often; nothing: never
  /// How often `serve` runs over single Teslas.
  std::optional<Millis> single_teslas_every = std::chrono::hours(1);
  std::string single_teslas_fleet = "individual";
  std::string tesla_consent_url = "https://auth.tesla.com/oauth2/v3/authorize";
};

/// `name=text,other=text`, in their order.
/// @errors  invalid: one of them has no name, or no text.
[[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> read_pairs(std::string_view text);

/// @errors  invalid, naming the variable and what it should look like. A cloud whose variables are incomplete
/// is no error: the others run.
[[nodiscard]] Result<FleetConfig> read_fleet_config(const Environment& environment);

}  // namespace contactor::app
