#include "app/fleet_config.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "fleet/reasons.h"

namespace contactor::app {
namespace {

/// One variable of a cloud. Of names that mean the same the first one that is set counts.
struct Variable {
  std::string_view name;
  bool is_required = true;
  bool is_url = false;
  std::string_view otherwise = {};
  std::string_view alias = {};
};

struct CloudTable {
  fleet::Oem oem;
  std::vector<Variable> variables;
};

constexpr bool kOptional = false;
constexpr bool kRequired = true;
constexpr bool kUrl = true;
constexpr bool kText = false;

/// The names of the brief, and those it leaves out (`CONTRACT`, section 3).
const std::vector<CloudTable>& tables() {
  static const std::vector<CloudTable> all{
      {fleet::Oem::tesla,
       {{"TESLA_CLIENT_ID"},
        {"TESLA_CLIENT_SECRET"},
        {"TESLA_AUTH_URL", kOptional, kUrl, "https://fleet-auth.prd.vn.cloud.tesla.com/oauth2/v3/token"},
        {"TESLA_BASE_URL", kOptional, kUrl, "https://fleet-api.prd.eu.vn.cloud.tesla.com"},
        {"TESLA_COMMAND_PROXY_URL", kOptional, kUrl, {}, "TESLA_VEHICLE_COMMAND_SERVICE_URL"},
        {"TESLA_KEY_FILE", kOptional, kText, {}, "TESLA_VEHICLE_COMMAND_KEY_PATH"},
        {"TESLA_AUTH_CODES", kOptional},
        {"FLEET_TELEMETRY_HOSTNAME", kOptional},
        {"FLEET_TELEMETRY_PORT", kOptional, kText, "8443"},
        {"FLEET_TELEMETRY_CERT_PATH", kOptional}}},
      {fleet::Oem::bmw,
       {{"BMW_AUTH_URL", kRequired, kUrl},
        {"BMW_BASE_URL", kRequired, kUrl},
        {"BMW_CLIENT_ID"},
        {"BMW_FLEET_ID"},
        {"BMW_CLIENT_USERNAME"},
        {"BMW_CLIENT_PASSWORD"}}},
      {fleet::Oem::renault,
       {{"RENAULT_KID"},
        {"RENAULT_AUD"},
        {"RENAULT_CLIENT"},
        {"RENAULT_SCOPE"},
        {"RENAULT_PWD"},
        {"RENAULT_PKCS12_FILE", kOptional, kText, "src/activation/api/pkcs12.txt"},
        {"RENAULT_AUTH_URL", kOptional, kUrl},
        {"RENAULT_BASE_URL", kOptional, kUrl, {}, "RENAULT_API_URL"},
        {"RENAULT_API_KEY", kOptional}}},
      {fleet::Oem::stellantis,
       {{"STELLANTIS_BASE_URL", kRequired, kUrl, {}, "MS_BASE_URL"},
        {"STELLANTIS_EMAIL", kRequired, kText, {}, "MS_EMAIL"},
        {"STELLANTIS_PASSWORD", kRequired, kText, {}, "MS_PASSWORD"},
        {"STELLANTIS_COMPANY_ID", kRequired, kText, {}, "MS_COMPANY"},
        {"STELLANTIS_FLEET_ID", kOptional, kText, {}, "MS_FLEET_ID"}}},
      {fleet::Oem::volkswagen,
       {{"VW_AUTH_URL", kRequired, kUrl},
        {"VW_BASE_URL", kRequired, kUrl},
        {"VW_ORGANIZATION_ID"},
        {"VW_CLIENT_USERNAME"},
        {"VW_CLIENT_PASSWORD"}}},
      {fleet::Oem::kia,
       {{"KIA_AUTH_URL", kRequired, kUrl},
        {"KIA_BASE_URL", kRequired, kUrl},
        {"KIA_API_USERNAME"},
        {"KIA_API_PWD"},
        {"KIA_API_KEY"}}},
      {fleet::Oem::high_mobility,
       {{"HM_BASE_URL", kRequired, kUrl},
        {"HM_CLIENT_ID"},
        {"HM_CLIENT_SECRET"},
        {"HM_AUTH_URL", kOptional, kUrl},
        {"HM_TAGS", kOptional}}}};
  return all;
}

std::unexpected<Error> wrong(std::string_view name, std::string_view expected) {
  return fail(ErrorKind::invalid, "config", fmt::format("{} must be {}", name, expected));
}

std::string value_of(const Environment& environment, const Variable& variable) {
  std::string value = environment.get(std::string(variable.name));
  if (value.empty() && !variable.alias.empty()) value = environment.get(std::string(variable.alias));
  return value.empty() ? std::string(variable.otherwise) : value;
}

bool is_url(std::string_view text) {
  const std::size_t host = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : text.size();
  return host < text.size() && text[host] != '/';
}

Status read_cloud(const Environment& environment, const CloudTable& table, FleetConfig& config) {
  CloudVariables values;
  std::string missing;
  for (const Variable& variable : table.variables) {
    std::string value = value_of(environment, variable);
    if (value.empty() && variable.is_required)
      missing += fmt::format("{}{}", missing.empty() ? "" : ", ", variable.name);
    if (!value.empty() && variable.is_url) {
      if (!is_url(value)) return wrong(variable.name, "an http or https URL");
      while (value.ends_with('/')) value.pop_back();
    }
    values[std::string(variable.name)] = std::move(value);
  }
  if (missing.empty())
    config.clouds[table.oem] = std::move(values);
  else
    config.unconfigured[table.oem] = missing + (missing.contains(',') ? " are missing" : " is missing");
  return {};
}

/// `Paris depot=Europe/Paris,Porto=Europe/Lisbon`.
Status read_zones(const Environment& environment, engine::FleetZones& zones) {
  const auto find = [](std::string_view name, std::string_view zone) -> Result<fleet::Zone> {
    auto found = fleet::Zone::find(zone);
    if (!found) return wrong(name, "a time zone like Europe/Paris");
    return *found;
  };
  if (const std::string name = environment.get("FLEET_TIMEZONE"); !name.empty()) {
    CTR_TRY(zone, find("FLEET_TIMEZONE", name));
    zones.standard = zone;
  }
  const std::string text = environment.get("FLEET_TIMEZONES");
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string_view one = std::string_view(text).substr(at, comma - at);
    const std::size_t equals = one.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return wrong("FLEET_TIMEZONES", "pairs like depot=Europe/Paris,other=UTC");
    CTR_TRY(zone, find("FLEET_TIMEZONES", one.substr(equals + 1)));
    zones.of_fleet[std::string(one.substr(0, equals))] = zone;
    at = comma + 1;
  }
  return {};
}

Status read_pause(const Environment& environment, const char* name, std::optional<Millis>& pause) {
  const std::string text = environment.get(name);
  if (text.empty()) return {};
  pause = text == "never" ? std::nullopt : parse_duration(text);
  if (text != "never" && (!pause || *pause < std::chrono::seconds(1)))
    return wrong(name, "a duration like 30m, or never");
  return {};
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> read_pairs(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    const std::size_t equals = one.find('=');
    if (equals == std::string_view::npos || equals == 0 || equals + 1 == one.size())
      return fail(ErrorKind::invalid, "config", "no pair of name and text");
    pairs.emplace_back(one.substr(0, equals), one.substr(equals + 1));
  }
  return pairs;
}

Result<FleetConfig> read_fleet_config(const Environment& environment) {
  FleetConfig config;
  CTR_CHECK(fleet::check_tables());
  for (const CloudTable& table : tables()) CTR_CHECK(read_cloud(environment, table, config));
  if (!read_pairs(environment.get("HM_TAGS")))
    return wrong("HM_TAGS", "pairs like vw-group-customer-name=Example,depot=Lyon");
  CTR_TRY(routes, fleet::Routes::with(environment.get("FLEET_ROUTES")));
  config.settings.routes = std::move(routes);
  CTR_CHECK(read_zones(environment, config.settings.zones));
  CTR_CHECK(read_pause(environment, "FLEET_RUN_EVERY", config.every));
  CTR_CHECK(read_pause(environment, "TESLA_INDIVIDUAL_EVERY", config.single_teslas_every));
  config.single_teslas_fleet = environment.get("TESLA_INDIVIDUAL_FLEET", config.single_teslas_fleet);
  if (config.single_teslas_fleet.size() > 100) return wrong("TESLA_INDIVIDUAL_FLEET", "at most 100 bytes");
  config.tesla_consent_url = environment.get("TESLA_CONSENT_URL", config.tesla_consent_url);
  if (!is_url(config.tesla_consent_url)) return wrong("TESLA_CONSENT_URL", "an http or https URL");
  if (environment.has("SLACK_TOKEN") && environment.has("METRIC_SLACK_CHANNEL_ID")) {
    SlackConfig slack{.token = Secret(environment.get("SLACK_TOKEN")),
                      .channel = environment.get("METRIC_SLACK_CHANNEL_ID")};
    slack.api_url = environment.get("SLACK_API_URL", slack.api_url);
    if (!is_url(slack.api_url)) return wrong("SLACK_API_URL", "an http or https URL");
    while (slack.api_url.ends_with('/')) slack.api_url.pop_back();
    config.slack = std::move(slack);
  }
  return config;
}

}  // namespace contactor::app
