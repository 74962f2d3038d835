#include "gateways/iot_api/endpoints.h"

#include "json/json.h"
#include "ports/url_encoding.h"

namespace contactor::gateways::iot_api {
namespace {

std::string url_of(std::string_view base_url, const Vin& vin, std::string_view call) {
  if (base_url.ends_with('/')) base_url.remove_suffix(1);
  return fmt::format("{}/vehicle/{}/{}", base_url, vin.str(), call);
}

ports::HttpRequest get(std::string url) {
  return {.method = "GET", .url = std::move(url), .headers = {{"Accept", "application/json"}}, .body = {}};
}

}  // namespace

Result<ports::HttpRequest> configure_request(std::string_view base_url,
                                             const ports::ConfigureCommand& command,
                                             std::string_view callback_url) {
  CTR_TRY(configuration, json::parse(command.configuration));
  if (!configuration.is_object())
    return fail(ErrorKind::invalid, "iot_api", "the configuration is not a JSON object");
  json::object body{{"commandId", command.command_id},
                    {"serviceId", command.service_id.str()},
                    {"action", command.enable ? "enable" : "disable"},
                    {"configuration", std::move(configuration)},
                    {"generation", command.generation},
                    {"expiresAt", to_rfc3339(command.expires_at)}};
  if (!callback_url.empty()) body["callbackUrl"] = callback_url;
  return ports::HttpRequest{.method = "POST",
                            .url = url_of(base_url, command.vin, "configure"),
                            .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
                            .body = json::serialize(std::move(body))};
}

ports::HttpRequest status_request(std::string_view base_url, const Vin& vin, std::string_view command_id) {
  std::string url = url_of(base_url, vin, "status");
  if (!command_id.empty()) url += "?commandId=" + ports::percent_encode(command_id);
  return get(std::move(url));
}

ports::HttpRequest health_request(std::string_view base_url, const Vin& vin) {
  return get(url_of(base_url, vin, "health"));
}

ports::HttpRequest history_request(std::string_view base_url, const Vin& vin) {
  return get(url_of(base_url, vin, "history"));
}

}  // namespace contactor::gateways::iot_api
