#include "gateways/renault/endpoints.h"

#include "json/json.h"

namespace contactor::gateways::renault {
namespace {

ports::HttpRequest call(std::string method, const Place& place, std::string_view service, const Vin& vin) {
  std::string_view base = place.base_url;
  if (base.ends_with('/')) base.remove_suffix(1);
  return {.method = std::move(method),
          .url = fmt::format("{}/{}/v1/vehicles/{}", base, service, vin.str()),
          .headers = {{"Accept", "application/json"}, {"apiKey", place.api_key}},
          .body = {}};
}

}  // namespace

ports::HttpRequest model_request(const Place& place, const Vin& vin) {
  return call("GET", place, "vehicle-information", vin);
}

ports::HttpRequest sharing_request(const Place& place, const Vin& vin) {
  return call("GET", place, "vehicle-data-sharing", vin);
}

ports::HttpRequest share_request(const Place& place, const Vin& vin, std::string_view make) {
  auto request = call("PUT", place, "vehicle-data-sharing", vin);
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = json::serialize(json::object{{"brand", make}, {"consent", "granted"}});
  return request;
}

ports::HttpRequest unshare_request(const Place& place, const Vin& vin) {
  return call("DELETE", place, "vehicle-data-sharing", vin);
}

}  // namespace contactor::gateways::renault
