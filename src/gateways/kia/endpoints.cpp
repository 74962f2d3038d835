#include "gateways/kia/endpoints.h"

#include "json/json.h"

namespace contactor::gateways::kia {
namespace {

ports::HttpRequest call(const Place& place, std::string method, std::string_view name) {
  std::string_view base_url = place.base_url;
  if (base_url.ends_with('/')) base_url.remove_suffix(1);
  return {.method = std::move(method),
          .url = fmt::format("{}/{}", base_url, name),
          .headers = {{"Accept", "application/json"}, {"x-api-key", place.api_key.reveal()}},
          .body = {}};
}

ports::HttpRequest with_body(ports::HttpRequest request, const json::object& body) {
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = json::serialize(body);
  return request;
}

json::array list_of(std::span<const Vin> vins) {
  json::array listed;
  for (const Vin& vin : vins) listed.push_back(json::object{{"vin", vin.str()}});
  return listed;
}

}  // namespace

std::string_view word_of(Package package) { return package == Package::vehicle ? "vehicle" : "dtcInfo"; }

ports::HttpRequest consents_request(const Place& place, Package package) {
  return call(place, "GET", fmt::format("consent/{}", word_of(package)));
}

ports::HttpRequest consent_request(const Place& place, std::span<const Vin> vins) {
  return with_body(call(place, "POST", "consent"),
                   {{"vinList", list_of(vins)},
                    {"consentType", json::array{word_of(Package::vehicle), word_of(Package::dtc)}},
                    {"apiType", "real_time"}});
}

ports::HttpRequest withdraw_request(const Place& place, Package package, std::span<const Vin> vins) {
  return with_body(call(place, "DELETE", "consent"),
                   {{"vinList", list_of(vins)}, {"consentType", word_of(package)}});
}

}  // namespace contactor::gateways::kia
